"""Metric filters, and alarms on dimensions that AWS does not publish: one clear line each, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from settings.metric_filters import MetricFilter
from settings.published_metrics import PUBLISHED, further_dimensions
from settings.system import Settings

PARTS = """\
  functions:
    value:
      orders: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle}
  httpApi:
    value: {function: orders, throttle: {rate: 10, burst: 20}, routes: {$default: {}}}
  tables:
    value: {audit: {attributes: {id: string}, partitionKey: id}}
  notifications:
"""
WATCH = "value: {healthCheck: {enabled: false}}"

Refused = Callable[..., list[str]]


def observability(**sections: str) -> tuple[str, str]:
    text = ", ".join(f"{key}: {value}" for key, value in sections.items())
    return WATCH, f"value: {{healthCheck: {{enabled: false}}, {text}}}"


@pytest.mark.parametrize(
    ("entry", "where", "words"),
    [
        ("log: ordres, metric: A, pattern: x", "log", 'no log of "ordres"; did you mean "orders"?'),
        ("log: rest-api, metric: A, pattern: x", "log", 'no log of "rest-api"'),
        ("log: orders, metric: A", "", "set one of pattern, statuses and coldStarts; none is set"),
        ("log: orders, metric: A, pattern: x, coldStarts: true", "", "pattern and coldStarts is set"),
        ("log: orders, metric: A, statuses: ['401']", "statuses", "use pattern"),
        ("log: http-api, metric: A, statuses: ['4x1']", "statuses", '"4x1"'),
        ("log: gateway, metric: A, coldStarts: true", "coldStarts", "only functions start cold"),
        ("log: orders, metric: A, coldStarts: true", "coldStarts", "set functions.orders.systemLogLevel: INFO"),
        ("log: orders, metric: A, pattern: x, namespace: AWS/Lambda", "namespace", "AWS's own"),
        ("log: orders, metric: A, pattern: x, value: $.ms", "pattern", "in braces or brackets"),
        ("log: orders, metric: A, pattern: x, value: many", "value", '"many"'),
        ("log: orders, metric: A:B, pattern: x", "metric", '"A:B"'),
    ],
)
def test_a_filter_that_would_count_nothing_is_refused(refused: Refused, entry: str, where: str, words: str) -> None:
    problems = refused(("  notifications:\n", PARTS), observability(metricFilters=f"{{odd: {{{entry}}}}}"))
    assert len(problems) == 1, problems
    assert f"observability.metricFilters.odd{'.' if where else ''}{where}" in problems[0]
    assert words in problems[0]
    assert problems[0].startswith("Pulumi.yaml:")


@pytest.mark.parametrize(
    ("alarm", "where", "words"),
    [
        ("watches: table:audit, metric: ThrottledRequests", "dimensions", "counted with {Operation: …}, not with none"),
        ("watches: table:audit, metric: UserErrors", "", 'no metric "UserErrors" for table'),
        ("watches: http-api, metric: 5xx, dimensions: {Route: a}", "dimensions", "{Method: …, Resource: …, Stage: …}"),
        ("watches: 'filter:fills'", "dimensions", "filter fills is counted with {Kind: …}, not with none"),
        ("watches: 'filter:plain', dimensions: {Kind: a}", "dimensions", "filter plain is counted with none"),
        ("watches: 'filter:plian'", "watches", 'did you mean "plain"?'),
        ("watches: 'filter:plain', metric: A", "metric", "needs no name"),
        ("watches: load-balancer, metric: RequestCount", "watches", "needs a loadBalancer section"),
        ("watches: 'database:main', metric: ReadIOPS", "watches", 'write "database"'),
        (
            "watches: http-api, expression: 100*a/b, metrics: {a: {watches: 'function:order', metric: Errors}, "
            "b: {metric: Count}}",
            "metrics.a.watches",
            '"orders"',
        ),
        ("watches: http-api, expression: 100*a/b, metrics: {a: {}, b: {metric: Count}}", "metrics", "name its metric"),
    ],
)
def test_an_alarm_with_the_wrong_dimensions_is_refused(refused: Refused, alarm: str, where: str, words: str) -> None:
    sections = observability(
        metricFilters="{plain: {log: orders, metric: A, pattern: x}, "
        "fills: {log: orders, metric: F, pattern: '{ $.f = 1 }', dimensions: {Kind: $.kind}}}",
        metricAlarms=f"{{odd: {{description: x, threshold: 1, {alarm}}}}}",
    )
    problems = refused(("  notifications:\n", PARTS), sections)
    assert len(problems) == 1, problems
    assert f"observability.metricAlarms.odd{'.' if where else ''}{where}" in problems[0]
    assert words in problems[0]


def test_dimensions_that_fit_are_taken(system: Callable[..., Settings]) -> None:
    alarm = "{description: x, threshold: 1, watches: 'table:audit', metric: ThrottledRequests, "
    settings = system(
        ("  notifications:\n", PARTS),
        observability(metricAlarms=f"{{ok: {alarm}dimensions: {{Operation: PutItem}}}}}}"),
    )
    (reading,) = settings.observability.metric_alarms["ok"].readings.values()
    assert reading.dimensions == {"Operation": "PutItem"}


def test_dimensions_are_known_of_published_metrics_only() -> None:
    for kind, metrics in PUBLISHED.items():
        for metric in metrics:
            assert further_dimensions(kind, metric)
    assert "Count" in get_args(MetricFilter.model_fields["unit"].annotation)


@pytest.mark.parametrize(
    ("alarms", "composites", "where", "words"),
    [
        ("a: {%s, threshold: 1}", "both: {description: x, any: [b]}", "compositeAlarms.both.any[0]", 'alarm "b"'),
        ("a: {%s, threshold: 1}", "both: {description: x}", "compositeAlarms.both", "set either any"),
        ("a: {%s, threshold: 1}", "both: {description: x, any: [a], all: [a]}", "compositeAlarms.both", "set either"),
        ("a: {%s, threshold: 1}", "a: {description: x, any: [a]}", "compositeAlarms.a", "choose another"),
        ("a: {%s, threshold: 1, notify: false}", "", "metricAlarms.a.notify", "nobody hears it"),
        ("a: {%s}", "", "metricAlarms.a", "set either threshold, or band"),
        ("a: {%s, threshold: 1, band: 2}", "", "metricAlarms.a", "set either threshold, or band"),
    ],
)
def test_an_alarm_that_nobody_hears_is_refused(
    refused: Refused, alarms: str, composites: str, where: str, words: str
) -> None:
    metric = "description: x, watches: http-api, metric: 5xx"
    sections = observability(metricAlarms=f"{{{alarms % metric}}}", compositeAlarms=f"{{{composites}}}")
    problems = refused(("  notifications:\n", PARTS), sections)
    (found,) = [problem for problem in problems if f"observability.{where}" in problem]
    assert words in found
