"""Widgets that a system names itself, as a dashboard's body has them. Makes no resource.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.observability.metric_alarms import Target
from settings.metric_alarms import Reading
from settings.widgets import Dashboard, Widget


def own_widgets(
    settings: Mapping[str, Widget], targets: Mapping[str, Target], region: str
) -> dict[Dashboard, list[dict[str, Any]]]:
    """The widgets by the dashboard that they stand on.

    Args:
        settings: Widgets by name.
        targets: What can be watched, by the text of ``watches``.
        region: The stack's region.
    """
    placed: dict[Dashboard, list[dict[str, Any]]] = {}
    for widget in settings.values():
        if widget.enabled:
            placed.setdefault(widget.dashboard, []).append(_graph(widget, targets, region))
    return placed


def _graph(widget: Widget, targets: Mapping[str, Target], region: str) -> dict[str, Any]:
    lines: list[list[Any]] = [
        [{"expression": expression, "id": f"e{number}", "label": label}]
        for number, (label, expression) in enumerate(widget.expressions.items(), 1)
    ]
    for id, reading in widget.readings.items():
        options: dict[str, Any] = {"id": id, "stat": widget.metrics[id].stat}
        if widget.expressions:
            options["visible"] = False
        lines.append([*_address(reading, targets[reading.watches]), options])
    properties: dict[str, Any] = {
        "title": widget.title,
        "metrics": lines,
        "region": region,
        "stat": "Sum",
        "period": widget.period_seconds,
        "view": "timeSeries",
        "stacked": False,
        "yAxis": {"left": {"min": 0}},
    }
    if widget.limit is not None:
        properties["annotations"] = {"horizontal": [{"label": "limit", "value": widget.limit}]}
    return {"type": "metric", "properties": properties}


def _address(reading: Reading, target: Target) -> list[Any]:
    dimensions = {**target.dimensions, **reading.dimensions}
    return [
        target.namespace,
        reading.metric or target.metric,
        *(part for dimension in dimensions.items() for part in dimension),
    ]
