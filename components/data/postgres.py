"""A PostgreSQL instance on RDS: encrypted, TLS only, with a user of its own for each service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, rds, ssm

from components.component import Component
from components.data.enhanced_monitoring import create_monitoring_role
from components.data.postgres_parameters import parameter_entries
from components.data.postgres_proxy import PostgresProxy
from components.data.postgres_users import create_user
from components.grant import Grant, Opening, Statement
from components.names import Names
from components.network.security_group import SecurityGroup
from components.secrets.secret_names import parameter_arn
from components.secrets.stored_value import StoredValue
from settings.data import Database

#: Name of the administrator; RDS makes and keeps the password. ``admin`` and ``postgres`` are what an attacker tries.
ADMINISTRATOR: Final = "dbadmin"
#: Logs that RDS hands to CloudWatch.
LOG_EXPORTS: Final = ("postgresql", "upgrade")
#: Days of Performance Insights that cost nothing.
FREE_INSIGHTS_DAYS: Final = 7


class PostgresInstance(Component):
    """A PostgreSQL instance in the database subnets, with parameter group, logs, users and what the settings switch on.

    Costs at rest: the instance class by the hour (twice with ``multiAz``, once more for a replica) and 0.115 USD a GB
    and month; a user in Secrets Manager costs 0.40 USD a month, one in Parameter Store nothing; a proxy costs 0.015 USD
    a vCPU and hour, for at least two. Storage, class, version and windows change in place. The subnets' VPC, the port's
    encryption, the first database's name and the key replace it: the plan shows a replacement, and ``protect`` refuses
    it while ``deletionProtection`` is on. The identifier is exact because its log groups must exist, with their
    retention, before RDS writes to them; a final snapshot is named after it.

    Where ``deletionProtection`` is on, changes wait for the maintenance window, automated backups outlive the instance
    and a final snapshot is taken; otherwise changes are made at once and nothing is kept.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html

    Args:
        name: Logical name.
        settings: Size, version, safety and switches.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Database subnets, in two zones at least.
        users: Services that link to the database; each gets a user.
        log_retention_days: Days that its logs are kept.
        secret_recovery_days: Days that a deleted user secret can be restored; 0 deletes at once.
        kms_key_arn: Customer key for storage, insights, secrets and logs; AWS's own keys otherwise.
        opts: Options of the component.

    Attributes:
        instance: The primary instance.
        replica: The read replica, or None.
        proxy: The proxy, or None.
        identifier: Its identifier.
        parameter_group: Its parameter group.
        security_group: The group that its users must reach.
        host: Address that clients connect to: the proxy's where there is one.
        users: Stored credentials by service.
        master_secret_arn: Secret in which RDS keeps the administrator's password.

    Raises:
        ValueError: A proxy with users in Parameter Store, or parameters that the group sets itself.
    """

    token = "data:PostgresInstance"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Database,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        users: Sequence[str],
        log_retention_days: int,
        secret_recovery_days: int = 0,
        kms_key_arn: pulumi.Input[str] | None = None,
        group_label: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.proxy and settings.user_store != "secrets-manager":
            raise ValueError("database.proxy reads users from Secrets Manager: set userStore: secrets-manager")
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._kms_key_arn = kms_key_arn
        self._group_label = group_label
        self._log_retention_days = log_retention_days
        self.identifier = names.physical("database")
        self.subnet_group = self._create_subnet_group(subnet_ids)
        self.parameter_group = self._create_parameter_group()
        self.security_group = self._create_security_group(vpc_id)
        self._monitoring_role_arn, self._monitoring = create_monitoring_role(self, names, settings.monitoring_seconds)
        self.instance = self._create_instance()
        self.replica = self._create_replica() if settings.read_replica else None
        self.users = self._create_users(users, secret_recovery_days)
        self.proxy = self._create_proxy(vpc_id, subnet_ids) if settings.proxy else None
        self.host: pulumi.Output[str] = self.instance.address if self.proxy is None else self.proxy.endpoint
        self._parameters = self._publish_address()
        self.master_secret_arn = self.instance.master_user_secrets.apply(lambda secrets: secrets[0].secret_arn or "")
        self.register_outputs({"identifier": self.identifier, "host": self.host})

    def grant(self, user: str) -> Grant:
        """Give a service its own database user and a way to the port.

        The service receives ``DATABASE_HOST``, ``DATABASE_PORT``, ``DATABASE_NAME`` and ``DATABASE_SECRET``, the last
        as JSON with ``username`` and ``password``. It can read no other service's user.

        Args:
            user: The service's name, one of ``users``.

        Raises:
            KeyError: A service that was not named when the database was made.
        """
        stored = self.users[user]
        host = self._names.path("database", "host")
        read_host = Statement(
            sid="ReadParameters",
            actions=["ssm:GetParameters"],
            resources=[parameter_arn(self._names, host)],
        )
        group = self.security_group if self.proxy is None else self.proxy.security_group
        return Grant(
            environment={"DATABASE_PORT": str(self._settings.port), "DATABASE_NAME": self._settings.name},
            secrets={"DATABASE_HOST": host, "DATABASE_SECRET": stored.reference},
            secret_statements=[read_host, *stored.read_statements],
            openings=[Opening(target=self.logical_name, security_group_id=group.id, port=self._settings.port)],
            depends_on=[stored.written, *self._parameters],
        )

    def _create_subnet_group(self, subnet_ids: Sequence[pulumi.Input[str]]) -> rds.SubnetGroup:
        return rds.SubnetGroup(
            self.logical_name,
            subnet_ids=subnet_ids,
            description="Database subnets, without a route to the internet",
            tags=self.tags,
            opts=self.child(),
        )

    def _create_parameter_group(self) -> rds.ParameterGroup:
        entries = parameter_entries(self._settings.max_connections, self._settings.parameters)
        return rds.ParameterGroup(
            self.logical_name,
            family=f"postgres{self._settings.major_version}",
            description="TLS, connection limit and logging",
            parameters=[
                {"name": entry.name, "value": entry.value, "apply_method": entry.apply_method} for entry in entries
            ],
            tags=self.tags,
            opts=self.child(),
        )

    def _create_security_group(self, vpc_id: pulumi.Input[str]) -> SecurityGroup:
        # Each user opens the port for itself with a rule of its own; nothing leaves.
        return SecurityGroup(
            self.logical_name, vpc_id=vpc_id, description="PostgreSQL", label=self._group_label, opts=self.child()
        )

    def _create_log_groups(self, identifier: str, role: str) -> list[pulumi.Resource]:
        return [
            cloudwatch.LogGroup(
                f"{self.logical_name}-{role}{export}",
                name=f"/aws/rds/instance/{identifier}/{export}",
                retention_in_days=self._log_retention_days,
                kms_key_id=self._kms_key_arn,
                tags=self.tags,
                opts=self.child(),
            )
            for export in LOG_EXPORTS
        ]

    def _create_instance(self) -> rds.Instance:
        settings = self._settings
        protected = settings.deletion_protection
        logs = self._create_log_groups(self.identifier, "")
        return rds.Instance(
            self.logical_name,
            identifier=self.identifier,
            engine="postgres",
            engine_version=settings.version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            # The version is a reviewed setting, so a higher major in it is meant.
            allow_major_version_upgrade=True,
            instance_class=settings.instance_class,
            allocated_storage=settings.storage_gb,
            max_allocated_storage=settings.max_storage_gb,
            storage_type=settings.storage_type,
            storage_encrypted=True,
            kms_key_id=self._kms_key_arn,
            db_name=settings.name,
            port=settings.port,
            username=ADMINISTRATOR,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=self._kms_key_arn,
            iam_database_authentication_enabled=True,
            parameter_group_name=self.parameter_group.name,
            db_subnet_group_name=self.subnet_group.name,
            vpc_security_group_ids=[self.security_group.id],
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            multi_az=settings.multi_az,
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=protected,
            delete_automated_backups=not protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=f"{self.identifier}-final" if protected else None,
            apply_immediately=not protected,
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=self._monitoring_role_arn,
            enabled_cloudwatch_logs_exports=[*LOG_EXPORTS],
            # The console product is now CloudWatch Database Insights; its standard mode is the one that costs nothing.
            database_insights_mode="standard",
            performance_insights_enabled=settings.performance_insights,
            performance_insights_retention_period=self._insights_days,
            performance_insights_kms_key_id=self._insights_key,
            tags=self.tags,
            opts=self.child(
                protect=protected,
                retain_on_delete=protected,
                delete_before_replace=True,
                depends_on=[*logs, *self._monitoring],
            ),
        )

    @property
    def _insights_days(self) -> int | None:
        return FREE_INSIGHTS_DAYS if self._settings.performance_insights else None

    @property
    def _insights_key(self) -> pulumi.Input[str] | None:
        return self._kms_key_arn if self._settings.performance_insights else None

    def _create_replica(self) -> rds.Instance:
        settings = self._settings
        identifier = self._names.physical("database-replica")
        logs = self._create_log_groups(identifier, "replica-")
        # A replica can be made again from its source, so nothing of it is kept when it goes.
        return rds.Instance(
            f"{self.logical_name}-replica",
            identifier=identifier,
            replicate_source_db=self.instance.identifier,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            instance_class=settings.instance_class,
            max_allocated_storage=settings.max_storage_gb,
            storage_type=settings.storage_type,
            storage_encrypted=True,
            kms_key_id=self._kms_key_arn,
            port=settings.port,
            iam_database_authentication_enabled=True,
            parameter_group_name=self.parameter_group.name,
            vpc_security_group_ids=[self.security_group.id],
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=True,
            apply_immediately=not settings.deletion_protection,
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=self._monitoring_role_arn,
            enabled_cloudwatch_logs_exports=[*LOG_EXPORTS],
            # The console product is now CloudWatch Database Insights; its standard mode is the one that costs nothing.
            database_insights_mode="standard",
            performance_insights_enabled=settings.performance_insights,
            performance_insights_retention_period=self._insights_days,
            performance_insights_kms_key_id=self._insights_key,
            tags=self.tags,
            opts=self.child(
                protect=settings.deletion_protection,
                delete_before_replace=True,
                depends_on=[*logs, *self._monitoring],
            ),
        )

    def _create_users(self, users: Sequence[str], recovery_days: int) -> Mapping[str, StoredValue]:
        return {
            user: create_user(
                f"{self.logical_name}-user-{user}",
                user=user,
                store=self._settings.user_store,
                names=self._names,
                recovery_days=recovery_days,
                kms_key_arn=self._kms_key_arn,
                opts=self.child(),
            )
            for user in users
        }

    def _create_proxy(self, vpc_id: pulumi.Input[str], subnet_ids: Sequence[pulumi.Input[str]]) -> PostgresProxy:
        return PostgresProxy(
            f"{self.logical_name}-proxy",
            names=self._names,
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            port=self._settings.port,
            instance=self.instance,
            instance_security_group=self.security_group,
            users=self.users,
            opts=self.child(),
        )

    def _publish_address(self) -> list[pulumi.Resource]:
        values: dict[str, pulumi.Input[str]] = {
            "host": self.host,
            "port": str(self._settings.port),
            "name": self._settings.name,
        }
        if self.replica is not None:
            values["replica-host"] = self.replica.address
        return [
            ssm.Parameter(
                f"{self.logical_name}-{key}",
                name=self._names.path("database", key),
                description=f"Database {key}",
                type="String",
                value=value,
                tags=self.tags,
                opts=self.child(delete_before_replace=True),
            )
            for key, value in values.items()
        ]
