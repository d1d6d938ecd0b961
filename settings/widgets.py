"""Widgets of dashboards that a system names itself."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Section
from settings.metric_alarms import MetricId, Reading, Stat, Watched

#: By subject, and by who looks: ``executive`` has health and figures, ``operations`` everything technical, ``business``
#: what users do.
Dashboard = Literal["service-health", "api", "database", "cost", "executive", "operations", "business"]


class WidgetMetric(Section):
    """One of the metrics that a widget shows or calculates with."""

    watches: Watched
    """What it belongs to, as in ``metricAlarms``; also ``bucket:<name>`` and ``functions`` for all of the account."""
    metric: str | None = Field(default=None, min_length=1)
    """Name of the metric; that of the filter where it watches one."""
    dimensions: dict[str, str] = Field(default_factory=dict[str, str])
    """Dimensions beyond those that name the thing."""
    stat: Stat = "Sum"
    """Statistic."""


class Widget(Section):
    """A graph."""

    enabled: bool = True
    """Whether the widget exists in this stack."""
    title: str = Field(min_length=1, max_length=128)
    """What stands above it."""
    dashboard: Dashboard = "service-health"
    """Dashboard that it stands on, or else the first."""
    metrics: Annotated[dict[MetricId, WidgetMetric], Field(min_length=1)]
    """Metrics, by the name that expressions know them by."""
    expressions: dict[str, str] = Field(default_factory=dict[str, str])
    """Arithmetic over ``metrics``, by its label. The metrics are then not shown themselves."""
    period_seconds: int = Field(default=300, ge=60, le=2592000, multiple_of=60)
    """Length of one point."""
    limit: float | None = None
    """A line to draw."""

    @model_validator(mode="after")
    def _known(self) -> Widget:
        for label, expression in self.expressions.items():
            for id in re.findall(r"\b[a-z][A-Za-z0-9_]*\b", expression):
                if id not in self.metrics:
                    raise ValueError(f'expressions {label}: "{id}" is none of its metrics')
        return self

    @property
    def readings(self) -> dict[str, Reading]:
        """The metrics that it reads."""
        return {id: Reading(entry.watches, entry.metric, entry.dimensions) for id, entry in self.metrics.items()}
