"""RDS Proxy in front of an Aurora cluster, with IAM from end to end."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import rds

from components.data.database_proxy import DatabaseProxy
from components.grant import Statement
from components.names import Names
from components.network.security_group import SecurityGroup


class AuroraProxy(DatabaseProxy):
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
        resource_id: What a right to sign in names, ``prx-…``.
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
        sign_in = Statement(
            sid="SignIn",
            actions=["rds-db:connect"],
            resources=[names.arn_of("rds-db", "dbuser:", cluster.cluster_resource_id, "/*")],
        )
        super().__init__(
            name,
            names=names,
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            port=port,
            database_group=cluster_security_group,
            purpose="Lets RDS Proxy sign in to the cluster",
            statements=[sign_in],
            sign_in={"default_auth_scheme": "IAM_AUTH"},
            target={"db_cluster_identifier": cluster.id},
            requires=requires,
            opts=opts,
        )
        self.resource_id: pulumi.Output[str] = self.proxy.arn.apply(lambda arn: arn.rpartition(":")[2])
