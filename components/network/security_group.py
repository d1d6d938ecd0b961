"""A security group whose rules are resources of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, vpc

from components.component import Component


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Traffic that a security group admits. Name one of ``cidr``, ``prefix_list_id`` and ``security_group_id``.

    Attributes:
        role: Distinguishes the rule; part of its logical name.
        description: What the traffic is; AWS accepts letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``.
        from_port: First port.
        to_port: Last port; ``from_port`` when None.
        protocol: ``tcp`` or ``udp``.
        cidr: IPv4 range of the other side.
        prefix_list_id: Prefix list of the other side. It counts with its maximum size against the quota of 60 rules.
        security_group_id: Security group of the other side.
    """

    role: str
    description: str
    from_port: int
    to_port: int | None = None
    protocol: str = "tcp"
    cidr: pulumi.Input[str] | None = None
    prefix_list_id: pulumi.Input[str] | None = None
    security_group_id: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.cidr, self.prefix_list_id, self.security_group_id) if value is not None]
        if len(given) != 1:
            raise ValueError(f"rule {self.role}: name exactly one of cidr, prefix_list_id and security_group_id")


class SecurityGroup(Component):
    """A security group and its rules. Nothing leaves or enters that no rule names.

    Costs nothing. A change of the description replaces the group; rules are replaced one by one. Rules are separate
    resources because a group with inline rules removes those that another component adds.
    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html

    Args:
        name: Logical name.
        vpc_id: The VPC.
        description: What the group is for.
        label: Name that people know it by, its ``Name`` tag; the logical name by default.
        ingress: What may enter.
        egress: What may leave.
        opts: Options of the component.

    Attributes:
        group: The security group.
        id: Its id.
    """

    token = "network:SecurityGroup"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        description: str,
        label: str | None = None,
        ingress: Sequence[Rule] = (),
        egress: Sequence[Rule] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.group = ec2.SecurityGroup(
            name, vpc_id=vpc_id, description=description, tags={**self.tags, "Name": label or name}, opts=self.child()
        )
        self.id: pulumi.Output[str] = self.group.id
        for rule in ingress:
            self._allow("in", rule)
        for rule in egress:
            self._allow("out", rule)
        self.register_outputs({"id": self.id})

    def _allow(self, direction: str, rule: Rule) -> None:
        kind = vpc.SecurityGroupIngressRule if direction == "in" else vpc.SecurityGroupEgressRule
        kind(
            f"{self.logical_name}-{direction}-{rule.role}",
            security_group_id=self.id,
            description=rule.description,
            ip_protocol=rule.protocol,
            from_port=rule.from_port,
            to_port=rule.from_port if rule.to_port is None else rule.to_port,
            cidr_ipv4=rule.cidr,
            prefix_list_id=rule.prefix_list_id,
            referenced_security_group_id=rule.security_group_id,
            tags=self.tags,
            opts=self.child(),
        )
