"""The shared secret by which a public load balancer, or an API's firewall, knows its own distribution."""

from __future__ import annotations

import pulumi
from pulumi_aws import secretsmanager, ssm

from components.component import Component
from components.names import Names
from settings.edge import OriginSecret as Settings


class OriginSecret(Component):
    """A random value, drawn once by AWS and kept in a SecureString parameter or in Secrets Manager.

    CloudFront's address ranges are shared by every distribution in the world, so a public load balancer that admits
    them must still tell its own distribution from others. A VPC origin needs no such secret.

    Costs nothing in Parameter Store, 0.40 USD a month in Secrets Manager. The value is drawn at every run and only the
    first is kept; destroying it and deploying again draws another. A change of ``store`` draws another too.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html

    Args:
        name: Logical name.
        settings: Where it is kept, and what rotates it; Parameter Store by default.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        value: The secret.
    """

    token = "edge:OriginSecret"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Settings | None = None,
        names: Names,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        drawn = secretsmanager.get_random_password_output(
            password_length=48, exclude_punctuation=True, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        value = pulumi.Output.secret(drawn.random_password)
        kept = (
            self._to_parameter_store(value, names)
            if settings is None or settings.store == "parameter-store"
            else self._to_secrets_manager(value, settings, names)
        )
        self.value: pulumi.Output[str] = pulumi.Output.secret(kept)
        self.register_outputs({})

    def _to_parameter_store(self, value: pulumi.Output[str], names: Names) -> pulumi.Output[str]:
        parameter = ssm.Parameter(
            self.logical_name,
            name=names.path("edge", "origin-secret"),
            description=_DESCRIPTION,
            type="SecureString",
            value=value,
            tags=self.tags,
            opts=self.child(ignore_changes=["value"]),
        )
        return parameter.value

    def _to_secrets_manager(self, value: pulumi.Output[str], settings: Settings, names: Names) -> pulumi.Output[str]:
        secret = secretsmanager.Secret(
            self.logical_name,
            name=names.secret("edge", "origin-header"),
            description=_DESCRIPTION,
            recovery_window_in_days=settings.recovery_days,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        version = secretsmanager.SecretVersion(
            self.logical_name,
            secret_id=secret.id,
            secret_string=value,
            opts=self.child(ignore_changes=["secretString"]),
        )
        if settings.rotation_lambda_arn is not None:
            secretsmanager.SecretRotation(
                self.logical_name,
                secret_id=secret.id,
                rotation_lambda_arn=settings.rotation_lambda_arn,
                rotation_rules={"automatically_after_days": settings.rotation_days},
                opts=self.child(depends_on=[version]),
            )
        return version.secret_string.apply(lambda text: text or "")


_DESCRIPTION = "Value of the header by which the origin knows its distribution"
