"""Which alarms a stack has, and at which value each rings. Makes no resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi

from components.observability.watched import Watched, WatchedDatabase
from settings.observability import Alarms

_GIB: Final = 1024**3

Missing = Literal["missing", "notBreaching", "breaching"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A CloudWatch metric.

    Attributes:
        namespace: Namespace, such as ``AWS/RDS``.
        name: Metric name.
        stat: Statistic.
        dimensions: Dimensions.
    """

    namespace: str
    name: str
    stat: str
    dimensions: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """An alarm.

    Attributes:
        role: What it watches; part of its name, and the heading of its runbook entry is ``kind``.
        kind: The kind of alarm.
        description: What it means that it rings.
        threshold: The value.
        below: Whether it rings below the threshold rather than above.
        metric: The metric; None for an expression.
        expression: Arithmetic over ``metrics``.
        metrics: Metrics by the id that the expression knows them by.
        missing: What no data means.
    """

    role: str
    kind: str
    description: str
    threshold: float
    below: bool = False
    metric: Metric | None = None
    expression: str | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict[str, Metric])
    missing: Missing = "notBreaching"


def alarm_specs(settings: Alarms, watched: Watched) -> list[AlarmSpec]:
    """The alarms of a stack: one for each thing in it that a threshold of the settings applies to.

    Args:
        settings: Thresholds; null drops an alarm.
        watched: What exists.
    """
    return [
        *_services(settings, watched),
        *(_database(settings, watched.database) if watched.database is not None else ()),
        *_cache(settings, watched.cache_nodes),
        *(_load_balancer(settings, watched.load_balancer) if watched.load_balancer is not None else ()),
    ]


def connections_threshold(percent: float, max_connections: int) -> float:
    """The number of connections that is ``percent`` of the limit."""
    return max_connections * percent / 100


def free_storage_threshold(percent: float, storage_gb: int) -> float:
    """The bytes that are ``percent`` of the storage; RDS counts storage in GiB."""
    return storage_gb * _GIB * percent / 100


def error_rate(load_balancer: pulumi.Input[str]) -> tuple[str, dict[str, Metric]]:
    """The share of requests that targets answer with a 5xx, in percent, and the metrics it is made of.

    Without requests neither metric has data, so nothing is ever divided by zero.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    dimensions = {"LoadBalancer": load_balancer}
    errors = Metric(namespace="AWS/ApplicationELB", name="HTTPCode_Target_5XX_Count", stat="Sum", dimensions=dimensions)
    requests = Metric(namespace="AWS/ApplicationELB", name="RequestCount", stat="Sum", dimensions=dimensions)
    metrics = {"http_code_target_5xx_count": errors, "request_count": requests}
    return "100*http_code_target_5xx_count/request_count", metrics


def _services(settings: Alarms, watched: Watched) -> Iterator[AlarmSpec]:
    kinds = (("cpu", "CPUUtilization", settings.cpu_percent), ("memory", "MemoryUtilization", settings.memory_percent))
    for service, service_name in watched.services.items():
        assert watched.cluster is not None  # Watched checks it
        dimensions = {"ClusterName": watched.cluster, "ServiceName": service_name}
        for kind, metric, percent in kinds:
            if percent is not None:
                yield AlarmSpec(
                    role=f"{service}-{kind}",
                    kind=f"service-{kind}",
                    description=f"{kind.upper() if kind == 'cpu' else 'Memory'} of {service} is above {percent:g} %",
                    threshold=percent,
                    metric=Metric(namespace="AWS/ECS", name=metric, stat="Average", dimensions=dimensions),
                )


def _database(settings: Alarms, database: WatchedDatabase) -> Iterator[AlarmSpec]:
    def of(name: str, stat: str = "Average") -> Metric:
        return Metric(
            namespace="AWS/RDS", name=name, stat=stat, dimensions={"DBInstanceIdentifier": database.identifier}
        )

    if settings.cpu_percent is not None:
        yield AlarmSpec(
            role="database-cpu",
            kind="database-cpu",
            description=f"CPU of the database is above {settings.cpu_percent:g} %",
            threshold=settings.cpu_percent,
            metric=of("CPUUtilization"),
            missing="missing",
        )
    if settings.connections_percent is not None:
        threshold = connections_threshold(settings.connections_percent, database.max_connections)
        yield AlarmSpec(
            role="database-connections",
            kind="database-connections",
            description=f"More than {threshold:g} of the database's {database.max_connections} connections are open",
            threshold=threshold,
            metric=of("DatabaseConnections", "Maximum"),
            missing="missing",
        )
    if settings.free_storage_percent is not None:
        yield AlarmSpec(
            role="database-storage",
            kind="database-storage",
            description=f"Less than {settings.free_storage_percent:g} % of the database's storage is free",
            threshold=free_storage_threshold(settings.free_storage_percent, database.storage_gb),
            below=True,
            metric=of("FreeStorageSpace", "Minimum"),
            missing="missing",
        )


def _cache(settings: Alarms, nodes: Sequence[pulumi.Input[str]]) -> Iterator[AlarmSpec]:
    # The host's CPU and not the engine's: a node with one or two CPUs is full when its host is.
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html
    kinds = (
        ("cpu", "CPUUtilization", settings.cpu_percent),
        ("memory", "DatabaseMemoryUsagePercentage", settings.memory_percent),
    )
    for number, node in enumerate(nodes, start=1):
        for kind, metric, percent in kinds:
            if percent is not None:
                yield AlarmSpec(
                    role=f"cache-{number:03}-{kind}",
                    kind=f"cache-{kind}",
                    description=f"{'CPU' if kind == 'cpu' else 'Memory'} of cache node {number} is above {percent:g} %",
                    threshold=percent,
                    metric=Metric(
                        namespace="AWS/ElastiCache", name=metric, stat="Average", dimensions={"CacheClusterId": node}
                    ),
                    missing="missing",
                )


def _load_balancer(settings: Alarms, load_balancer: pulumi.Input[str]) -> Iterator[AlarmSpec]:
    if settings.error_rate_percent is not None:
        expression, metrics = error_rate(load_balancer)
        yield AlarmSpec(
            role="api-errors",
            kind="api-errors",
            description=f"More than {settings.error_rate_percent:g} % of requests end in a 5xx of a service",
            threshold=settings.error_rate_percent,
            expression=expression,
            metrics=metrics,
        )
    if settings.latency_seconds is not None:
        yield AlarmSpec(
            role="api-latency",
            kind="api-latency",
            description=f"Services answer in more than {settings.latency_seconds:g} s on average",
            threshold=settings.latency_seconds,
            metric=Metric(
                namespace="AWS/ApplicationELB",
                name="TargetResponseTime",
                stat="Average",
                dimensions={"LoadBalancer": load_balancer},
            ),
        )
