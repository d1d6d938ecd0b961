"""A container that keeps running on Fargate: tasks, their logs, how they are reached and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import pulumi
from pulumi_aws import ecs, servicediscovery

from components.component import Component
from components.compute.deployment import CodeDeployBlueGreen, EcsBlueGreen
from components.compute.ecs_cluster import EcsCluster
from components.compute.error_logs import ErrorLogs
from components.compute.fargate_task import FargateTask, Network, TaskSpec
from components.compute.service_logs import ServiceLogs
from components.compute.task_definition import SERVICES, python_health_command
from components.grant import Grant, Opening
from components.names import Names
from components.network.load_balancer import LoadBalancer
from components.network.load_balancer_target import LoadBalancerTarget
from components.network.security_group import Rule
from settings.services import Service

if TYPE_CHECKING:
    # It loads Application Auto Scaling, which services of a fixed number do not use.
    from components.compute.autoscaling import ServiceScaling

#: Seconds that a name's addresses are cached: how long a caller may go on calling a task that has stopped.
_DNS_TTL: Final = 10
#: Seconds after the start in which the load balancer's checks do not count.
_GRACE_SECONDS: Final = 60


class FargateService(Component):
    """One service of the ``services`` section.

    Creates its log groups, task definition, roles and security group, its place behind the load balancer or in the
    private namespace, the ECS service, and its scaling. A failed deployment goes back to the version before.

    Costs at rest: the tasks that run, by vCPU and GB; 256 units and 512 MiB on ARM cost 7.21 USD a month in us-east-1,
    less on Spot.

    Replaced by: a change of the name, of ``containers.discovery``, or from or to ``code-deploy``. Names are exact, so
    the old service goes first and the service is away for that time.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html

    Args:
        name: Logical name.
        service: The service's name.
        settings: Its settings.
        names: Names of the stack.
        cluster: The cluster that runs it.
        vpc: The network; tasks run in private subnets.
        image: Image to run, pinned by digest or commit.
        grants: What its links give it.
        load_balancer: The load balancer, for a service with ``public``.
        priority: Place among the load balancer's targets, 1 first; unique.
        error_logs: What copies error lines; None where no service keeps a copy.
        kms_key_arn: Key that encrypts its logs; None for AWS's own encryption.
        requires: Further resources that must exist before tasks start, such as the way out of the VPC and the image.
        opts: Options of the component.

    Raises:
        ValueError: ``public`` is set and there is no load balancer.
        LinkConflictError: Two links, or a link and the configuration, disagree about a variable.
    """

    token = "compute:FargateService"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        service: str,
        settings: Service,
        names: Names,
        cluster: EcsCluster,
        vpc: Network,
        image: pulumi.Input[str],
        grants: Sequence[Grant] = (),
        load_balancer: LoadBalancer | None = None,
        priority: int = 1,
        error_logs: ErrorLogs | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.public is not None and load_balancer is None:
            raise ValueError(f"service {service}: public needs a load balancer")
        super().__init__(name, {"service": service, "deployment": settings.deployment}, opts)
        self.service_name: str = service
        self.settings = settings
        self.names = names
        self.cluster = cluster
        self._load_balancer = load_balancer if settings.public is not None else None
        #: How a new version comes in; a service that the load balancer does not know always rolls.
        self.deployment: Literal["rolling", "blue-green", "code-deploy"] = (
            settings.deployment if self._load_balancer is not None else "rolling"
        )
        self.logs = self._create_logs(error_logs, kms_key_arn)
        self.task = self._create_task(vpc, image, grants)
        self.task_definition = self.task.definition
        self.security_group_id: pulumi.Output[str] = self.task.security_group_id
        self.target = self._create_target(priority)
        self.discovery = self._create_discovery()
        self.blue_green = self._create_blue_green()
        self.service = self._create_service(vpc, requires)
        self.code_deploy = self._create_code_deploy()
        self.scaling = self._create_scaling()
        self.register_outputs({"service": self.service.name, "taskDefinition": self.task_definition.arn})

    @property
    def url(self) -> str:
        """Where other services call it.

        Raises:
            ValueError: Nothing inside can find it, because the load balancer alone knows where its versions run.
        """
        if not self._discoverable:
            raise ValueError(
                f"service {self.service_name} takes new versions by {self.deployment} and has no private name: "
                "let it roll, or set containers.discovery to service-connect"
            )
        return f"http://{self.service_name}.{self.cluster.namespace_name}:{self.settings.port}"

    @property
    def dimensions(self) -> dict[str, str]:
        """Dimensions of its metrics in ``AWS/ECS``, known before deployment."""
        return {"ClusterName": self.cluster.name, "ServiceName": self.service_name}

    def grant(self) -> Grant:
        """What a link to this service gives: its address in ``SERVICES``, and the way to its port."""
        return Grant(
            environment={SERVICES: f"{self.service_name}={self.url}"},
            openings=[
                Opening(
                    target=self.service_name,
                    security_group_id=self.security_group_id,
                    port=self.settings.port,
                )
            ],
        )

    @property
    def _discoverable(self) -> bool:
        # ECS documents blue-green for load balancers and Service Connect, not for Cloud Map's DNS names.
        return self.cluster.settings.discovery == "service-connect" or self.deployment == "rolling"

    def _create_logs(self, error_logs: ErrorLogs | None, kms_key_arn: pulumi.Input[str] | None) -> ServiceLogs:
        return ServiceLogs(
            f"{self.logical_name}-logs",
            service=self.service_name,
            names=self.names,
            retention_days=self.settings.log_retention_days,
            error_retention_days=self.settings.error_log_retention_days,
            error_logs=error_logs,
            kms_key_arn=kms_key_arn,
            opts=self.child(),
        )

    def _create_task(self, vpc: Network, image: pulumi.Input[str], grants: Sequence[Grant]) -> FargateTask:
        settings = self.settings
        ingress: list[Rule] = []
        if self._load_balancer is not None:
            ingress.append(
                Rule(
                    role="load-balancer",
                    description="Load balancer",
                    from_port=settings.port,
                    security_group_id=self._load_balancer.security_group_id,
                )
            )
        return FargateTask(
            f"{self.logical_name}-task",
            spec=TaskSpec(
                role=self.service_name,
                image=image,
                cpu=settings.cpu,
                memory=settings.memory,
                architecture=settings.architecture,
                environment={
                    "PORT": str(settings.port),
                    "LOG_LEVEL": settings.log_level,
                    **settings.environment,
                },
                port=settings.port,
                health_command=python_health_command(settings.port, settings.health_path),
                shell=settings.exec,
            ),
            names=self.names,
            cluster=self.cluster,
            network=vpc,
            grants=grants,
            log_group=self.logs.group_name,
            ingress=ingress,
            opts=self.child(),
        )

    def _create_target(self, priority: int) -> LoadBalancerTarget | None:
        route = self.settings.public
        if route is None or self._load_balancer is None:
            return None
        return self._load_balancer.add_target(
            self.service_name,
            port=self.settings.port,
            paths=route.paths,
            health_path=route.health_path,
            priority=priority,
            blue_green=self.deployment != "rolling",
        )

    def _create_discovery(self) -> servicediscovery.Service | None:
        if self.cluster.settings.discovery != "dns" or not self._discoverable:
            return None
        return servicediscovery.Service(
            self.logical_name,
            name=self.service_name,
            description=f"Tasks of {self.service_name}",
            dns_config={
                "namespace_id": self.cluster.namespace_id,
                "dns_records": [{"type": "A", "ttl": _DNS_TTL}],
                "routing_policy": "MULTIVALUE",
            },
            # ECS reports the health of each task itself.
            health_check_custom_config={"failure_threshold": 1},
            # Tasks that are still stopping must not keep the name from going.
            force_destroy=True,
            tags=self.tags,
            opts=self.child(),
        )

    def _create_blue_green(self) -> EcsBlueGreen | None:
        if self.deployment != "blue-green":
            return None
        return EcsBlueGreen(
            f"{self.logical_name}-blue-green", service=self.service_name, names=self.names, opts=self.child()
        )

    def _create_service(self, vpc: Network, requires: Sequence[pulumi.Resource]) -> ecs.Service:
        by_ecs = self.deployment != "code-deploy"
        return ecs.Service(
            self.logical_name,
            name=self.service_name,
            cluster=self.cluster.cluster.arn,
            task_definition=self.task_definition.arn,
            desired_count=self.settings.scaling.min_tasks,
            capacity_provider_strategies=[{"capacity_provider": self._capacity_provider, "base": 0, "weight": 1}],
            # Without it a change of capacity provider replaces the service.
            force_new_deployment=True,
            platform_version="LATEST",
            deployment_controller={"type": "ECS" if by_ecs else "CODE_DEPLOY"},
            deployment_configuration=self._strategy(),
            # ECS honours it for rolling and for its own blue-green; CodeDeploy goes back by itself.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-failure-detection.html
            deployment_circuit_breaker={"enable": True, "rollback": True} if by_ecs else None,
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            availability_zone_rebalancing="ENABLED" if by_ecs else None,
            network_configuration={
                "subnets": list(vpc.private_subnet_ids),
                "security_groups": [self.security_group_id],
                "assign_public_ip": False,
            },
            load_balancers=self._load_balancers() or None,
            health_check_grace_period_seconds=None if self.target is None else _GRACE_SECONDS,
            service_registries=None if self.discovery is None else {"registry_arn": self.discovery.arn},
            service_connect_configuration=self._service_connect(),
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            enable_execute_command=self.settings.exec,
            wait_for_steady_state=True,
            tags=self.tags,
            opts=self.child(
                depends_on=[*self._requirements(), *requires],
                ignore_changes=self._ignored_changes(),
                # Two services of a cluster cannot have one name.
                delete_before_replace=True,
            ),
        )

    def _requirements(self) -> list[pulumi.Resource]:
        requirements: list[pulumi.Resource] = [
            self.cluster.capacity_providers,
            self.logs.group,
            *self.task.requirements,
        ]
        if self.target is not None:
            requirements.append(self.target.rule)
        if self.blue_green is not None:
            requirements.extend(self.blue_green.requirements)
        return requirements

    def _strategy(self) -> ecs.ServiceDeploymentConfigurationArgs | None:
        if self.blue_green is None:
            return None
        return ecs.ServiceDeploymentConfigurationArgs(
            strategy="BLUE_GREEN", bake_time_in_minutes=str(self.cluster.settings.blue_green_bake_minutes)
        )

    def _load_balancers(self) -> list[ecs.ServiceLoadBalancerArgs]:
        if self.target is None:
            return []
        shift = None
        if self.blue_green is not None and self.target.alternate is not None:
            shift = ecs.ServiceLoadBalancerAdvancedConfigurationArgs(
                alternate_target_group_arn=self.target.alternate.arn,
                production_listener_rule=self.target.rule.arn,
                role_arn=self.blue_green.role_arn,
            )
        return [
            ecs.ServiceLoadBalancerArgs(
                target_group_arn=self.target.target_group.arn,
                container_name=self.service_name,
                container_port=self.settings.port,
                advanced_configuration=shift,
            )
        ]

    @property
    def _capacity_provider(self) -> str:
        return "FARGATE_SPOT" if self.settings.spot and not self.settings.critical else "FARGATE"

    def _ignored_changes(self) -> list[str]:
        ignored: list[str] = []
        if self.settings.scaling.varies:
            ignored.append("desiredCount")
        if self.deployment == "code-deploy":
            # CodeDeploy puts in new task definitions and swaps the target groups.
            ignored.extend(["taskDefinition", "loadBalancers"])
        return ignored

    def _service_connect(self) -> ecs.ServiceServiceConnectConfigurationArgs | None:
        if self.cluster.settings.discovery != "service-connect":
            return None
        # The same name and port as with private DNS, so that addresses do not change with the kind of discovery.
        alias = ecs.ServiceServiceConnectConfigurationServiceClientAliasArgs(
            dns_name=f"{self.service_name}.{self.cluster.namespace_name}", port=self.settings.port
        )
        return ecs.ServiceServiceConnectConfigurationArgs(
            enabled=True,
            namespace=self.cluster.namespace_arn,
            services=[
                ecs.ServiceServiceConnectConfigurationServiceArgs(
                    port_name=self.service_name, discovery_name=self.service_name, client_alias=[alias]
                )
            ],
            log_configuration=ecs.ServiceServiceConnectConfigurationLogConfigurationArgs(
                log_driver="awslogs",
                options={
                    "awslogs-group": self.logs.group_name,
                    "awslogs-region": self.names.region,
                    "awslogs-stream-prefix": "service-connect",
                },
            ),
        )

    def _create_code_deploy(self) -> CodeDeployBlueGreen | None:
        if self.deployment != "code-deploy" or self.target is None or self._load_balancer is None:
            return None
        return CodeDeployBlueGreen(
            f"{self.logical_name}-code-deploy",
            service_name=self.service_name,
            cluster_name=self.cluster.name,
            service=self.service,
            names=self.names,
            listener_arn=self._load_balancer.listener.arn,
            target=self.target,
            passed_roles=[self.task.execution_role.known_arn, self.task.task_role.known_arn],
            bake_minutes=self.cluster.settings.blue_green_bake_minutes,
            opts=self.child(),
        )

    def _create_scaling(self) -> ServiceScaling | None:
        if not self.settings.scaling.varies:
            return None
        from components.compute.autoscaling import ServiceScaling

        return ServiceScaling(
            f"{self.logical_name}-scaling",
            settings=self.settings.scaling,
            cluster_name=self.cluster.name,
            service_name=self.service_name,
            service=self.service,
            resource_labels=self._resource_labels(),
            opts=self.child(),
        )

    def _resource_labels(self) -> dict[str, pulumi.Input[str]]:
        if self.target is None or self._load_balancer is None:
            return {}
        groups = {"blue": self.target.target_group, "green": self.target.alternate}
        return {
            role: pulumi.Output.concat(self._load_balancer.arn_suffix, "/", group.arn_suffix)
            for role, group in groups.items()
            if group is not None
        }
