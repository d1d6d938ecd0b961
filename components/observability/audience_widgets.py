"""Dashboards by who looks at them: management, operations, and those who own the product. Makes no resource.

The others are by what is looked at; these gather from all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.observability.dashboard_widgets import Widget, api, cost, database, graph, service_health
from components.observability.watched import Watched
from settings.governance import Budget
from settings.observability import Observability
from settings.widgets import Dashboard


def audience_bodies(
    settings: Observability,
    budget: Budget,
    watched: Watched,
    region: str,
    stage: str,
    alarm_arns: Sequence[pulumi.Input[str]] = (),
) -> dict[Dashboard, list[Widget]]:
    """The widgets of each dashboard that has an audience.

    Args:
        settings: The application's own metrics, thresholds to draw.
        budget: The limits to draw.
        watched: What exists in the stack.
        region: The stack's region.
        stage: The stack's stage.
        alarm_arns: Alarms to show.
    """
    score = health_score(watched, region)
    own = service_health(settings, watched, region, stage, alarm_arns)
    return {
        "executive": [
            *score,
            *_alarms(alarm_arns),
            *_availability(watched, region),
            *_use(watched, region),
            *cost(budget),
        ],
        "operations": [
            *own,
            *score,
            *api(settings, watched, region),
            *database(settings, watched, region),
            *_counted(settings, watched, region),
        ],
        "business": [
            *_business(settings, region, stage),
            *_sign_ins(watched, region),
            *_counted(settings, watched, region),
            *_use(watched, region),
        ],
    }


def health_score(watched: Watched, region: str) -> list[Widget]:
    """How well the system does, in percent: the worse of what its API and its functions manage to answer.

    Args:
        watched: What exists in the stack.
        region: The stack's region.
    """
    metrics: list[list[Any]] = []
    parts: dict[str, str] = {}

    def hidden(id: str, *metric: Any) -> str:
        metrics.append([*metric, {"id": id, "visible": False, "stat": "Sum"}])
        return f"FILL({id},0)"

    def part(id: str, total: str, failed: str) -> None:
        parts[id] = f"100-100*IF({total}>0,({failed})/({total}),0)"

    if watched.rest_api is not None:
        total = hidden("requests", *_rest(watched.rest_api, "Count"))
        part("api", total, hidden("errors", *_rest(watched.rest_api, "5XXError")))
    elif watched.http_api is not None:
        where = ["ApiId", watched.http_api]
        total, failed = (
            hidden(id, "AWS/ApiGateway", name, *where) for id, name in (("requests", "Count"), ("errors", "5xx"))
        )
        part("api", total, failed)
    if watched.functions:
        sums = {
            metric: "+".join(
                hidden(f"{metric.lower()}{number}", "AWS/Lambda", metric, "FunctionName", name)
                for number, name in enumerate(watched.functions.values())
            )
            for metric in ("Invocations", "Errors")
        }
        part("functions", sums["Invocations"], sums["Errors"])
    if not parts:
        return []
    lines = [[{"id": id, "expression": expression, "visible": False}] for id, expression in parts.items()]
    score = f"MIN([{','.join(parts)}])"
    metrics = [[{"id": "score", "expression": score, "label": "health, %"}], *lines, *metrics]
    return [graph("System health score, %", metrics, region, limit=99.9)]


def _alarms(alarm_arns: Sequence[pulumi.Input[str]]) -> list[Widget]:
    return [{"type": "alarm", "properties": {"title": "Alarms", "alarms": [*alarm_arns]}}] if alarm_arns else []


def _availability(watched: Watched, region: str) -> list[Widget]:
    if not watched.canaries:
        return []
    lines = [
        ["CloudWatchSynthetics", "SuccessPercent", "CanaryName", canary, {"label": name}]
        for name, canary in watched.canaries.items()
    ]
    return [graph("Availability from outside, %", lines, region, limit=99.9)]


def _rest(rest_api: tuple[str, str], metric: str) -> list[Any]:
    name, stage = rest_api
    return ["AWS/ApiGateway", metric, "ApiName", name, "Stage", stage]


def _use(watched: Watched, region: str) -> list[Widget]:
    if watched.rest_api is not None:
        return [graph("Requests", [_rest(watched.rest_api, "Count")], region, stat="Sum", period=3600)]
    if watched.http_api is not None:
        line = ["AWS/ApiGateway", "Count", "ApiId", watched.http_api]
        return [graph("Requests", [line], region, stat="Sum", period=3600)]
    return []


def _business(settings: Observability, region: str, stage: str) -> list[Widget]:
    return [
        graph(name, [[settings.metrics_namespace, name, "stage", stage]], region, stat="Sum", period=3600)
        for name in settings.business_metrics
    ]


def _sign_ins(watched: Watched, region: str) -> list[Widget]:
    """Cognito counts 1 for a sign-in that succeeds and 0 for one that does not: their sum, and how many were tried."""
    if watched.user_pool is None:
        return []
    lines = [
        [
            "AWS/Cognito",
            "SignInSuccesses",
            "UserPool",
            watched.user_pool,
            "UserPoolClient",
            client,
            {"stat": stat, "label": f"{name} {label}"},
        ]
        for name, client in watched.user_clients.items()
        for stat, label in (("Sum", "succeeded"), ("SampleCount", "tried"))
    ]
    return [graph("Sign-ins", lines, region, stat="Sum", period=3600)]


def _counted(settings: Observability, watched: Watched, region: str) -> list[Widget]:
    """What metric filters count, of lines that have no dimensions to choose from."""
    filters: Mapping[str, Any] = settings.metric_filters
    lines = [
        [entry.namespace or settings.metrics_namespace, entry.metric, {"label": name}]
        for name, entry in filters.items()
        if entry.enabled and not entry.dimensions
    ]
    return [graph("Counted from logs", lines, region, stat="Sum")] if lines else []
