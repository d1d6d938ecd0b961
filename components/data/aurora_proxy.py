"""RDS Proxy in front of an Aurora cluster, with IAM from end to end."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import rds

from components.component import Component
from components.data.proxy_group import create_proxy_group
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from components.network.security_group import SecurityGroup


class AuroraProxy(Component):
    """Pools connections to an Aurora cluster over TLS; clients sign in with IAM, and so does the proxy.

    Costs at rest: 0.015 USD an ACU of the writer and hour, for at least eight ACU: 88 USD a month. A change of the
    subnets replaces the proxy and its address.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy.html

    Args:
        name: Logical name.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Private subnets.
        port: Port of the cluster, and of the proxy.
        cluster: The cluster behind it.
        cluster_security_group: The cluster's group, which admits the proxy.
        requires: The cluster's instances.
        opts: Options of the component.

    Attributes:
        proxy: The proxy.
        endpoint: Address that clients connect to.
        resource_id: What a right to sign in names, ``prx-…``.
        security_group: The group that its users must reach.
    """

    token = "data:AuroraProxy"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        port: int,
        cluster: rds.Cluster,
        cluster_security_group: SecurityGroup,
        requires: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.security_group = create_proxy_group(self, vpc_id=vpc_id, database_group=cluster_security_group, port=port)
        role = create_service_role(
            self,
            f"{name}-role",
            service="rds.amazonaws.com",
            description="Lets RDS Proxy sign in to the cluster",
            names=names,
            statements=[
                Statement(
                    sid="SignIn",
                    actions=["rds-db:connect"],
                    resources=[names.arn_of("rds-db", "dbuser:", cluster.cluster_resource_id, "/*")],
                )
            ],
        )
        self.proxy = rds.Proxy(
            name,
            engine_family="POSTGRESQL",
            default_auth_scheme="IAM_AUTH",
            role_arn=role.arn,
            vpc_subnet_ids=subnet_ids,
            vpc_security_group_ids=[self.security_group.id],
            require_tls=True,
            tags=self.tags,
            opts=self.child(depends_on=role.resources),
        )
        self._target(cluster, requires)
        self.endpoint: pulumi.Output[str] = self.proxy.endpoint
        self.resource_id: pulumi.Output[str] = self.proxy.arn.apply(lambda arn: arn.rpartition(":")[2])
        self.register_outputs({"endpoint": self.endpoint})

    def _target(self, cluster: rds.Cluster, requires: Sequence[pulumi.Resource]) -> None:
        group = rds.ProxyDefaultTargetGroup(
            self.logical_name,
            db_proxy_name=self.proxy.name,
            connection_pool_config={"max_connections_percent": 90, "max_idle_connections_percent": 50},
            opts=self.child(),
        )
        rds.ProxyTarget(
            self.logical_name,
            db_proxy_name=self.proxy.name,
            target_group_name=group.name,
            db_cluster_identifier=cluster.id,
            opts=self.child(depends_on=list(requires)),
        )
