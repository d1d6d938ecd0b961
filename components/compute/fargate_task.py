"""A task definition with everything that belongs to it: roles, security group and the way to what it uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import pulumi
from pulumi_aws import ecs

from components.component import Component
from components.compute import task_definition
from components.compute.ecs_cluster import EcsCluster
from components.compute.image_pull import pull_statements
from components.compute.task_definition import Container
from components.documents import json_document
from components.grant import Grant, Statement
from components.iam import ServiceRole, create_service_role
from components.names import Names
from components.network.openings import admit_to_targets, egress_rules
from components.network.security_group import Rule, SecurityGroup

_ECS_TASKS: Final = "ecs-tasks.amazonaws.com"
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_ROLE_NAME_LIMIT: Final = 64


class Network(Protocol):
    """The part of a VPC that tasks need."""

    @property
    def id(self) -> pulumi.Output[str]:
        """The VPC's id."""
        ...

    @property
    def private_subnet_ids(self) -> Sequence[pulumi.Input[str]]:
        """Subnets in which tasks run."""
        ...


@dataclass(frozen=True, kw_only=True)
class TaskSpec:
    """What to run.

    Attributes:
        role: Name of the task within the stack, such as the service's; part of its family.
        image: Image, pinned by digest or commit.
        cpu: CPU units, 1024 to a vCPU.
        memory: MiB; a size that Fargate offers for ``cpu``.
        architecture: Processor that the image is built for.
        environment: Plain variables, beside what every task knows of itself and what its links give.
        port: Port that it listens on; None for a task that serves nothing.
        health_command: Command whose status tells whether it is healthy.
        command: Command instead of the image's own.
        shell: Whether ``aws ecs execute-command`` may open a shell in it.
    """

    role: str
    image: pulumi.Input[str]
    cpu: int
    memory: int
    architecture: Literal["ARM64", "X86_64"]
    environment: Mapping[str, str]
    port: int | None = None
    health_command: Sequence[str] | None = None
    command: Sequence[str] | None = None
    shell: bool = False


class FargateTask(Component):
    """A task definition, the two roles of its tasks, and their security group.

    The execution role may pull the image, write the task's own log group and read its secrets; the task role may do
    what its links grant. Tasks may call port 443 anywhere, and the ports that links open.

    Costs at rest: nothing; a running task costs by vCPU and GB.

    Replaced by: any change of the task; old revisions stay registered, so that a service can go back to one.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html

    Args:
        name: Logical name.
        spec: What to run.
        names: Names of the stack.
        cluster: Where it runs, for the shell's log group.
        network: The VPC.
        grants: What its links give it.
        log_group: Name of its log group.
        ingress: What may call it.
        opts: Options of the component.

    Raises:
        LinkConflictError: Two links, or a link and the configuration, disagree about a variable.
    """

    token = "compute:FargateTask"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        spec: TaskSpec,
        names: Names,
        cluster: EcsCluster,
        network: Network,
        grants: Sequence[Grant],
        log_group: str,
        ingress: Sequence[Rule] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.container_definitions: list[dict[str, Any]] = [
            task_definition.container_definition(_container(spec, names, grants, log_group))
        ]
        super().__init__(name, {"containerDefinitions": self.container_definitions}, opts)
        self._spec = spec
        self._names = names
        self._cluster = cluster
        #: The task definition's family, known before deployment.
        self.family: str = names.physical(spec.role, limit=255)
        self.security_group = self._create_security_group(network, grants, ingress)
        self.security_group_id: pulumi.Output[str] = self.security_group.id
        admit_to_targets(self, name, grants, group_id=self.security_group_id, description=f"Tasks of {spec.role}")
        self.execution_role = self._create_execution_role(grants, log_group)
        self.task_role = self._create_task_role(grants)
        self.definition = self._create_definition()
        #: What must exist before a task starts, the definition aside.
        self.requirements: list[pulumi.Resource] = [
            *self.execution_role.resources,
            *self.task_role.resources,
            *(resource for grant in grants for resource in grant.depends_on),
        ]
        self.register_outputs({"family": self.family, "arn": self.definition.arn})

    def _create_security_group(
        self, network: Network, grants: Sequence[Grant], ingress: Sequence[Rule]
    ) -> SecurityGroup:
        # Image layers, logs, secrets and AWS's APIs are all behind 443.
        https = Rule(role="https", description="HTTPS", from_port=443, cidr="0.0.0.0/0")
        return SecurityGroup(
            f"{self.logical_name}-group",
            vpc_id=network.id,
            description=f"Tasks of {self._spec.role}",
            ingress=ingress,
            egress=[https, *egress_rules(grants)],
            opts=self.child(),
        )

    def _create_execution_role(self, grants: Sequence[Grant], log_group: str) -> ServiceRole:
        streams = self._names.arn("logs", f"log-group:{log_group}:*")
        return create_service_role(
            self,
            f"{self.logical_name}-execution",
            service=_ECS_TASKS,
            description=f"Starts tasks of {self._spec.role}: image, logs and secrets",
            names=self._names,
            role_name=self._role_name("execution"),
            statements=[
                Statement(sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams]),
                *pull_statements(self._spec.image),
                *(statement for grant in grants for statement in grant.secret_statements),
            ],
        )

    def _create_task_role(self, grants: Sequence[Grant]) -> ServiceRole:
        return create_service_role(
            self,
            f"{self.logical_name}-task",
            service=_ECS_TASKS,
            description=f"What {self._spec.role} itself may do",
            names=self._names,
            role_name=self._role_name("task"),
            statements=[
                *(statement for grant in grants for statement in grant.statements),
                *(self._cluster.shell_statements() if self._spec.shell else ()),
            ],
        )

    def _role_name(self, role: str) -> str:
        # Exact, so that what passes the role on to ECS can be held to it before the role exists.
        return self._names.physical(self._spec.role, role, limit=_ROLE_NAME_LIMIT)

    def _create_definition(self) -> ecs.TaskDefinition:
        return ecs.TaskDefinition(
            self.logical_name,
            family=self.family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(self._spec.cpu),
            memory=str(self._spec.memory),
            runtime_platform={
                "cpu_architecture": self._spec.architecture,
                "operating_system_family": "LINUX",
            },
            execution_role_arn=self.execution_role.arn,
            task_role_arn=self.task_role.arn,
            container_definitions=json_document(self.container_definitions),
            volumes=[
                ecs.TaskDefinitionVolumeArgs(name=volume)
                for volume in task_definition.volume_names(shell=self._spec.shell)
            ],
            # A revision that is deregistered cannot be gone back to.
            skip_destroy=True,
            tags=self.tags,
            opts=self.child(),
        )


def _container(spec: TaskSpec, names: Names, grants: Sequence[Grant], log_group: str) -> Container:
    version = (
        task_definition.image_version(spec.image)
        if isinstance(spec.image, str)
        else pulumi.Output.from_input(spec.image).apply(task_definition.image_version)
    )
    own = task_definition.common_environment(names, spec.role, version=version)
    linked = task_definition.merged_environment(spec.environment, grants)
    environment = {**own, **linked}
    return Container(
        name=spec.role,
        image=spec.image,
        environment=environment,
        secrets=task_definition.merged_secrets(grants, environment),
        log_group=log_group,
        region=names.region,
        port=spec.port,
        health_command=spec.health_command,
        command=spec.command,
        shell=spec.shell,
    )
