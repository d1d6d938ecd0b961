"""Metrics counted from logs, and alarms on them."""

from __future__ import annotations

from typing import Any

from guardrails.resource import ABSENT, Resource
from tests.support.stacks import Planned, planned

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
OVERRIDES: dict[str, Any] = {
    "functions": {"template-api": {"systemLogLevel": "INFO"}},
    "observability": {
        "metricFilters": {
            "refused": {"log": "http-api", "metric": "Refused", "statuses": ["401", "4xx"]},
            "starts": {"log": "template-api", "metric": "ColdStarts", "coldStarts": True},
            "fills": {
                "log": "template-api",
                "metric": "Fills",
                "namespace": "Phoney/Fills",
                "pattern": '{ $.event = "filled" }',
                "value": "$.records",
                "unit": "None",
                "dimensions": {"Kind": "$.kind"},
            },
            "off": {"enabled": False, "log": "template-api", "metric": "Off", "pattern": "x"},
        },
        "metricAlarms": {
            "refused": {
                "description": "Many tokens are refused",
                "watches": "filter:refused",
                "threshold": 10,
            },
            "few-fills": {
                "description": "Hardly anybody fills",
                "watches": "filter:fills",
                "dimensions": {"Kind": "letter"},
                "threshold": 1,
                "below": True,
            },
            "refused-share": {
                "description": "A large share of the requests is refused",
                "watches": "http-api",
                "expression": "100*refused/requests",
                "metrics": {"refused": {"watches": "filter:refused"}, "requests": {"metric": "Count"}},
                "threshold": 5,
            },
        },
    },
    "usage": {"metric-filters-fills": {"metrics": 3}},
}


def plan() -> Planned:
    return planned("phoney", "prod", **OVERRIDES)


def counted(name: str) -> Resource:
    return next(entry for entry in plan().all(FILTER) if entry.name == f"metric-filters-{name}")


def alarm(name: str) -> Resource:
    return next(entry for entry in plan().all(ALARM) if entry.name == f"metric-alarms-{name}")


def test_statuses_are_found_in_the_access_log_as_text() -> None:
    refused = counted("refused")
    assert refused.get("pattern") == '{ ($.status = "401") || ($.status = "4*") }'
    assert refused.get("logGroupName") == "/phoney/prod/http-api"
    assert plan().refers(refused, "logGroupName") == {"http-api-access"}
    assert refused.get("metricTransformation") == {
        "name": "Refused",
        "namespace": "Phoney/TemplateAPI",
        "value": "1",
        "unit": "Count",
        "defaultValue": "0",
    }


def test_cold_starts_are_read_from_lambdas_own_lines() -> None:
    starts = counted("starts")
    assert '"platform.report"' in starts.get("pattern")
    assert "initDurationMs" in starts.get("pattern")
    assert starts.get("logGroupName") == "/phoney/prod/template-api"
    assert plan().one("aws:lambda/function:Function").get("loggingConfig.systemLogLevel") == "INFO"


def test_a_value_of_the_line_is_never_filled_up_with_zeros() -> None:
    fills = counted("fills").get("metricTransformation")
    assert fills == {
        "name": "Fills",
        "namespace": "Phoney/Fills",
        "value": "$.records",
        "unit": "None",
        "dimensions": {"Kind": "$.kind"},
    }


def test_what_is_switched_off_is_not_made() -> None:
    assert {entry.name for entry in plan().all(FILTER)} == {
        f"metric-filters-{n}" for n in ("refused", "starts", "fills")
    }


def test_an_alarm_takes_name_and_namespace_from_its_filter() -> None:
    refused = alarm("refused")
    assert (refused.get("metricName"), refused.get("namespace")) == ("Refused", "Phoney/TemplateAPI")
    assert (refused.get("statistic"), refused.get("threshold"), refused.get("period")) == ("Sum", 10, 300)
    assert refused.get("dimensions") is ABSENT


def test_an_alarm_names_values_of_the_filters_dimensions() -> None:
    few = alarm("few-fills")
    assert (few.get("namespace"), few.get("dimensions")) == ("Phoney/Fills", {"Kind": "letter"})


def test_an_expression_can_divide_a_filters_metric_by_the_apis() -> None:
    read = {query["id"]: query["metric"] for query in alarm("refused-share").get("metricQueries") if "metric" in query}
    assert {id: (metric["namespace"], metric["metricName"]) for id, metric in read.items()} == {
        "refused": ("Phoney/TemplateAPI", "Refused"),
        "requests": ("AWS/ApiGateway", "Count"),
    }
    assert "dimensions" not in read["refused"]
