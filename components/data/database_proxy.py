"""What every RDS Proxy is made of, whoever signs in to it and whatever stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import rds, vpc

from components.component import Component
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from components.network.security_group import Rule, SecurityGroup


class DatabaseProxy(Component):
    """An RDS Proxy for PostgreSQL with its role, its security group and its target, over TLS only.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html

    Args:
        name: Logical name.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Subnets that it answers in.
        port: Port of the database, and of the proxy.
        database_group: The database's group, which admits the proxy.
        purpose: What its role lets it do.
        statements: What its role may do.
        sign_in: How clients and the proxy sign in, as arguments of ``rds.Proxy``.
        target: The database behind it, as arguments of ``rds.ProxyTarget``.
        requires: What must exist before the database is a target.
        opts: Options of the component.

    Attributes:
        proxy: The proxy.
        endpoint: Address that clients connect to.
        security_group: The group that its users must reach.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        port: int,
        database_group: SecurityGroup,
        purpose: str,
        statements: Sequence[Statement],
        sign_in: Mapping[str, Any],
        target: Mapping[str, pulumi.Input[str]],
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.security_group = self._create_group(vpc_id, database_group, port)
        role = create_service_role(
            self,
            f"{name}-role",
            service="rds.amazonaws.com",
            description=purpose,
            names=names,
            statements=list(statements),
        )
        self.proxy = rds.Proxy(
            name,
            engine_family="POSTGRESQL",
            role_arn=role.arn,
            vpc_subnet_ids=subnet_ids,
            vpc_security_group_ids=[self.security_group.id],
            require_tls=True,
            tags=self.tags,
            opts=self.child(depends_on=role.resources),
            **sign_in,
        )
        group = rds.ProxyDefaultTargetGroup(
            name,
            db_proxy_name=self.proxy.name,
            connection_pool_config={"max_connections_percent": 90, "max_idle_connections_percent": 50},
            opts=self.child(),
        )
        rds.ProxyTarget(
            name,
            db_proxy_name=self.proxy.name,
            target_group_name=group.name,
            opts=self.child(depends_on=list(requires)),
            **target,
        )
        self.endpoint: pulumi.Output[str] = self.proxy.endpoint
        self.register_outputs({"endpoint": self.endpoint})

    def _create_group(self, vpc_id: pulumi.Input[str], database_group: SecurityGroup, port: int) -> SecurityGroup:
        """The proxy's group, which reaches the database and nothing else; the database's group admits it."""
        to_database = Rule(
            role="database", description="To the database", from_port=port, security_group_id=database_group.id
        )
        group = SecurityGroup(
            self.logical_name, vpc_id=vpc_id, description="RDS Proxy", egress=[to_database], opts=self.child()
        )
        vpc.SecurityGroupIngressRule(
            f"{self.logical_name}-to-database",
            security_group_id=database_group.id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="From the proxy",
            tags=self.tags,
            opts=self.child(),
        )
        return group
