"""Where a function in the VPC may go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import iam, vpc

from components.component import Component
from components.grant import Grant
from components.security_group import Rule, SecurityGroup

if TYPE_CHECKING:
    # It loads ECS, which a stack of functions does not use.
    from components.fargate_task import Network

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
        openings = {(o.target, o.port): o for grant in grants for o in grant.openings}
        self.security_group = SecurityGroup(
            name,
            vpc_id=network.id,
            description=f"Function {function}",
            egress=[
                Rule(role="https", description="HTTPS to AWS and others", from_port=443, cidr="0.0.0.0/0"),
                *(
                    Rule(
                        role=f"{target}-{port}",
                        description=f"{target} on port {port}",
                        from_port=port,
                        security_group_id=opening.security_group_id,
                    )
                    for (target, port), opening in sorted(openings.items())
                ),
            ],
            opts=self.child(),
        )
        for (target, port), opening in sorted(openings.items()):
            vpc.SecurityGroupIngressRule(
                f"{name}-to-{target}-{port}",
                security_group_id=opening.security_group_id,
                description=f"Function {function}",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=self.security_group.id,
                tags=self.tags,
                opts=self.child(),
            )
        interfaces = iam.RolePolicyAttachment(name, role=role_name, policy_arn=_INTERFACES, opts=self.child())
        self.requirements: list[pulumi.Resource] = [interfaces]
        self.register_outputs({"securityGroup": self.security_group.id})
