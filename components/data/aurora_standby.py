"""A copy of an Aurora cluster in another region, ready to be promoted."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch, rds

from components.component import Component
from components.data.aurora import ENGINE, FREE_INSIGHTS_DAYS, LOG_EXPORTS
from components.data.aurora_access import AuroraAccess
from components.data.enhanced_monitoring import create_monitoring_role
from components.data.postgres_parameters import cluster_entries
from components.grant import Grant
from components.names import Names
from components.network.security_group import SecurityGroup
from settings.aurora import Aurora as AuroraSettings


class AuroraStandby(Component):
    """The second member of a global database: storage that follows the first by about a second, and one instance.

    It reads, and writes nothing until somebody fails over to it. Its users and their rights come with the data; RDS
    Data API answers there once it is the writer.

    Costs at rest: 44 USD a month at 0.5 ACU, the same storage again, and replicated writes. The network, the key and
    the identifier replace it, without loss: it is filled again from the first member.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html

    Args:
        name: Logical name.
        settings: The first member's settings.
        names: Names of the stack, in the other region.
        vpc_id: The VPC there.
        subnet_ids: Private subnets there.
        global_cluster: The global database.
        kms_key_arn: A key of that region; AWS asks for one by name.
        primary: The first member's instances, which must exist first.
        log_retention_days: Days that its logs are kept.
        opts: Options of the component; its provider is that of the other region.

    Attributes:
        cluster: The cluster.
        instances: Its instance.
        identifier: Its identifier.
        arn: Its ARN, known before deployment where the account is.
        security_group: The group that its users must reach.
        host: Address of its writer, once it has one.
        reader_host: Address that reads at any time.
    """

    token = "data:AuroraStandby"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: AuroraSettings,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        global_cluster: rds.GlobalCluster,
        kms_key_arn: pulumi.Input[str],
        primary: Sequence[pulumi.Resource],
        log_retention_days: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        protected = settings.deletion_protection
        self.identifier = names.physical("aurora-standby")
        self.arn: pulumi.Input[str] = names.arn("rds", f"cluster:{self.identifier}")
        subnets = rds.SubnetGroup(
            name, subnet_ids=subnet_ids, description="Private subnets of the standby", tags=self.tags, opts=self.child()
        )
        parameters = rds.ClusterParameterGroup(
            name,
            family=f"{ENGINE}{settings.major_version}",
            description="TLS and logging",
            parameters=[
                {"name": entry.name, "value": entry.value, "apply_method": entry.apply_method}
                for entry in cluster_entries(settings.parameters)
            ],
            tags=self.tags,
            opts=self.child(),
        )
        # Each function there opens the port for itself with a rule of its own; nothing leaves.
        self.security_group = SecurityGroup(name, vpc_id=vpc_id, description="Aurora standby", opts=self.child())
        logs = [
            cloudwatch.LogGroup(
                f"{name}-{export}",
                name=f"/aws/rds/cluster/{self.identifier}/{export}",
                retention_in_days=log_retention_days,
                tags=self.tags,
                opts=self.child(),
            )
            for export in LOG_EXPORTS
        ]
        # A role of its own: RDS takes it for the instances of one region.
        monitoring_role_arn, monitoring = create_monitoring_role(self, names, settings.monitoring_seconds)
        self.cluster = rds.Cluster(
            name,
            cluster_identifier=self.identifier,
            region=names.region,
            global_cluster_identifier=global_cluster.id,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=settings.version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            serverlessv2_scaling_configuration=rds.ClusterServerlessv2ScalingConfigurationArgs(
                min_capacity=max(settings.min_acu, 0.5), max_capacity=settings.max_acu
            ),
            storage_encrypted=True,
            kms_key_id=kms_key_arn,
            port=settings.port,
            iam_database_authentication_enabled=True,
            enable_http_endpoint=settings.data_api,
            db_cluster_parameter_group_name=parameters.name,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[self.security_group.id],
            backup_retention_period=settings.backup_retention_days,
            preferred_backup_window=settings.backup_window,
            preferred_maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=f"{self.identifier}-final" if protected else None,
            enabled_cloudwatch_logs_exports=[*LOG_EXPORTS],
            database_insights_mode="standard",
            tags=self.tags,
            # After a failover the members change places, and AWS says so in this property.
            opts=self.child(
                protect=protected,
                retain_on_delete=protected,
                delete_before_replace=True,
                depends_on=[*logs, *primary],
                ignore_changes=["replicationSourceIdentifier"],
            ),
        )
        instance = rds.ClusterInstance(
            f"{name}-instance",
            identifier=names.physical("aurora-standby", "instance"),
            region=names.region,
            cluster_identifier=self.cluster.id,
            engine=rds.EngineType.AURORA_POSTGRESQL,
            engine_version=self.cluster.engine_version,
            instance_class="db.serverless",
            publicly_accessible=False,
            auto_minor_version_upgrade=True,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            db_subnet_group_name=subnets.name,
            copy_tags_to_snapshot=True,
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=monitoring_role_arn,
            performance_insights_enabled=settings.performance_insights,
            performance_insights_retention_period=FREE_INSIGHTS_DAYS if settings.performance_insights else None,
            tags=self.tags,
            opts=self.child(delete_before_replace=True, depends_on=monitoring),
        )
        self.instances = [instance]
        self.host: pulumi.Output[str] = self.cluster.endpoint
        self.reader_host: pulumi.Output[str] = self.cluster.reader_endpoint
        self.register_outputs({"identifier": self.identifier})

    def grant(self, user: str, detail: str = "") -> Grant:
        """Let a function sign in; ``AuroraAccess.grant`` tells what it receives.

        Args:
            user: The function's name.
            detail: ``reader`` for the readers alone.
        """
        return AuroraAccess(
            settings=self._settings,
            names=self._names,
            target=self.logical_name,
            arn=self.arn,
            signs_in_at=self.cluster.cluster_resource_id,
            host=self.host,
            reader_host=self.reader_host,
            security_group_id=self.security_group.id,
            depends_on=self.instances,
        ).grant(user, detail)
