"""CloudWatch alarms that are made of others."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from components.observability import runbooks
from components.observability.metric_alarms import MetricAlarms
from settings.composite_alarms import CompositeAlarm


class CompositeAlarms(Component):
    """The alarms of ``observability.compositeAlarms``, each with the rule over the alarms that it is made of.

    Costs at rest: 0.50 USD a month for each. No change replaces an alarm but that of its name, which is exact, because
    people refer to it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html

    Args:
        name: Logical name.
        settings: Alarms by name; those that are not enabled are left out.
        names: Names of the stack.
        parts: The alarms that they are made of.
        topic_arn: Topic that is told.
        channels: Topics that an alarm may choose instead, by name.
        opts: Options of the component.

    Attributes:
        alarms: The alarms by name.
        arns: Their ARNs, known before deployment where the account is.
    """

    token = "observability:CompositeAlarms"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, CompositeAlarm],
        names: Names,
        parts: MetricAlarms,
        topic_arn: pulumi.Input[str],
        channels: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._parts = parts
        self._topics = {None: topic_arn, **(channels or {})}
        active = {key: alarm for key, alarm in settings.items() if alarm.enabled}
        self.alarms = {key: self._create(key, alarm) for key, alarm in active.items()}
        self.arns: list[pulumi.Input[str]] = [names.arn("cloudwatch", f"alarm:{self._name_of(key)}") for key in active]
        self.register_outputs({})

    def _name_of(self, key: str) -> str:
        return self._names.physical(key, limit=255)

    def _create(self, key: str, alarm: CompositeAlarm) -> cloudwatch.CompositeAlarm:
        topic = self._topics[alarm.channel]
        return cloudwatch.CompositeAlarm(
            f"{self.logical_name}-{key}",
            alarm_name=self._name_of(key),
            alarm_description=f"{alarm.severity.capitalize()}: {alarm.description}. {runbooks.own(self._names, key)}",
            alarm_rule=(" OR " if alarm.any else " AND ").join(
                f'ALARM("{self._parts.name_of(part)}")' for part in alarm.parts
            ),
            alarm_actions=[topic],
            ok_actions=[topic],
            tags=self.tags,
            # CloudWatch refuses a rule over an alarm that it does not know.
            opts=self.child(depends_on=[self._parts.alarms[part] for part in alarm.parts]),
        )
