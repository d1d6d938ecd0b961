"""A secret that services read by reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pulumi

from components.component import Component
from components.grant import Grant
from components.names import Names
from components.secrets.random_text import random_text
from components.secrets.replica import Replica
from components.secrets.stored_value import UNSET, StoredValue
from settings.secrets import Secret as SecretSettings


class Secret(Component):
    """A secret of the ``secrets`` section, and its rotation.

    Costs at rest: 0.40 USD a month in Secrets Manager, nothing in Parameter Store. A change of ``store`` replaces it;
    the value is then made up, or must be written, again.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html

    Args:
        name: Logical name.
        secret_name: Name in the ``secrets`` section.
        settings: What it is for, where it is kept and who makes its value.
        names: Names of the stack.
        replica: Where a copy is kept, up to date, or None.
        kms_key_arn: Customer key; AWS's own key otherwise.
        opts: Options of the component.

    Attributes:
        stored: The stored value.
        rotation: Its rotation, or None.
        variable: The environment variable that users receive it in.

    Raises:
        ValueError: Rotation of a secret that Parameter Store keeps, or both ``generate`` and ``value``.
    """

    token = "data:Secret"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        secret_name: str,
        settings: SecretSettings,
        names: Names,
        replica: Replica | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.rotation_lambda_arn is not None and settings.store != "secrets-manager":
            raise ValueError(f"secrets.{secret_name}: rotationLambdaArn needs store: secrets-manager")
        if settings.generate and settings.value is not None:
            raise ValueError(f"secrets.{secret_name}: generate and value are both set: name one")
        super().__init__(name, opts=opts)
        self.variable = settings.variable or secret_name.replace("-", "_").upper()
        self.stored = StoredValue(
            name,
            parts=[secret_name],
            path=None if settings.physical_name is None else settings.physical_name.replace("{stage}", names.stage),
            names=names,
            description=settings.description,
            store=settings.store,
            value=_first_value(settings),
            made_up=settings.generate or bool(settings.fields),
            readable=bool(settings.fields),
            recovery_days=settings.recovery_days,
            replica=replica if settings.store == "secrets-manager" else None,
            kms_key_arn=kms_key_arn,
            opts=self.child(),
        )
        self.rotation = self._rotate(settings)
        self.register_outputs({"reference": self.stored.reference})

    def _rotate(self, settings: SecretSettings) -> pulumi.Resource | None:
        if settings.rotation_lambda_arn is None or self.stored.secret is None:
            return None
        from pulumi_aws import secretsmanager

        return secretsmanager.SecretRotation(
            self.logical_name,
            secret_id=self.stored.secret.id,
            rotation_lambda_arn=settings.rotation_lambda_arn,
            rotation_rules={"automatically_after_days": settings.rotation_days},
            opts=self.child(depends_on=[self.stored.written]),
        )

    def field(self, name: str) -> pulumi.Output[str]:
        """One field of a secret that holds several, as a secret.

        Args:
            name: The field.

        Raises:
            ValueError: The secret holds one value.
        """
        return self.stored.field(name)

    def grant(self, user: str) -> Grant:
        """Give a service the secret, in the variable named like it: ``JWT_SECRET`` for ``jwt-secret``.

        Args:
            user: The service's name.
        """
        del user  # every user reads the same value in the same way
        return Grant(
            secrets={self.variable: self.stored.reference},
            secret_statements=self.stored.read_statements,
            depends_on=[self.stored.written],
        )


class ReadableSecret(Protocol):
    """A secret that can be given to its users, or the copy of one."""

    def field(self, name: str) -> pulumi.Output[str]:
        """One field of a secret that holds several, as a secret."""
        ...

    def grant(self, user: str) -> Grant:
        """Give a user the secret."""
        ...


@dataclass(frozen=True, kw_only=True)
class SecretCopy:
    """The copy of a secret in another region, for its users there. Makes no resource.

    Attributes:
        secret: The secret.
        replica: Where the copy is.
    """

    secret: Secret
    replica: Replica

    def field(self, name: str) -> pulumi.Output[str]:
        """One field, which is the same everywhere."""
        return self.secret.field(name)

    def grant(self, user: str) -> Grant:
        """Give a user the copy, in the variable that the secret has."""
        del user  # every user reads the same value in the same way
        stored = self.secret.stored
        return Grant(
            secrets={self.secret.variable: stored.reference_in(self.replica.names)},
            secret_statements=stored.statements_in(self.replica),
            depends_on=[stored.written],
        )


def _first_value(settings: SecretSettings) -> pulumi.Input[str] | None:
    if settings.generate:
        return random_text()
    if settings.fields:
        fields = {
            name: random_text() if field.generate else field.value or UNSET for name, field in settings.fields.items()
        }
        return pulumi.Output.secret(pulumi.Output.json_dumps(fields))
    return None if settings.value is None else settings.value.get_secret_value()
