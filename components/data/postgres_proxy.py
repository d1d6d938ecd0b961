"""RDS Proxy in front of a PostgreSQL instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import rds

from components.data.database_proxy import DatabaseProxy
from components.names import Names
from components.network.security_group import SecurityGroup
from components.secrets.stored_value import StoredValue


class PostgresProxy(DatabaseProxy):
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
        super().__init__(
            name,
            names=names,
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            port=port,
            database_group=instance_security_group,
            purpose="Lets RDS Proxy read the database users",
            statements=[statement for stored in users.values() for statement in stored.read_statements],
            sign_in={"auths": [_password_of(user, stored) for user, stored in users.items()]},
            target={"db_instance_identifier": instance.identifier},
            opts=opts,
        )


def _password_of(user: str, stored: StoredValue) -> dict[str, pulumi.Input[str]]:
    return {
        "auth_scheme": "SECRETS",
        "client_password_auth_type": "POSTGRES_SCRAM_SHA_256",
        "iam_auth": "DISABLED",
        "description": user,
        "secret_arn": stored.arn,
    }
