"""Between a database and its proxy: the proxy's security group, and the rule that admits it."""

from __future__ import annotations

import pulumi
from pulumi_aws import vpc

from components.component import Component
from components.network.security_group import Rule, SecurityGroup


def create_proxy_group(
    parent: Component, *, vpc_id: pulumi.Input[str], database_group: SecurityGroup, port: int
) -> SecurityGroup:
    """The group of a proxy, which reaches the database and nothing else; the database's group admits it.

    Args:
        parent: The proxy's component.
        vpc_id: The VPC.
        database_group: The database's group.
        port: Port of the database.
    """
    group = SecurityGroup(
        parent.logical_name,
        vpc_id=vpc_id,
        description="RDS Proxy",
        egress=[
            Rule(role="database", description="To the database", from_port=port, security_group_id=database_group.id)
        ],
        opts=parent.child(),
    )
    vpc.SecurityGroupIngressRule(
        f"{parent.logical_name}-to-database",
        security_group_id=database_group.id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="From the proxy",
        tags=parent.tags,
        opts=parent.child(),
    )
    return group
