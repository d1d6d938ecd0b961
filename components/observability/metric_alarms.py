"""CloudWatch alarms that a system names itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from components.observability import runbooks
from settings.metric_alarms import MetricAlarm, Reading

#: The band of an anomaly alarm, as its queries name it.
_BAND: Final = "band"
#: How a value is compared, by whether there is a band and whether the alarm rings below.
_COMPARISONS: Final = {
    (False, False): "GreaterThanThreshold",
    (False, True): "LessThanThreshold",
    (True, False): "GreaterThanUpperThreshold",
    (True, True): "LessThanLowerThreshold",
}


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

    Costs at rest: 0.10 USD a month for each metric that an alarm reads, 0.30 with a band. No change replaces an alarm
    but that of its name, which is exact, because deployments and people refer to it.

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
        whole = alarm.expression is None and alarm.band is None
        single = self._metric(alarm.readings["watched"]) if whole else None
        percentile = alarm.stat.startswith("p")
        return cloudwatch.MetricAlarm(
            f"{self.logical_name}-{key}",
            name=self.name_of(key),
            alarm_description=f"{alarm.severity.capitalize()}: {alarm.description}. {runbooks.own(self._names, key)}",
            namespace=None if single is None else single["namespace"],
            metric_name=None if single is None else single["metric_name"],
            dimensions=None if single is None else single.get("dimensions"),
            statistic=alarm.stat if single is not None and not percentile else None,
            extended_statistic=alarm.stat if single is not None and percentile else None,
            period=None if single is None else alarm.period_seconds,
            metric_queries=None if single is not None else self._queries(key, alarm),
            comparison_operator=_COMPARISONS[alarm.band is not None, alarm.below],
            threshold=alarm.threshold,
            threshold_metric_id=None if alarm.band is None else _BAND,
            evaluation_periods=alarm.evaluations,
            datapoints_to_alarm=alarm.evaluations,
            treat_missing_data=alarm.missing,
            alarm_actions=[self._topics[alarm.channel]] if alarm.notify else None,
            ok_actions=[self._topics[alarm.channel]] if alarm.notify else None,
            tags=self.tags,
            opts=self.child(),
        )

    def _metric(self, reading: Reading) -> dict[str, Any]:
        target = self._targets[reading.watches]
        metric = {"namespace": target.namespace, "metric_name": reading.metric or target.metric}
        dimensions = {**target.dimensions, **reading.dimensions}
        return {**metric, "dimensions": dimensions} if dimensions else metric

    def _queries(self, key: str, alarm: MetricAlarm) -> list[Any]:
        result = "watched" if alarm.expression is None else "result"
        queries: list[Any] = []
        if alarm.expression is not None:
            queries.append({"id": result, "expression": alarm.expression, "label": key, "return_data": True})
        for id, reading in alarm.readings.items():
            stat = alarm.stat if alarm.expression is None else alarm.metrics[id].stat
            metric = {**self._metric(reading), "stat": stat, "period": alarm.period_seconds}
            queries.append({"id": id, "return_data": id == result, "metric": metric})
        if alarm.band is not None:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
            expression = f"ANOMALY_DETECTION_BAND({result}, {alarm.band:g})"
            queries.append({"id": _BAND, "expression": expression, "label": "expected", "return_data": True})
        return queries
