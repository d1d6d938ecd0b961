"""The shared secret by which a public load balancer, or an API's firewall, knows its own distribution."""

from __future__ import annotations

import pulumi
from pulumi_aws import secretsmanager, ssm

from components.component import Component
from components.names import Names


class OriginSecret(Component):
    """A random value, drawn once by AWS and kept in a SecureString parameter.

    CloudFront's address ranges are shared by every distribution in the world, so a public load balancer that admits
    them must still tell its own distribution from others. A VPC origin needs no such secret.

    Costs nothing. The value is drawn at every run and only the first is kept; destroying the parameter and deploying
    again draws another.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html

    Args:
        name: Logical name.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        value: The secret.
    """

    token = "edge:OriginSecret"  # noqa: S105 - a type token

    def __init__(self, name: str, *, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        drawn = secretsmanager.get_random_password_output(
            password_length=48, exclude_punctuation=True, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        self.parameter = ssm.Parameter(
            name,
            name=names.path("edge", "origin-secret"),
            description="Value of the header by which the origin knows its distribution",
            type="SecureString",
            value=pulumi.Output.secret(drawn.random_password),
            tags=self.tags,
            opts=self.child(ignore_changes=["value"]),
        )
        self.value: pulumi.Output[str] = pulumi.Output.secret(self.parameter.value)
        self.register_outputs({"parameter": self.parameter.name})
