"""Alarms and saved log queries that a system names itself, with thresholds of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Name, Section, form

#: ``Sum``, ``Average`` … or a percentile such as ``p95`` or ``p99.9``.
Stat = Annotated[str, form(r"^(Sum|Average|Minimum|Maximum|SampleCount|p(\d{1,2}(\.\d+)?|100))$", "p99")]
#: ``function:<name>``, ``table:<name>``, ``service:<name>``, ``filter:<name>``, ``http-api``, ``application`` …
Watched = Annotated[str, form(r"^[a-z][a-z-]*(:[a-z][a-z0-9-]*)?$", "function:api")]
#: A name that an expression knows a metric by.
MetricId = Annotated[str, form(r"^[a-z][A-Za-z0-9_]{0,254}$", "errors")]


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric that an alarm reads.

    Attributes:
        watches: What it belongs to, as in the settings.
        metric: Its name; None for the metric of a filter.
        dimensions: Dimensions beyond those that name the thing.
    """

    watches: str
    metric: str | None
    dimensions: Mapping[str, str]

    @property
    def kind(self) -> str:
        """``function`` of ``function:orders``."""
        return self.watches.partition(":")[0]

    @property
    def name(self) -> str:
        """``orders`` of ``function:orders``; empty where a kind is one of its kind."""
        return self.watches.partition(":")[2]


class AlarmMetric(Section):
    """One of the metrics that an expression is made of."""

    metric: str | None = Field(default=None, min_length=1)
    """Name of the metric; that of the filter where it watches one."""
    stat: Stat = "Sum"
    """Statistic."""
    watches: Watched | None = None
    """What it belongs to, where that is not what the alarm watches."""
    dimensions: dict[str, str] | None = None
    """Its dimensions beyond those that name the thing; the alarm's own by default."""


class MetricAlarm(Section):
    """An alarm on one metric, or on arithmetic over several, of one thing in the stack."""

    enabled: bool = True
    """Whether the alarm exists in this stack."""
    description: str
    """What it means that it rings."""
    severity: Literal["warning", "critical"] = "critical"
    """How urgent it is; stands first in its description."""
    watches: Watched
    """What is watched: ``function:<name>``, ``table:<name>``, ``service:<name>``, ``bucket:<name>``, ``http-api``,
    ``rest-api``, ``websocket-api``, ``load-balancer``, ``database``; ``functions`` for all of the account in the
    region; ``filter:<name>`` of ``metricFilters``; or ``application`` for the system's own metrics. Namespace and
    dimensions follow from it."""
    metric: str | None = None
    """Name of the metric; that of the filter where it watches one."""
    dimensions: dict[str, str] = Field(default_factory=dict[str, str])
    """Dimensions beyond those that name the thing, such as ``Operation`` of a table or a filter's own."""
    stat: Stat = "Sum"
    """Statistic of ``metric``."""
    metrics: dict[MetricId, AlarmMetric] = Field(default_factory=dict[str, AlarmMetric])
    """Metrics of ``expression``, by the name that it knows them by."""
    expression: str | None = None
    """Arithmetic over ``metrics``, such as ``100*errors/invocations``."""
    threshold: float | None = None
    """The value that must not be passed."""
    band: float | None = Field(default=None, gt=0, le=10)
    """In place of ``threshold``, for what has no fixed one: how many standard deviations it may be from what CloudWatch
    expects at this hour, which it learns from up to two weeks."""
    below: bool = False
    """Whether it rings below the threshold rather than above."""
    period_seconds: int = Field(default=300, ge=60, le=86400, multiple_of=60)
    """Length of one evaluation."""
    evaluations: int = Field(default=1, ge=1, le=100)
    """Evaluations past the threshold before it rings."""
    missing: Literal["missing", "notBreaching", "breaching"] = "notBreaching"
    """What no data means."""
    channel: Name | None = None
    """Channel of ``notifications`` that is told; the addresses of all other news by default."""
    notify: bool = True
    """Whether it tells anybody; false for a part of a composite alarm, which tells for it."""
    rollback: bool = False
    """Whether it stops a deployment by CodeDeploy, which then goes back."""

    @model_validator(mode="after")
    def _one_form(self) -> MetricAlarm:
        filtered = self.watches.startswith("filter:")
        if self.expression is None and (self.metric is None) != filtered:
            raise ValueError(
                "metric: a filter has one metric, which needs no name"
                if filtered
                else "set either metric, or expression with metrics"
            )
        if self.expression is not None and self.metric is not None:
            raise ValueError("set either metric, or expression with metrics")
        if (self.threshold is None) == (self.band is None):
            raise ValueError("set either threshold, or band for what is unusual")
        if self.evaluations * self.period_seconds > 86_400:
            raise ValueError("evaluations of periodSeconds span more than a day, which CloudWatch refuses")
        for id, entry in self.metrics.items():
            if (entry.metric is None) != (entry.watches or self.watches).startswith("filter:"):
                raise ValueError(f"metrics {id}: name its metric, or watch a filter, which has one")
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
    def readings(self) -> dict[str, Reading]:
        """The metrics that it reads, by the name that its expression knows them by; a single one by ``watched``."""
        if self.expression is None:
            return {"watched": Reading(self.watches, self.metric, self.dimensions)}
        return {
            id: Reading(
                entry.watches or self.watches,
                entry.metric,
                self.dimensions if entry.dimensions is None else entry.dimensions,
            )
            for id, entry in self.metrics.items()
        }


class SavedQuery(Section):
    """A query that CloudWatch Logs Insights keeps by name."""

    query: str = Field(min_length=1, max_length=10_000)
    """The query."""
    logs: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Whose logs it reads: functions by name, and ``http-api`` for its access log."""
