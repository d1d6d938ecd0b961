"""Metrics that CloudWatch counts from the lines of logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from settings.metric_filters import MetricFilter


class MetricFilters(Component):
    """The filters of ``observability.metricFilters``, each with its metric.

    Costs at rest: 0.30 USD a month for each metric, and for each combination of values where it has dimensions.

    Replaced by: another name, or another log.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html

    Args:
        name: Logical name.
        settings: Filters by name; those that are not enabled are left out.
        names: Names of the stack.
        namespace: Namespace of metrics that name none.
        groups: Log groups, by whose they are.
        opts: Options of the component.

    Attributes:
        filters: The filters by name.
    """

    token = "observability:MetricFilters"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, MetricFilter],
        names: Names,
        namespace: str,
        groups: Mapping[str, cloudwatch.LogGroup],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.filters = {
            key: cloudwatch.LogMetricFilter(
                f"{name}-{key}",
                name=names.physical(key, limit=512),
                log_group_name=groups[entry.log].name,
                pattern=entry.filter_pattern,
                metric_transformation=_transformation(entry, namespace),
                opts=self.child(delete_before_replace=True),
            )
            for key, entry in settings.items()
            if entry.enabled
        }
        self.register_outputs({})


def _transformation(entry: MetricFilter, namespace: str) -> Any:
    transformation: dict[str, Any] = {
        "name": entry.metric,
        "namespace": entry.namespace or namespace,
        "value": entry.value,
        "unit": entry.unit,
    }
    if entry.counts_nothing_as_zero:
        # Without it a metric has no data while nothing happens, and a rate nothing to divide.
        transformation["default_value"] = "0"
    if entry.dimensions:
        transformation["dimensions"] = dict(entry.dimensions)
    return transformation
