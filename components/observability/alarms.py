"""CloudWatch alarms on services, database, cache and load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from components.observability import runbooks
from components.observability.alarm_specs import AlarmSpec, Metric, alarm_specs
from components.observability.watched import Watched
from settings.observability import Alarms as AlarmsSettings

#: The only region in which CloudWatch sees Route 53's health checks.
HEALTH_CHECK_REGION: Final = "us-east-1"


class Alarms(Component):
    """An alarm for each thing in the stack that a threshold applies to, that tells the topic when it rings and ends.

    Costs at rest: 0.10 USD a month for each alarm, 0.20 for the error rate, which reads two metrics. No change replaces
    an alarm but that of its name. Names are exact: people read them in mails and in Slack.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html

    Args:
        name: Logical name.
        settings: Thresholds.
        names: Names of the stack.
        topic_arn: Topic that is told.
        watched: What exists in the stack.
        opts: Options of the component.

    Attributes:
        alarms: The alarms by role, such as ``search-cpu`` or ``api-errors``.
        arns: Their ARNs, known before deployment where the account is.
    """

    token = "observability:Alarms"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: AlarmsSettings,
        names: Names,
        topic_arn: pulumi.Input[str],
        watched: Watched,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._topic_arn = topic_arn
        specs = alarm_specs(settings, watched)
        self.alarms = {spec.role: self._create(spec) for spec in specs}
        self.arns: Sequence[pulumi.Input[str]] = [
            names.arn("cloudwatch", f"alarm:{_alarm_name(names, spec.role)}") for spec in specs
        ]
        self.register_outputs({})

    def _create(self, spec: AlarmSpec) -> cloudwatch.MetricAlarm:
        metric = spec.metric
        return cloudwatch.MetricAlarm(
            f"{self.logical_name}-{spec.role}",
            name=_alarm_name(self._names, spec.role),
            alarm_description=f"{spec.description}. {runbooks.shared(spec.kind)}",
            namespace=None if metric is None else metric.namespace,
            metric_name=None if metric is None else metric.name,
            dimensions=None if metric is None else metric.dimensions,
            statistic=None if metric is None else metric.stat,
            period=None if metric is None else self._settings.period_seconds,
            metric_queries=None if metric is not None else self._queries(spec),
            comparison_operator="LessThanThreshold" if spec.below else "GreaterThanThreshold",
            threshold=spec.threshold,
            evaluation_periods=self._settings.evaluations,
            datapoints_to_alarm=self._settings.evaluations,
            treat_missing_data=spec.missing,
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            tags=self.tags,
            opts=self.child(),
        )

    def _queries(self, spec: AlarmSpec) -> list[Any]:
        result = {"id": "result", "expression": spec.expression, "label": spec.role, "return_data": True}
        return [result, *(self._query(id, metric) for id, metric in spec.metrics.items())]

    def _query(self, id: str, metric: Metric) -> dict[str, Any]:
        return {
            "id": id,
            "return_data": False,
            "metric": {
                "namespace": metric.namespace,
                "metric_name": metric.name,
                "dimensions": metric.dimensions,
                "stat": metric.stat,
                "period": self._settings.period_seconds,
            },
        }


class HealthAlarm(Component):
    """The alarm on a Route 53 health check, in the only region that sees it.

    Costs at rest: 0.10 USD a month; the health check is somebody else's.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html

    Args:
        name: Logical name.
        settings: How many evaluations ring the alarm.
        names: Names of the stack.
        health_check_id: The health check.
        topic_arn: Topic that is told; it must be in ``HEALTH_CHECK_REGION``.
        role: What is checked, for the alarm's name, where a stack has several checks.
        opts: Options of the component.

    Attributes:
        alarm: The alarm.
    """

    token = "observability:HealthAlarm"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: AlarmsSettings,
        names: Names,
        health_check_id: pulumi.Input[str],
        topic_arn: pulumi.Input[str],
        role: str = "health",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.alarm = cloudwatch.MetricAlarm(
            name,
            name=_alarm_name(names, role),
            alarm_description=f"The health check fails from outside. {runbooks.shared('health')}",
            namespace="AWS/Route53",
            metric_name="HealthCheckStatus",
            dimensions={"HealthCheckId": health_check_id},
            statistic="Minimum",
            period=60,
            comparison_operator="LessThanThreshold",
            threshold=1,
            evaluation_periods=settings.evaluations,
            datapoints_to_alarm=settings.evaluations,
            # A check that reports nothing is not running.
            treat_missing_data="breaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            region=HEALTH_CHECK_REGION,
            tags=self.tags,
            opts=self.child(),
        )
        self.register_outputs({})


def _alarm_name(names: Names, role: str) -> str:
    return names.physical(role, limit=255)
