"""Where a function in the VPC may go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.grant import Grant
from components.network.openings import admit_to_targets, egress_rules
from components.network.security_group import Rule, SecurityGroup

if TYPE_CHECKING:
    # It loads ECS, which a stack of functions does not use.
    from components.compute.fargate_task import Network

#: Lambda checks that a function's role may make network interfaces, for any resource; AWS keeps the list in step.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
_INTERFACES: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"


class FunctionNetwork(Component):
    """The security group of a function: HTTPS to anywhere, and the ports that its links open.

    Costs at rest: nothing; the way out of the private subnets is the network's.

    Replaced by: another VPC.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html

    Args:
        name: Logical name.
        function: The function's name.
        network: The VPC.
        role_name: Role of the function, which Lambda makes network interfaces with.
        grants: What its links give.
        opts: Options of the component.

    Attributes:
        security_group: The group.
        requirements: What must exist before the function.
    """

    token = "compute:FunctionNetwork"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        function: str,
        network: Network,
        role_name: pulumi.Input[str],
        grants: Sequence[Grant],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.security_group = SecurityGroup(
            name,
            vpc_id=network.id,
            description=f"Function {function}",
            egress=[
                Rule(role="https", description="HTTPS to AWS and others", from_port=443, cidr="0.0.0.0/0"),
                *egress_rules(grants),
            ],
            opts=self.child(),
        )
        admit_to_targets(self, name, grants, group_id=self.security_group.id, description=f"Function {function}")
        interfaces = iam.RolePolicyAttachment(name, role=role_name, policy_arn=_INTERFACES, opts=self.child())
        self.requirements: list[pulumi.Resource] = [interfaces]
        self.register_outputs({"securityGroup": self.security_group.id})
