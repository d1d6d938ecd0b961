"""What the dashboards show and where. Makes no resource.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from components.observability.alarm_specs import connections_threshold, error_rate
from components.observability.watched import Watched
from settings.governance import Budget
from settings.observability import Dashboard, Observability

#: Columns of a dashboard.
COLUMNS: Final = 24
#: Columns and rows of a widget; two stand side by side.
WIDTH: Final = 12
HEIGHT: Final = 6
#: The only region in which CloudFront and Route 53 write metrics.
GLOBAL_METRICS_REGION: Final = "us-east-1"
#: The only region in which CloudWatch has the bill.
BILLING_REGION: Final = "us-east-1"
_DAY: Final = 86_400

Widget = dict[str, Any]


def dashboard_bodies(
    settings: Observability,
    budget: Budget,
    watched: Watched,
    region: str,
    stage: str,
    alarm_arns: Sequence[pulumi.Input[str]] = (),
    own: Mapping[Dashboard, Sequence[Widget]] | None = None,
) -> dict[Dashboard, dict[str, Any]]:
    """The body of each dashboard that the settings name. Widgets of one that is left out move to the first.

    Args:
        settings: Which dashboards, the application's own metrics, thresholds to draw.
        budget: The limits to draw.
        watched: What exists in the stack.
        region: The stack's region.
        stage: The stack's stage, which the application's own metrics carry as a dimension.
        alarm_arns: Alarms to show.
        own: Widgets of the system's own, by the dashboard that they stand on.
    """
    if not settings.dashboards:
        return {}
    widgets: dict[Dashboard, list[Widget]] = {
        "service-health": service_health(settings, watched, region, stage, alarm_arns),
        "api": api(settings, watched, region),
        "database": database(settings, watched, region),
        "cost": cost(budget),
    }
    placed: dict[Dashboard, list[Widget]] = {name: [] for name in settings.dashboards}
    by_subject: list[Dashboard] = [name for name in placed if name in widgets]
    for name, found in widgets.items():
        if by_subject:
            placed[name if name in placed else by_subject[0]].extend(found)
    if len(by_subject) < len(placed):
        from components.observability.audience_widgets import audience_bodies

        for name, found in audience_bodies(settings, budget, watched, region, stage, alarm_arns).items():
            if name in placed:
                placed[name].extend(found)
    for name, extra in (own or {}).items():
        placed[name if name in placed else settings.dashboards[0]].extend(extra)
    return {name: {"widgets": arranged(found)} for name, found in placed.items()}


def arranged(widgets: Sequence[Widget]) -> list[Widget]:
    """The widgets in rows of two, in order."""
    per_row = COLUMNS // WIDTH
    return [
        {
            **widget,
            "x": index % per_row * WIDTH,
            "y": index // per_row * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
        }
        for index, widget in enumerate(widgets)
    ]


def service_health(
    settings: Observability, watched: Watched, region: str, stage: str, alarm_arns: Sequence[pulumi.Input[str]]
) -> list[Widget]:
    """Alarms, services and the application's own metrics."""
    widgets: list[Widget] = []
    if alarm_arns:
        widgets.append({"type": "alarm", "properties": {"title": "Alarms", "alarms": [*alarm_arns]}})
    for title, metric, percent in (
        ("CPU of services, %", "CPUUtilization", settings.alarms.cpu_percent),
        ("Memory of services, %", "MemoryUtilization", settings.alarms.memory_percent),
    ):
        lines = [
            ["AWS/ECS", metric, "ClusterName", watched.cluster, "ServiceName", name, {"label": service}]
            for service, name in watched.services.items()
        ]
        if lines:
            widgets.append(graph(title, lines, region, limit=percent))
    if settings.business_metrics:
        lines = [
            [settings.metrics_namespace, metric, "stage", stage, {"label": metric}]
            for metric in settings.business_metrics
        ]
        widgets.append(graph("Business", lines, region, stat="Sum"))
    return widgets


def api(settings: Observability, watched: Watched, region: str) -> list[Widget]:
    """Requests, latency and errors at distribution, load balancer and APIs; calls, errors and duration of functions."""
    return [
        *_distribution(watched),
        *_load_balancer(settings, watched, region),
        *_http_api(watched, region),
        *_rest_api(watched, region),
        *_functions(watched, region),
    ]


def _distribution(watched: Watched) -> list[Widget]:
    """How much of what is asked the caches hold."""
    if watched.distribution is None:
        return []
    where = ["Region", "Global", "DistributionId", watched.distribution]
    return [graph("Cache hit rate, %", [["AWS/CloudFront", "CacheHitRate", *where]], GLOBAL_METRICS_REGION)]


def _http_api(watched: Watched, region: str) -> list[Widget]:
    if watched.http_api is None:
        return []
    where = ["ApiId", watched.http_api]
    return [
        graph(
            "API requests",
            [["AWS/ApiGateway", metric, *where] for metric in ("Count", "4xx", "5xx")],
            region,
            stat="Sum",
        ),
        graph(
            "API latency, ms",
            [["AWS/ApiGateway", "Latency", *where, {"stat": stat, "label": stat}] for stat in ("p50", "p95", "p99")],
            region,
        ),
    ]


def _rest_api(watched: Watched, region: str) -> list[Widget]:
    if watched.rest_api is None:
        return []
    name, stage = watched.rest_api
    where = ["ApiName", name, "Stage", stage]
    latencies = [
        ["AWS/ApiGateway", "Latency", *where, {"stat": stat, "label": stat}] for stat in ("Average", "p95", "p99")
    ]
    errors = [["AWS/ApiGateway", metric, *where] for metric in ("4XXError", "5XXError")]
    return [
        graph("API requests", [["AWS/ApiGateway", "Count", *where]], region, stat="Sum"),
        graph("API latency, ms", latencies, region),
        graph("API errors", errors, region, stat="Sum"),
    ]


