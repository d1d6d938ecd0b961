"""RDS Proxy in front of a PostgreSQL instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import rds

from components.component import Component
from components.data.proxy_group import create_proxy_group
from components.iam import create_service_role
from components.names import Names
from components.network.security_group import SecurityGroup
from components.secrets.stored_value import StoredValue


class PostgresProxy(Component):
    """Pools the services' connections, each with its own user, over TLS only.

    Costs at rest: 0.015 USD a vCPU of the instance and hour, for at least two vCPUs. A change of the subnets replaces
    the proxy and its address.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html

    Args:
        name: Logical name.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Database subnets.
        port: Port of the instance, and of the proxy.
        instance: The instance behind it.
        instance_security_group: The instance's group, which admits the proxy.
        users: Credentials in Secrets Manager, by service.
        opts: Options of the component.

    Attributes:
        proxy: The proxy.
        endpoint: Address that clients connect to.
        security_group: The group that its users must reach.
    """

    token = "data:PostgresProxy"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        port: int,
        instance: rds.Instance,
        instance_security_group: SecurityGroup,
        users: Mapping[str, StoredValue],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.security_group = create_proxy_group(self, vpc_id=vpc_id, database_group=instance_security_group, port=port)
        self.proxy = self._create_proxy(names, subnet_ids, users)
        self._target(instance)
        self.endpoint: pulumi.Output[str] = self.proxy.endpoint
        self.register_outputs({"endpoint": self.endpoint})

    def _create_proxy(
        self, names: Names, subnet_ids: Sequence[pulumi.Input[str]], users: Mapping[str, StoredValue]
    ) -> rds.Proxy:
        role = create_service_role(
            self,
            f"{self.logical_name}-role",
            service="rds.amazonaws.com",
            description="Lets RDS Proxy read the database users",
            names=names,
            statements=[statement for stored in users.values() for statement in stored.read_statements],
        )
        return rds.Proxy(
            self.logical_name,
            engine_family="POSTGRESQL",
            role_arn=role.arn,
            vpc_subnet_ids=subnet_ids,
            vpc_security_group_ids=[self.security_group.id],
            require_tls=True,
            auths=[
                {
                    "auth_scheme": "SECRETS",
                    "client_password_auth_type": "POSTGRES_SCRAM_SHA_256",
                    "iam_auth": "DISABLED",
                    "description": user,
                    "secret_arn": stored.arn,
                }
                for user, stored in users.items()
            ],
            tags=self.tags,
            opts=self.child(depends_on=role.resources),
        )

    def _target(self, instance: rds.Instance) -> None:
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
            db_instance_identifier=instance.identifier,
            opts=self.child(),
        )
