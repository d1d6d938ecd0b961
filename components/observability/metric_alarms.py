"""CloudWatch alarms that a system names itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from settings.metric_alarms import MetricAlarm


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that alarms watch, as CloudWatch names it.

    Attributes:
        namespace: Namespace of its metrics.
        dimensions: Dimensions of its metrics.
    """

    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]


class MetricAlarms(Component):
    """The alarms of ``observability.metricAlarms``, each with the threshold that its entry names.

    Costs at rest: 0.10 USD a month for each metric that an alarm reads. No change replaces an alarm but that of its
    name, which is exact, because deployments and people refer to it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

    Args:
        name: Logical name.
        settings: Alarms by name.
        names: Names of the stack.
        targets: What can be watched, by the text of ``watches``.
        topic_arn: Topic that is told.
        opts: Options of the component.

    Attributes:
        alarms: The alarms by name.
        arns: Their ARNs, known before deployment where the account is.
    """

    token = "observability:MetricAlarms"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, MetricAlarm],
        names: Names,
        targets: Mapping[str, Target],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._topic_arn = topic_arn
        active = {key: alarm for key, alarm in settings.items() if alarm.enabled}
        self.alarms = {key: self._create(key, alarm, targets[alarm.watches]) for key, alarm in active.items()}
        self.arns: list[pulumi.Input[str]] = [names.arn("cloudwatch", f"alarm:{self.name_of(key)}") for key in active]
        self.register_outputs({})

    def name_of(self, alarm: str) -> str:
        """The exact name of an alarm."""
        return self._names.physical(alarm, limit=255)

    def _create(self, key: str, alarm: MetricAlarm, target: Target) -> cloudwatch.MetricAlarm:
        single = alarm.metric is not None
        percentile = alarm.stat.startswith("p")
        return cloudwatch.MetricAlarm(
            f"{self.logical_name}-{key}",
            name=self.name_of(key),
            alarm_description=f"{alarm.severity.capitalize()}: {alarm.description}",
            namespace=target.namespace if single else None,
            metric_name=alarm.metric,
            dimensions=target.dimensions if single else None,
            statistic=alarm.stat if single and not percentile else None,
            extended_statistic=alarm.stat if single and percentile else None,
            period=alarm.period_seconds if single else None,
            metric_queries=None if single else _queries(key, alarm, target),
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluations,
            datapoints_to_alarm=alarm.evaluations,
            treat_missing_data=alarm.missing,
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            tags=self.tags,
            opts=self.child(),
        )


def _queries(key: str, alarm: MetricAlarm, target: Target) -> list[Any]:
    return [
        {"id": "result", "expression": alarm.expression, "label": key, "return_data": True},
        *(
            {
                "id": id,
                "return_data": False,
                "metric": {
                    "namespace": target.namespace,
                    "metric_name": entry.metric,
                    "dimensions": target.dimensions,
                    "stat": entry.stat,
                    "period": alarm.period_seconds,
                },
            }
            for id, entry in alarm.metrics.items()
        ),
    ]
