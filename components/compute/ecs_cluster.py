"""The ECS cluster of a stack, and the private namespace in which its services find each other."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch, ecs, servicediscovery

from components.component import Component
from components.grant import Statement
from components.names import Names
from settings.services import Containers


class EcsCluster(Component):
    """A cluster for Fargate tasks.

    Creates the cluster, its capacity providers (Fargate and Fargate Spot), the log group of shell sessions, and a Cloud
    Map namespace named ``<system>-<stage>.<namespace>``: a private DNS zone, or an HTTP namespace for Service Connect.

    Costs at rest: nothing, but for the private DNS zone (0.50 USD a month). Container Insights is billed by metric.

    Replaced by: another name, which system and stage decide; the namespace by another name, VPC or kind of discovery.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html

    Args:
        name: Logical name.
        settings: What all services share.
        names: Names of the stack.
        vpc_id: VPC that resolves the private names.
        spot: Whether a task that names no capacity provider runs on Spot.
        log_retention_days: Days that transcripts of shell sessions are kept.
        kms_key_arn: Key that encrypts shell sessions and their transcripts; None for AWS's own encryption.
        opts: Options of the component.
    """

    token = "compute:EcsCluster"  # noqa: S105

    def __init__(
        self,
        name: str,
        *,
        settings: Containers,
        names: Names,
        vpc_id: pulumi.Input[str],
        spot: bool,
        log_retention_days: int,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            name, {"discovery": settings.discovery, "containerInsights": settings.container_insights}, opts
        )
        self.settings = settings
        self.names = names
        self.kms_key_arn = kms_key_arn
        #: The cluster's exact name, known before deployment, so that alarms and dashboards can name it.
        self.name: str = names.physical(limit=255)
        #: The namespace in which services are named, such as ``pika-prod.internal``.
        self.namespace_name: str = f"{names.physical()}.{settings.namespace}"
        self.exec_log_group = self._create_exec_log_group(log_retention_days)
        self.namespace = self._create_namespace(vpc_id)
        self.cluster = self._create_cluster()
        self.capacity_providers = self._create_capacity_providers(spot)
        self.arn: pulumi.Input[str] = names.arn("ecs", f"cluster/{self.name}")
        self.namespace_id = self.namespace.id
        self.namespace_arn = self.namespace.arn
        self.register_outputs({"name": self.name, "arn": self.cluster.arn, "namespaceName": self.namespace_name})

    def shell_statements(self) -> list[Statement]:
        """What a task must be allowed for ``aws ecs execute-command`` to open a shell in it, and to record it.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        """
        statements = [
            Statement(
                sid="OpenShell",
                actions=[
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ],
                resources=["*"],
            ),
            Statement(sid="FindShellLog", actions=["logs:DescribeLogGroups"], resources=["*"]),
            Statement(
                sid="RecordShell",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[self.names.arn("logs", f"log-group:{self.names.path('exec')}:*")],
            ),
        ]
        if self.kms_key_arn is not None:
            statements.append(Statement(sid="DecryptShell", actions=["kms:Decrypt"], resources=[self.kms_key_arn]))
        return statements

    def _create_exec_log_group(self, retention_days: int) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{self.logical_name}-exec",
            name=self.names.path("exec"),
            retention_in_days=retention_days,
            kms_key_id=self.kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )

    def _create_namespace(
        self, vpc_id: pulumi.Input[str]
    ) -> servicediscovery.PrivateDnsNamespace | servicediscovery.HttpNamespace:
        description = f"Services of {self.names.system} {self.names.stage}"
        if self.settings.discovery == "service-connect":
            return servicediscovery.HttpNamespace(
                self.logical_name,
                name=self.namespace_name,
                description=description,
                tags=self.tags,
                opts=self.child(),
            )
        return servicediscovery.PrivateDnsNamespace(
            self.logical_name,
            name=self.namespace_name,
            description=description,
            vpc=vpc_id,
            tags=self.tags,
            opts=self.child(),
        )

    def _create_cluster(self) -> ecs.Cluster:
        return ecs.Cluster(
            self.logical_name,
            name=self.name,
            settings=[
                {
                    "name": "containerInsights",
                    "value": "enabled" if self.settings.container_insights else "disabled",
                }
            ],
            configuration=ecs.ClusterConfigurationArgs(
                execute_command_configuration=ecs.ClusterConfigurationExecuteCommandConfigurationArgs(
                    kms_key_id=self.kms_key_arn,
                    logging="OVERRIDE",
                    log_configuration=ecs.ClusterConfigurationExecuteCommandConfigurationLogConfigurationArgs(
                        # Sessions fail when this is on and the group has no key of its own.
                        cloud_watch_encryption_enabled=self.kms_key_arn is not None,
                        cloud_watch_log_group_name=self.exec_log_group.name,
                    ),
                )
            ),
            tags=self.tags,
            # Two clusters cannot have one name.
            opts=self.child(delete_before_replace=True),
        )

    def _create_capacity_providers(self, spot: bool) -> ecs.ClusterCapacityProviders:
        return ecs.ClusterCapacityProviders(
            self.logical_name,
            cluster_name=self.cluster.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategies=[
                {"capacity_provider": "FARGATE_SPOT" if spot else "FARGATE", "weight": 1}
            ],
            opts=self.child(),
        )
