"""The role with which API Gateway writes logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import apigateway, iam

from components.component import Component
from components.iam import trust_document

#: AWS's own policy: API Gateway tries the role when it is named, and accepts nothing less.
_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class ApiGatewayLogs(Component):
    """The account's API Gateway role. Until it exists, a stage of a REST or WebSocket API with logs is refused.

    Costs nothing; what APIs log costs what CloudWatch Logs costs.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

    Args:
        name: Logical name.
        regions: Regions that have APIs; the setting belongs to the region, the role to the account.
        opts: Options of the component.
    """

    token = "api:ApiGatewayLogs"  # noqa: S105 - a type token

    def __init__(self, name: str, *, regions: Sequence[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        self.role = iam.Role(
            name,
            description="API Gateway writes access and execution logs",
            assume_role_policy=trust_document("apigateway.amazonaws.com"),
            tags=self.tags,
            opts=self.child(),
        )
        attached = iam.RolePolicyAttachment(name, role=self.role.name, policy_arn=_POLICY, opts=self.child())
        for region in regions:
            apigateway.Account(
                f"{name}-{region}",
                cloudwatch_role_arn=self.role.arn,
                region=region,
                opts=self.child(depends_on=[attached]),
            )
        self.register_outputs({})
