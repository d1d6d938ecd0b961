"""The way through the network that grants give: one rule out of the user's group, one into each target's."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import vpc

from components.component import Component
from components.grant import Grant, Opening
from components.network.security_group import Rule


def distinct_openings(grants: Sequence[Grant]) -> list[Opening]:
    """The openings of ``grants``, each target's port once, in an order that does not depend on the links'."""
    found = {(opening.target, opening.port): opening for grant in grants for opening in grant.openings}
    return [found[key] for key in sorted(found)]


def egress_rules(grants: Sequence[Grant]) -> list[Rule]:
    """The rules that let a user's security group reach what it is granted."""
    return [
        Rule(
            role=f"{opening.target}-{opening.port}",
            description=f"{opening.target} on port {opening.port}",
            from_port=opening.port,
            security_group_id=opening.security_group_id,
        )
        for opening in distinct_openings(grants)
    ]


def admit_to_targets(
    parent: Component, name: str, grants: Sequence[Grant], *, group_id: pulumi.Input[str], description: str
) -> None:
    """Make the rule in each target's security group that admits the user.

    Args:
        parent: The component that the rules belong to.
        name: Beginning of the rules' logical names.
        grants: What the user is granted.
        group_id: The user's security group.
        description: Who the user is.
    """
    for opening in distinct_openings(grants):
        vpc.SecurityGroupIngressRule(
            f"{name}-to-{opening.target}-{opening.port}",
            security_group_id=opening.security_group_id,
            description=description,
            ip_protocol="tcp",
            from_port=opening.port,
            to_port=opening.port,
            referenced_security_group_id=group_id,
            tags=parent.tags,
            opts=parent.child(),
        )