def _tables(watched: Watched, region: str) -> list[Widget]:
    if not watched.tables:
        return []

    def lines(*metrics: str) -> list[list[Any]]:
        return [
            ["AWS/DynamoDB", metric, "TableName", physical, {"label": f"{name} {metric}"}]
            for name, physical in watched.tables.items()
            for metric in metrics
        ]

    return [
        graph("Table capacity", lines("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), region, stat="Sum"),
        graph("Table throttling", lines("ReadThrottleEvents", "WriteThrottleEvents"), region, stat="Sum"),
    ]


def _functions(watched: Watched, region: str) -> list[Widget]:
    if not watched.functions:
        return []

    def lines(metric: str, **options: str) -> list[list[Any]]:
        return [
            ["AWS/Lambda", metric, "FunctionName", physical, {"label": f"{name} {metric}", **options}]
            for name, physical in watched.functions.items()
        ]

    return [
        graph("Function calls", lines("Invocations") + lines("Errors") + lines("Throttles"), region, stat="Sum"),
        graph("Function duration p95, ms", lines("Duration", stat="p95"), region),
        graph("Functions at once", lines("ConcurrentExecutions"), region, stat="Maximum"),
    ]


def _load_balancer(settings: Observability, watched: Watched, region: str) -> list[Widget]:
    balancer = watched.load_balancer
    if balancer is None:
        return []
    where = ["LoadBalancer", balancer]
    expression, metrics = error_rate(balancer)
    rate: list[Any] = [[{"expression": expression, "id": "rate", "label": "5xx, %"}]]
    rate += [
        [metric.namespace, metric.name, *where, {"id": id, "visible": False, "stat": metric.stat}]
        for id, metric in metrics.items()
    ]
    return [
        graph("Requests", [["AWS/ApplicationELB", "RequestCount", *where]], region, stat="Sum"),
        graph(
            "Latency, s",
            [
                ["AWS/ApplicationELB", "TargetResponseTime", *where, {"stat": stat, "label": stat}]
                for stat in ("Average", "p95", "p99")
            ],
            region,
            limit=settings.alarms.latency_seconds,
        ),
        graph("Error rate, %", rate, region, limit=settings.alarms.error_rate_percent),
        graph(
            "Errors",
            [
                ["AWS/ApplicationELB", f"HTTPCode_{who}_{family}_Count", *where]
                for who in ("Target", "ELB")
                for family in ("4XX", "5XX")
            ],
            region,
            stat="Sum",
        ),
    ]


def database(settings: Observability, watched: Watched, region: str) -> list[Widget]:
    """Connections, CPU and storage of the database; memory and CPU of the cache; capacity and throttling of tables."""
    widgets: list[Widget] = [*_tables(watched, region)]
    instance = watched.database
    if instance is not None:
        where = ["DBInstanceIdentifier", instance.identifier]
        percent = settings.alarms.connections_percent
        connections = None if percent is None else connections_threshold(percent, instance.max_connections)
        widgets += [
            graph(
                "Database connections",
                [["AWS/RDS", "DatabaseConnections", *where]],
                region,
                stat="Maximum",
                limit=connections,
            ),
            graph(
                "Database CPU, %",
                [["AWS/RDS", "CPUUtilization", *where]],
                region,
                limit=settings.alarms.cpu_percent,
            ),
            graph("Free database storage, bytes", [["AWS/RDS", "FreeStorageSpace", *where]], region, stat="Minimum"),
        ]
    if watched.cache_nodes:
        widgets.append(
            graph(
                "Cache, %",
                [
                    ["AWS/ElastiCache", metric, "CacheClusterId", node]
                    for node in watched.cache_nodes
                    for metric in ("DatabaseMemoryUsagePercentage", "CPUUtilization")
                ],
                region,
                limit=settings.alarms.memory_percent,
            )
        )
    return widgets


def cost(budget: Budget) -> list[Widget]:
    """The account's bill of the month and of each day; CloudWatch has no bill by tag.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html
    """
    where = ["AWS/Billing", "EstimatedCharges", "Currency", "USD"]
    return [
        graph("Bill of the month, USD", [where], BILLING_REGION, stat="Maximum", period=_DAY, limit=budget.monthly),
        graph(
            "Spending a day, USD",
            [
                # The bill grows through the month and starts again at its end; the day of the fall is no spending.
                [{"expression": "IF(DIFF(bill)>0,DIFF(bill),bill)", "id": "day", "label": "a day"}],
                [*where, {"id": "bill", "visible": False}],
            ],
            BILLING_REGION,
            stat="Maximum",
            period=_DAY,
            limit=budget.daily_limit,
        ),
    ]


def graph(
    title: str,
    metrics: Sequence[Sequence[Any]],
    region: str,
    *,
    stat: str = "Average",
    period: int = 300,
    limit: float | None = None,
) -> Widget:
    """A widget with lines over time.

    Args:
        title: What stands above it.
        metrics: Lines, as a dashboard's body has them.
        region: Region of the metrics.
        stat: Statistic of lines that name none.
        period: Seconds that a point stands for.
        limit: A line to draw.
    """
    properties: dict[str, Any] = {
        "title": title,
        "metrics": [list(metric) for metric in metrics],
        "region": region,
        "stat": stat,
        "period": period,
        "view": "timeSeries",
        "stacked": False,
        "yAxis": {"left": {"min": 0}},
    }
    if limit is not None:
        properties["annotations"] = _limit_line(limit)
    return {"type": "metric", "properties": properties}


def _limit_line(limit: float) -> Mapping[str, Any]:
    return {"horizontal": [{"label": "limit", "value": limit}]}
