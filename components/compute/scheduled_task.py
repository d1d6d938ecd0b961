"""A task that runs by the clock and ends, such as the nightly dump of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import scheduler

from components.component import Component
from components.compute.ecs_cluster import EcsCluster
from components.compute.error_logs import ErrorLogs
from components.compute.fargate_task import FargateTask, Network, TaskSpec
from components.compute.service_logs import ServiceLogs
from components.grant import Grant, Statement
from components.iam import ServiceRole, create_service_role
from components.names import Names

#: Minutes within which AWS may start the task; spreads the load of everybody's full hours.
_WINDOW_MINUTES: Final = 15
#: A task that cannot be started, for want of capacity say, is tried again this often within this time.
_ATTEMPTS: Final = 5
_ATTEMPT_SECONDS: Final = 3600


class ScheduledTask(Component):
    """A Fargate task that EventBridge Scheduler starts.

    Creates its log groups, task definition, roles and security group, the schedule, and the role that may start exactly
    this task in exactly this cluster.

    Costs at rest: nothing; each run costs by vCPU and GB for as long as it takes.

    Replaced by: another role name.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html

    Args:
        name: Logical name.
        spec: What to run.
        schedule: When, as an AWS schedule expression.
        names: Names of the stack.
        cluster: Where it runs.
        vpc: The network; it runs in private subnets.
        grants: What it uses.
        log_retention_days: Days that its log is kept.
        error_log_retention_days: Days that a copy of its error lines is kept.
        timezone: IANA time zone of the schedule.
        error_logs: What copies error lines; None keeps no copy.
        kms_key_arn: Key that encrypts its log; None for AWS's own encryption.
        requires: Further resources that must exist before it starts.
        opts: Options of the component.
    """

    token = "compute:ScheduledTask"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        spec: TaskSpec,
        schedule: str,
        names: Names,
        cluster: EcsCluster,
        vpc: Network,
        grants: Sequence[Grant],
        log_retention_days: int,
        error_log_retention_days: int = 0,
        timezone: str = "UTC",
        error_logs: ErrorLogs | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {"schedule": schedule, "timezone": timezone}, opts)
        self._spec = spec
        self._names = names
        self._cluster = cluster
        self.logs = ServiceLogs(
            f"{name}-logs",
            service=spec.role,
            names=names,
            retention_days=log_retention_days,
            error_retention_days=error_log_retention_days,
            error_logs=error_logs,
            kms_key_arn=kms_key_arn,
            opts=self.child(),
        )
        self.task = FargateTask(
            f"{name}-task",
            spec=spec,
            names=names,
            cluster=cluster,
            network=vpc,
            grants=grants,
            log_group=self.logs.group_name,
            opts=self.child(),
        )
        self.task_definition = self.task.definition
        self.security_group_id: pulumi.Output[str] = self.task.security_group_id
        self.role = self._create_role()
        self.schedule = self._create_schedule(schedule, timezone, vpc, requires)
        self.register_outputs({"schedule": self.schedule.name, "taskDefinition": self.task_definition.arn})

    def _create_role(self) -> ServiceRole:
        in_cluster = {"ArnEquals": {"ecs:cluster": self._cluster.arn}}
        return create_service_role(
            self,
            f"{self.logical_name}-schedule",
            service="scheduler.amazonaws.com",
            description=f"EventBridge Scheduler starts {self._spec.role}",
            names=self._names,
            statements=[
                Statement(
                    sid="RunTask",
                    actions=["ecs:RunTask"],
                    resources=[self._names.arn("ecs", f"task-definition/{self.task.family}:*")],
                    conditions=in_cluster,
                ),
                Statement(
                    sid="TagTask",
                    actions=["ecs:TagResource"],
                    resources=[self._names.arn("ecs", f"task/{self._cluster.name}/*")],
                    conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
                ),
                Statement(
                    sid="PassTaskRoles",
                    actions=["iam:PassRole"],
                    resources=[self.task.execution_role.known_arn, self.task.task_role.known_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
            ],
        )

    def _create_schedule(
        self, schedule: str, timezone: str, vpc: Network, requires: Sequence[pulumi.Resource]
    ) -> scheduler.Schedule:
        return scheduler.Schedule(
            self.logical_name,
            description=f"Starts {self._spec.role}",
            schedule_expression=schedule,
            schedule_expression_timezone=timezone,
            flexible_time_window={"mode": "FLEXIBLE", "maximum_window_in_minutes": _WINDOW_MINUTES},
            target={
                "arn": self._cluster.cluster.arn,
                "role_arn": self.role.arn,
                "ecs_parameters": {
                    "task_definition_arn": self.task_definition.arn,
                    "task_count": 1,
                    # Not on Spot: a run that is cut off half way is worth nothing.
                    "launch_type": "FARGATE",
                    "platform_version": "LATEST",
                    "enable_ecs_managed_tags": True,
                    "propagate_tags": "TASK_DEFINITION",
                    "network_configuration": {
                        "subnets": list(vpc.private_subnet_ids),
                        "security_groups": [self.security_group_id],
                        "assign_public_ip": False,
                    },
                },
                "retry_policy": {
                    "maximum_retry_attempts": _ATTEMPTS,
                    "maximum_event_age_in_seconds": _ATTEMPT_SECONDS,
                },
            },
            opts=self.child(
                depends_on=[
                    self._cluster.capacity_providers,
                    self.logs.group,
                    *self.role.resources,
                    *self.task.requirements,
                    *requires,
                ]
            ),
        )
