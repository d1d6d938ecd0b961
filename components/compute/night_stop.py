"""Stops the database outside working hours, where nobody needs it then."""

from __future__ import annotations

import pulumi
from pulumi_aws import scheduler

from components.component import Component
from components.documents import json_document
from components.grant import Statement
from components.iam import ServiceRole, create_service_role
from components.names import Names


class NightStop(Component):
    """Two schedules that stop and start an RDS instance through EventBridge Scheduler's universal target.

    A stopped instance costs its storage only. AWS starts it again by itself after seven days. Services go to zero tasks
    by their own ``scaling.scheduled``.

    Costs at rest: nothing.

    Replaced by: nothing that configuration can change.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html

    Args:
        name: Logical name.
        names: Names of the stack.
        instance_identifier: Identifier of the instance.
        instance_arn: Its ARN.
        stop: When it stops, as an AWS schedule expression.
        start: When it starts.
        timezone: IANA time zone of both.
        opts: Options of the component.
    """

    token = "compute:NightStop"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        instance_identifier: pulumi.Input[str],
        instance_arn: pulumi.Input[str],
        stop: str,
        start: str,
        timezone: str = "UTC",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {"stop": stop, "start": start, "timezone": timezone}, opts)
        self._instance_identifier = instance_identifier
        self._timezone = timezone
        self.role = self._create_role(names, instance_arn)
        self.stop = self._create_schedule("stop", "stopDBInstance", stop)
        self.start = self._create_schedule("start", "startDBInstance", start)
        self.register_outputs({})

    def _create_role(self, names: Names, instance_arn: pulumi.Input[str]) -> ServiceRole:
        return create_service_role(
            self,
            self.logical_name,
            service="scheduler.amazonaws.com",
            description="EventBridge Scheduler stops and starts the database",
            names=names,
            statements=[
                Statement(
                    sid="StopAndStart",
                    actions=["rds:StartDBInstance", "rds:StopDBInstance"],
                    resources=[instance_arn],
                )
            ],
        )

    def _create_schedule(self, role: str, action: str, expression: str) -> scheduler.Schedule:
        return scheduler.Schedule(
            f"{self.logical_name}-{role}",
            description=f"{role.capitalize()}s the database",
            schedule_expression=expression,
            schedule_expression_timezone=self._timezone,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": f"arn:aws:scheduler:::aws-sdk:rds:{action}",
                "role_arn": self.role.arn,
                "input": json_document({"DbInstanceIdentifier": self._instance_identifier}),
            },
            opts=self.child(depends_on=self.role.resources),
        )
