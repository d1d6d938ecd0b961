"""PostgreSQL on Aurora Serverless v2: encrypted, TLS only, with IAM logins instead of passwords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import cloudwatch, rds

from components.component import Component
from components.data.aurora_access import AuroraAccess
from components.data.aurora_proxy import AuroraProxy
from components.data.enhanced_monitoring import create_monitoring_role
from components.data.postgres_parameters import cluster_entries
from components.grant import Grant
from components.names import Names
from components.network.security_group import SecurityGroup
from components.secrets.replica import Replica
from settings.aurora import Aurora as AuroraSettings

if TYPE_CHECKING:
    from components.secrets.stored_value import StoredValue

#: Name of the administrator; RDS makes, keeps and rotates the password.
ADMINISTRATOR: Final = "dbadmin"
ENGINE: Final = "aurora-postgresql"
#: Logs that Aurora hands to CloudWatch.
LOG_EXPORTS: Final = ("postgresql",)
#: Days of Performance Insights that cost nothing.
FREE_INSIGHTS_DAYS: Final = 7
#: Days between rotations that RDS keeps to by itself.
OWN_ROTATION_DAYS: Final = 7


class AuroraCluster(Component):
    """An Aurora PostgreSQL cluster of serverless instances: a writer, and readers in the next zones.

    Users sign in with IAM: a token of 15 minutes, no password. Each has a PostgreSQL role of its name, which the
    bootstrap of the database makes with ``GRANT rds_iam``. The administrator's password is RDS's, in Secrets Manager.

    Costs at rest: 0.12 USD for each ACU of each instance and hour, so 44 USD a month at 0.5 ACU, or nothing while a
    cluster of 0 ACU is paused; storage 0.10 USD a GB and month; 0.40 USD for the administrator's secret; a proxy
    0.015 USD an ACU and hour, for at least eight. Capacity, readers, version and windows change in place. The subnets'
    VPC, the key, the first database's name and the identifier replace it: the plan shows that, and ``protect`` refuses
    it while ``deletionProtection`` is on. The identifier is exact because its log group must exist, with its
    retention, before Aurora writes to it.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html

    Args:
        name: Logical name.
        settings: Capacity, version, safety and switches.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Subnets, one a zone.
        zones: Their zones, in the same order.
        log_retention_days: Days that its logs are kept.
        global_cluster: The global database that it is the first member of.
        administrator_replica: Where the administrator's password is copied to, for a member of a global database: RDS
            keeps no password of these, so a secret of the stack does.
            https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
        kms_key_arn: Customer key for storage, insights, secret and logs; AWS's own keys otherwise.
        opts: Options of the component.

    Attributes:
        cluster: The cluster.
        administrator: The administrator's password, where the stack keeps it; None where RDS does.
        instances: Its instances; the writer comes first.
        identifier: Its identifier.
        arn: Its ARN, known before deployment where the account is.
        proxy: The proxy, or None.
        security_group: The group that its users must reach.
        host: Address of the writer, or of the proxy.
        reader_host: Address of the readers, or of the writer where there is none.
        master_secret_arn: Secret in which the administrator's password is.
    """

    token = "data:AuroraCluster"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: AuroraSettings,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        zones: Sequence[str],
        log_retention_days: int,
        global_cluster: rds.GlobalCluster | None = None,
        administrator_replica: Replica | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._kms_key_arn = kms_key_arn
        self.identifier = names.physical("aurora")
        self.arn: pulumi.Input[str] = names.arn("rds", f"cluster:{self.identifier}")
        self.subnet_group = self._create_subnet_group(subnet_ids)
        self.parameter_group = self._create_parameter_group()
        # Each user opens the port for itself with a rule of its own; nothing leaves.
        self.security_group = SecurityGroup(name, vpc_id=vpc_id, description="Aurora PostgreSQL", opts=self.child())
        self._monitoring_role_arn, self._monitoring = create_monitoring_role(self, names, settings.monitoring_seconds)
        self.administrator = None if global_cluster is None else self._keep_password(administrator_replica)
        self.cluster = self._create_cluster(global_cluster, log_retention_days)
        self.instances = self._create_instances(zones)
        self.master_secret_arn: pulumi.Output[str] = (
            self.cluster.master_user_secrets.apply(lambda secrets: secrets[0].secret_arn or "")
            if self.administrator is None
            else self.administrator.arn
        )
        self._rotate()
        self.proxy = self._create_proxy(vpc_id, subnet_ids) if settings.proxy else None
        self.host: pulumi.Output[str] = self.cluster.endpoint if self.proxy is None else self.proxy.endpoint
        self.reader_host: pulumi.Output[str] = self.cluster.reader_endpoint
        self.register_outputs({"identifier": self.identifier, "host": self.host})

    def grant(self, user: str, detail: str = "") -> Grant:
        """Let a function sign in; ``AuroraAccess.grant`` tells what it receives.

        Args:
            user: The function's name.
            detail: ``reader`` for the readers alone.
        """
        proxy = self.proxy
        return AuroraAccess(
            settings=self._settings,
            names=self._names,
            target=self.logical_name,
            arn=self.arn,
            signs_in_at=self.cluster.cluster_resource_id if proxy is None else proxy.resource_id,
            host=self.host,
            reader_host=self.reader_host,
            security_group_id=(self.security_group if proxy is None else proxy.security_group).id,
            depends_on=[self.instances[0]],
        ).grant(user, detail)

    def _create_subnet_group(self, subnet_ids: Sequence[pulumi.Input[str]]) -> rds.SubnetGroup:
        return rds.SubnetGroup(
            self.logical_name,
            subnet_ids=subnet_ids,
            description="Private subnets of the cluster",
            tags=self.tags,
            opts=self.child(),
        )

    def _create_parameter_group(self) -> rds.ClusterParameterGroup:
        return rds.ClusterParameterGroup(
            self.logical_name,
            family=f"{ENGINE}{self._settings.major_version}",
            description="TLS and logging",
            parameters=[
                {"name": entry.name, "value": entry.value, "apply_method": entry.apply_method}
                for entry in cluster_entries(self._settings.parameters)
            ],
            tags=self.tags,
            opts=self.child(),
        )

    def _keep_password(self, replica: Replica | None) -> StoredValue:
        from components.data.postgres_users import create_administrator

        return create_administrator(
            f"{self.logical_name}-administrator",
            user=ADMINISTRATOR,
            names=self._names,
            recovery_days=30 if self._settings.deletion_protection else 0,
            replica=replica,
            kms_key_arn=self._kms_key_arn,
            opts=self.child(),
        )

    def _create_cluster(self, global_cluster: rds.GlobalCluster | None, log_retention_days: int) -> rds.Cluster:
        settings = self._settings
        protected = settings.deletion_protection
        password = None if self.administrator is None else self.administrator.field("password")
        logs = [
            cloudwatch.LogGroup(
                f"{self.logical_name}-{export}",
                name=f"/aws/rds/cluster/{self.identifier}/{export}",
                retention_in_days=log_retention_days,
                kms_key_id=self._kms_key_arn,
                tags=self.tags,
                opts=self.child(),
            )
            for export in LOG_EXPORTS
        ]
        return rds.Cluster(
            self.logical_name,
            cluster_identifier=self.identifier,
            global_cluster_identifier=None if global_cluster is None else global_cluster.id,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=settings.version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            # The version is a reviewed setting, so a higher major in it is meant.
            allow_major_version_upgrade=True,
            serverlessv2_scaling_configuration=rds.ClusterServerlessv2ScalingConfigurationArgs(
                min_capacity=settings.min_acu,
                max_capacity=settings.max_acu,
                seconds_until_auto_pause=settings.pause_after_seconds,
            ),
            storage_encrypted=True,
            storage_type="aurora-iopt1" if settings.storage == "io-optimized" else None,
            kms_key_id=self._kms_key_arn,
            database_name=settings.name,
            port=settings.port,
            master_username=ADMINISTRATOR,
            manage_master_user_password=True if password is None else None,
            master_user_secret_kms_key_id=self._kms_key_arn if password is None else None,
            master_password_wo=password,
            master_password_wo_version=None if password is None else 1,
            iam_database_authentication_enabled=True,
            enable_http_endpoint=settings.data_api,
            db_cluster_parameter_group_name=self.parameter_group.name,
            db_subnet_group_name=self.subnet_group.name,
            vpc_security_group_ids=[self.security_group.id],
            backup_retention_period=settings.backup_retention_days,
            preferred_backup_window=settings.backup_window,
            preferred_maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=protected,
            delete_automated_backups=not protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=f"{self.identifier}-final" if protected else None,
            apply_immediately=not protected,
            enabled_cloudwatch_logs_exports=[*LOG_EXPORTS],
            # The console product is now CloudWatch Database Insights; its standard mode is the one that costs nothing.
            database_insights_mode="standard",
            tags=self.tags,
            opts=self.child(protect=protected, retain_on_delete=protected, delete_before_replace=True, depends_on=logs),
        )

    def _create_instances(self, zones: Sequence[str]) -> list[rds.ClusterInstance]:
        roles = ["writer", *(f"reader-{zones[(place + 1) % len(zones)]}" for place in range(self._settings.readers))]
        made: list[rds.ClusterInstance] = []
        for place, role in enumerate(roles):
            again = roles[:place].count(role)
            made.append(
                self._create_instance(
                    # A second reader in a zone is told apart by a letter.
                    role if again == 0 else f"{role}-{chr(ord('a') + again)}",
                    zone=zones[place % len(zones)],
                    tier=min(place, 15),
                    after=made[:1],
                )
            )
        return made

    def _create_instance(
        self, role: str, *, zone: str, tier: int, after: Sequence[rds.ClusterInstance]
    ) -> rds.ClusterInstance:
        settings = self._settings
        return rds.ClusterInstance(
            f"{self.logical_name}-{role}",
            identifier=self._names.physical("aurora", role),
            cluster_identifier=self.cluster.id,
            engine=rds.EngineType.AURORA_POSTGRESQL,
            engine_version=self.cluster.engine_version,
            instance_class="db.serverless",
            availability_zone=zone,
            # Tiers 0 and 1 keep the writer's capacity, so that the first reader can take over at once.
            promotion_tier=tier,
            publicly_accessible=False,
            auto_minor_version_upgrade=True,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            db_subnet_group_name=self.subnet_group.name,
            copy_tags_to_snapshot=True,
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=self._monitoring_role_arn,
            performance_insights_enabled=settings.performance_insights,
            performance_insights_retention_period=FREE_INSIGHTS_DAYS if settings.performance_insights else None,
            performance_insights_kms_key_id=self._kms_key_arn if settings.performance_insights else None,
            apply_immediately=not settings.deletion_protection,
            tags=self.tags,
            # The first instance of a cluster becomes the writer, and keeps no data of its own.
            opts=self.child(delete_before_replace=True, depends_on=[*self._monitoring, *after]),
        )

    def _rotate(self) -> None:
        """Rotate the administrator's password at another pace than RDS does by itself."""
        if self._settings.rotation_days == OWN_ROTATION_DAYS or self.administrator is not None:
            return
        from pulumi_aws import secretsmanager

        secretsmanager.SecretRotation(
            self.logical_name,
            secret_id=self.master_secret_arn,
            rotation_rules={"automatically_after_days": self._settings.rotation_days},
            rotate_immediately=False,
            opts=self.child(),
        )

    def _create_proxy(self, vpc_id: pulumi.Input[str], subnet_ids: Sequence[pulumi.Input[str]]) -> AuroraProxy:
        return AuroraProxy(
            f"{self.logical_name}-proxy",
            names=self._names,
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            port=self._settings.port,
            cluster=self.cluster,
            cluster_security_group=self.security_group,
            requires=self.instances,
            opts=self.child(),
        )
