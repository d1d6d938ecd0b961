"""CloudWatch alarms that a system names itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from settings.metric_alarms import MetricAlarm, Reading


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that alarms watch, as CloudWatch names it.

    Attributes:
        namespace: Namespace of its metrics.
        dimensions: Dimensions of its metrics.
        metric: Its only metric, where it has no other.
    """

    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]
    metric: str | None = None


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
        channels: Topics of channels that an alarm may choose instead, by name.
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
        channels: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._topics = {None: topic_arn, **(channels or {})}
        self._targets = targets
        active = {key: alarm for key, alarm in settings.items() if alarm.enabled}
        self.alarms = {key: self._create(key, alarm) for key, alarm in active.items()}
        self.arns: list[pulumi.Input[str]] = [names.arn("cloudwatch", f"alarm:{self.name_of(key)}") for key in active]
        self.register_outputs({})

    def name_of(self, alarm: str) -> str:
        """The exact name of an alarm."""
        return self._names.physical(alarm, limit=255)

    def _create(self, key: str, alarm: MetricAlarm) -> cloudwatch.MetricAlarm:
        single = None if alarm.expression is not None else self._metric(alarm.readings["watched"])
        percentile = alarm.stat.startswith("p")
        return cloudwatch.MetricAlarm(
            f"{self.logical_name}-{key}",
            name=self.name_of(key),
            alarm_description=f"{alarm.severity.capitalize()}: {alarm.description}",
            namespace=None if single is None else single["namespace"],
            metric_name=None if single is None else single["metric_name"],
            dimensions=None if single is None else single.get("dimensions"),
            statistic=alarm.stat if single is not None and not percentile else None,
            extended_statistic=alarm.stat if single is not None and percentile else None,
            period=None if single is None else alarm.period_seconds,
            metric_queries=None if single is not None else self._queries(key, alarm),
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluations,
            datapoints_to_alarm=alarm.evaluations,
            treat_missing_data=alarm.missing,
            alarm_actions=[self._topics[alarm.channel]],
            ok_actions=[self._topics[alarm.channel]],
            tags=self.tags,
            opts=self.child(),
        )

    def _metric(self, reading: Reading) -> dict[str, Any]:
        target = self._targets[reading.watches]
        metric = {"namespace": target.namespace, "metric_name": reading.metric or target.metric}
        dimensions = {**target.dimensions, **reading.dimensions}
        return {**metric, "dimensions": dimensions} if dimensions else metric

    def _queries(self, key: str, alarm: MetricAlarm) -> list[Any]:
        return [
            {"id": "result", "expression": alarm.expression, "label": key, "return_data": True},
            *(
                {
                    "id": id,
                    "return_data": False,
                    "metric": {
                        **self._metric(reading),
                        "stat": alarm.metrics[id].stat,
                        "period": alarm.period_seconds,
                    },
                }
                for id, reading in alarm.readings.items()
            ),
        ]
