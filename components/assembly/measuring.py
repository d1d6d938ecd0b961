"""What alarms, filters and queries can look at, and the metrics and queries that a system names itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_aws import cloudwatch

    from components.observability.metric_alarms import Target
    from components.site import Site


def alarm_targets(platform: Site) -> dict[str, Target]:
    """What alarms of the system's own can watch, by the text of ``watches``."""
    from components.observability.metric_alarms import Target

    namespace = platform.settings.observability.metrics_namespace
    targets = {
        "application": Target(namespace=namespace, dimensions={"stage": platform.names.stage}),
        "functions": Target(namespace="AWS/Lambda", dimensions={}),
    }
    for name, bucket in platform.all_buckets.items():
        targets[f"bucket:{name}"] = Target(namespace="AWS/S3", dimensions={"BucketName": bucket.name})
    for name, function in platform.functions.items():
        targets[f"function:{name}"] = Target(
            namespace="AWS/Lambda", dimensions={"FunctionName": function.physical_name}
        )
    for name, service in platform.services.items():
        assert platform.cluster is not None  # services run on it
        targets[f"service:{name}"] = Target(
            namespace="AWS/ECS",
            dimensions={"ClusterName": platform.cluster.name, "ServiceName": service.service_name},
        )
    if platform.load_balancer is not None:
        targets["load-balancer"] = Target(
            namespace="AWS/ApplicationELB", dimensions={"LoadBalancer": platform.load_balancer.arn_suffix}
        )
    if platform.database is not None:
        targets["database"] = Target(
            namespace="AWS/RDS", dimensions={"DBInstanceIdentifier": platform.database.identifier}
        )
    if platform.aurora is not None:
        targets["aurora"] = Target(namespace="AWS/RDS", dimensions={"DBClusterIdentifier": platform.aurora.identifier})
    if platform.http_api is not None:
        targets["http-api"] = Target(namespace="AWS/ApiGateway", dimensions={"ApiId": platform.http_api.api.id})
    if platform.rest_api is not None:
        targets["rest-api"] = Target(
            namespace="AWS/ApiGateway",
            dimensions={"ApiName": platform.rest_api.physical_name, "Stage": platform.names.stage},
        )
    if platform.websocket_api is not None:
        targets["websocket-api"] = Target(
            namespace="AWS/ApiGateway",
            dimensions={"ApiId": platform.websocket_api.api.id, "Stage": platform.names.stage},
        )
    for name, table in platform.tables.items():
        targets[f"table:{name}"] = Target(namespace="AWS/DynamoDB", dimensions={"TableName": table.physical_name})
    for name, entry in platform.settings.observability.metric_filters.items():
        targets[f"filter:{name}"] = Target(namespace=entry.namespace or namespace, dimensions={}, metric=entry.metric)
    return targets


def _log_groups(platform: Site) -> dict[str, cloudwatch.LogGroup]:
    """The log groups that filters can read, by whose they are."""
    groups = {name: function.logs.group for name, function in platform.functions.items()}
    groups |= {name: service.logs.group for name, service in platform.services.items()}
    groups |= {name: fleet.logs.group for name, fleet in platform.fleets.items()}
    if platform.http_api is not None:
        groups["http-api"] = platform.http_api.log_group
    if platform.rest_api is not None:
        groups["rest-api"] = platform.rest_api.stage.log_group
    if platform.websocket_routes is not None:
        groups["websocket-api"] = platform.websocket_routes.log_group
    return groups


def create_log_groups(platform: Site) -> None:
    """The log groups of programs that run outside of AWS."""
    settings = platform.settings.observability
    if not settings.log_groups:
        return
    from components.compute.service_logs import ServiceLogs

    for name in settings.log_groups:
        ServiceLogs(
            f"{name}-logs",
            service=name,
            names=platform.names,
            retention_days=settings.log_retention_days,
            error_retention_days=0,
            error_logs=None,
            kms_key_arn=platform.key_arn,
            opts=platform.child(),
        )


def count_lines(platform: Site) -> None:
    """The metrics that are counted from logs."""
    settings = platform.settings.observability
    if not any(entry.enabled for entry in settings.metric_filters.values()):
        return
    from components.observability.metric_filters import MetricFilters

    MetricFilters(
        platform.called("metric-filters"),
        settings=settings.metric_filters,
        names=platform.names,
        namespace=settings.metrics_namespace,
        groups=_log_groups(platform),
        opts=platform.child(),
    )


def save_queries(platform: Site) -> None:
    """The queries that Logs Insights keeps."""
    queries = platform.settings.observability.saved_queries
    if not queries:
        return
    from components.observability.saved_queries import SavedQueries

    groups = {name: function.logs.group_name for name, function in platform.functions.items()}
    groups |= {name: service.logs.group_name for name, service in platform.services.items()}
    groups |= {name: fleet.logs.group_name for name, fleet in platform.fleets.items()}
    if platform.http_api is not None:
        groups["http-api"] = platform.http_api.log_group_name
    if platform.rest_api is not None:
        groups["rest-api"] = platform.rest_api.stage.log_group_name
    if platform.websocket_routes is not None:
        groups["websocket-api"] = platform.websocket_routes.log_group_name
    SavedQueries(
        platform.called("queries"), settings=queries, names=platform.names, groups=groups, opts=platform.child()
    )
