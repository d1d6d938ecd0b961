"""What every component needs to name and address things: system, stage, account, region, partition."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.documents import concat
from components.naming import physical_name


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names and addresses of one stack.

    Attributes:
        system: The system's name.
        stage: The stage's name.
        region: AWS region.
        account: AWS account id; known before deployment when it is configured.
        home: The stack's first region, where these names are for another.
    """

    system: str
    stage: str
    region: str
    account: pulumi.Input[str]
    home: str | None = None

    def physical(self, *roles: str, limit: int = 63) -> str:
        """``<system>-<stage>-<roles…>``, at most ``limit`` characters."""
        return physical_name(self.system, self.stage, *roles, limit=limit)

    def once(self, *roles: str, limit: int = 63) -> str:
        """The same for what an account has once in all regions, such as a role: with the region, unless it is home."""
        return self.physical(*roles, *(() if self.home is None else (self.region,)), limit=limit)

    def path(self, *parts: str) -> str:
        """``/<system>/<stage>/<parts…>``, the form of parameter names."""
        return "/" + "/".join((self.system, self.stage, *parts))

    def secret(self, *parts: str) -> str:
        """``<system>/<stage>/<parts…>``, the form of secret names."""
        return "/".join((self.system, self.stage, *parts))

    def arn(self, service: str, resource: str, *, region: str | None = None) -> pulumi.Input[str]:
        """An ARN in this account; a plain string when the account is configured.

        Args:
            service: Service prefix such as ``ssm``.
            resource: The part after the account.
            region: Another region; the stack's own by default.
        """
        prefix = f"arn:aws:{service}:{self.region if region is None else region}"
        if isinstance(self.account, str):
            return f"{prefix}:{self.account}:{resource}"
        return pulumi.Output.concat(prefix, ":", self.account, ":", resource)

    def arn_of(self, service: str, *parts: pulumi.Input[str]) -> pulumi.Input[str]:
        """An ARN in this account and region whose last part AWS may still have to make.

        Args:
            service: Service prefix such as ``rds-db``.
            parts: The part after the account, in pieces.
        """
        return concat(self.arn(service, ""), *parts)
