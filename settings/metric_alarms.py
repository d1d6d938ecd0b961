"""Alarms and saved log queries that a system names itself, with thresholds of its own."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from settings.base import Name, Section

#: ``Sum``, ``Average`` … or a percentile such as ``p95`` or ``p99.9``.
Stat = Annotated[str, StringConstraints(pattern=r"^(Sum|Average|Minimum|Maximum|SampleCount|p(\d{1,2}(\.\d+)?|100))$")]
#: ``function:<name>``, ``http-api`` or ``application``.
Watched = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*(:[a-z][a-z0-9-]*)?$")]
#: A name that an expression knows a metric by.
MetricId = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_]{0,254}$")]

#: What AWS publishes for each kind of thing that an alarm can watch, with the dimensions that the kind has.
#: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
PUBLISHED: dict[str, frozenset[str]] = {
    "function": frozenset(
        {
            "AsyncEventAge",
            "AsyncEventsDropped",
            "AsyncEventsReceived",
            "ConcurrentExecutions",
            "DeadLetterErrors",
            "DestinationDeliveryFailures",
            "Duration",
            "Errors",
            "Invocations",
            "ProvisionedConcurrencySpilloverInvocations",
            "ProvisionedConcurrencyUtilization",
            "Throttles",
        }
    ),
    "http-api": frozenset({"4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"}),
    "rest-api": frozenset(
        {"4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency"}
    ),
    "table": frozenset(
        {
            "ConditionalCheckFailedRequests",
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "ReplicationLatency",
            "SuccessfulRequestLatency",
            "SystemErrors",
            "ThrottledRequests",
            "UserErrors",
            "WriteThrottleEvents",
        }
    ),
}


class AlarmMetric(Section):
    """One of the metrics that an expression is made of."""

    metric: str = Field(min_length=1)
    """Name of the metric."""
    stat: Stat = "Sum"
    """Statistic."""


class MetricAlarm(Section):
    """An alarm on one metric, or on arithmetic over several, of one thing in the stack."""

    enabled: bool = True
    """Whether the alarm exists in this stack."""
    description: str
    """What it means that it rings."""
    severity: Literal["warning", "critical"] = "critical"
    """How urgent it is; stands first in its description."""
    watches: Watched
    """What is watched: ``function:<name>``, ``http-api``, or ``application`` for the system's own metrics. Namespace
    and dimensions follow from it."""
    metric: str | None = None
    """Name of the metric."""
    stat: Stat = "Sum"
    """Statistic of ``metric``."""
    metrics: dict[MetricId, AlarmMetric] = Field(default_factory=dict[str, AlarmMetric])
    """Metrics of ``expression``, by the name that it knows them by."""
    expression: str | None = None
    """Arithmetic over ``metrics``, such as ``100*errors/invocations``."""
    threshold: float
    """The value that must not be passed."""
    below: bool = False
    """Whether it rings below the threshold rather than above."""
    period_seconds: int = Field(default=300, ge=60, le=86400, multiple_of=60)
    """Length of one evaluation."""
    evaluations: int = Field(default=1, ge=1, le=100)
    """Evaluations past the threshold before it rings."""
    missing: Literal["missing", "notBreaching", "breaching"] = "notBreaching"
    """What no data means."""
    rollback: bool = False
    """Whether it stops a deployment by CodeDeploy, which then goes back."""

    @model_validator(mode="after")
    def _one_form(self) -> MetricAlarm:
        if (self.metric is None) == (self.expression is None):
            raise ValueError("set either metric, or expression with metrics")
        if self.evaluations * self.period_seconds > 86_400:
            raise ValueError("evaluations of periodSeconds span more than a day, which CloudWatch refuses")
        if self.expression is None:
            if self.metrics:
                raise ValueError("metrics belong to an expression")
            return self
        used = set(re.findall(r"\b[a-z][A-Za-z0-9_]*\b", self.expression))
        if not self.metrics or used != set(self.metrics):
            unknown = ", ".join(sorted(used ^ set(self.metrics))) or "no metric"
            raise ValueError(f'expression "{self.expression}" and metrics differ in {unknown}')
        return self

    @property
    def names(self) -> list[str]:
        """The metrics that it reads."""
        return [self.metric] if self.metric is not None else [entry.metric for entry in self.metrics.values()]


class SavedQuery(Section):
    """A query that CloudWatch Logs Insights keeps by name."""

    query: str = Field(min_length=1, max_length=10_000)
    """The query."""
    logs: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Whose logs it reads: functions by name, and ``http-api`` for its access log."""
