"""Alarms on what is unusual, alarms made of others, and spikes of cost."""

from __future__ import annotations

import json
from typing import Any

from guardrails.resource import ABSENT, Resource
from tests.support.stacks import Planned, planned, reviewed

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
FUNCTION = "function:template-api"
OVERRIDES: dict[str, Any] = {
    "encryption": {"customerKey": True},
    "observability": {
        "metricAlarms": {
            "odd-calls": {
                "description": "Far more calls than at this hour of other days",
                "watches": FUNCTION,
                "metric": "Invocations",
                "band": 2.5,
                "notify": False,
            },
            "few-calls": {
                "description": "Hardly a call",
                "watches": FUNCTION,
                "metric": "Duration",
                "stat": "p95",
                "band": 3,
                "below": True,
            },
            "odd-errors": {
                "description": "An unusual share of errors",
                "watches": FUNCTION,
                "expression": "100*errors/calls",
                "metrics": {"errors": {"metric": "Errors"}, "calls": {"metric": "Invocations"}},
                "band": 2,
                "notify": False,
            },
        },
        "compositeAlarms": {
            "incident": {"description": "Many calls, and they fail", "all": ["odd-calls", "odd-errors"]},
            "look": {"description": "Something is odd", "severity": "warning", "any": ["throttled", "odd-calls"]},
            "off": {"enabled": False, "description": "x", "any": ["throttled"]},
        },
    },
    "budget": {"anomalies": {"aboveUsd": 12.5}},
}


def plan() -> Planned:
    return planned("phoney", "prod", **OVERRIDES)


def alarm(name: str) -> Resource:
    return next(entry for entry in plan().all(ALARM) if entry.name == f"metric-alarms-{name}")


def composite(name: str) -> Resource:
    return plan().one(COMPOSITE, alarmName=f"phoney-prod-{name}")


def test_a_band_stands_in_for_the_threshold() -> None:
    odd = alarm("odd-calls")
    assert (odd.get("comparisonOperator"), odd.get("thresholdMetricId")) == ("GreaterThanUpperThreshold", "band")
    assert (odd.get("threshold"), odd.get("metricName"), odd.get("statistic")) == (ABSENT, ABSENT, ABSENT)
    watched, band = odd.get("metricQueries")
    assert (watched["id"], watched["returnData"], watched["metric"]["metricName"]) == ("watched", True, "Invocations")
    assert (watched["metric"]["stat"], watched["metric"]["period"]) == ("Sum", 300)
    assert (band["id"], band["expression"]) == ("band", "ANOMALY_DETECTION_BAND(watched, 2.5)")
    assert band["returnData"] is True


def test_a_band_has_a_lower_edge_too() -> None:
    few = alarm("few-calls")
    assert few.get("comparisonOperator") == "LessThanLowerThreshold"
    assert few.get("metricQueries")[0]["metric"]["stat"] == "p95"


def test_a_band_can_be_around_an_expression() -> None:
    queries = {query["id"]: query for query in alarm("odd-errors").get("metricQueries")}
    assert queries["band"]["expression"] == "ANOMALY_DETECTION_BAND(result, 2)"
    assert {id: query["returnData"] for id, query in queries.items()} == {
        "result": True,
        "errors": False,
        "calls": False,
        "band": True,
    }


def test_a_part_of_a_composite_alarm_can_keep_silent() -> None:
    assert (alarm("odd-calls").get("alarmActions"), alarm("odd-calls").get("okActions")) == (ABSENT, ABSENT)
    assert plan().refers(alarm("few-calls"), "alarmActions") == {"notifications"}


def test_composite_alarms_combine_by_name() -> None:
    incident = composite("incident")
    assert incident.get("alarmRule") == 'ALARM("phoney-prod-odd-calls") AND ALARM("phoney-prod-odd-errors")'
    assert composite("look").get("alarmRule") == 'ALARM("phoney-prod-throttled") OR ALARM("phoney-prod-odd-calls")'
    assert composite("look").get("alarmDescription").startswith("Warning:")
    assert plan().refers(incident, "alarmActions") == {"notifications"}
    made = reviewed("phoney", "prod", **OVERRIDES).plan.by_urn[incident.urn]
    # CloudWatch refuses a rule over an alarm that it does not know.
    assert {alarm("odd-calls").urn, alarm("odd-errors").urn} <= set(made.dependencies)
    assert len(plan().all(COMPOSITE)) == 2


def test_a_spike_of_cost_is_told_at_once() -> None:
    monitor = plan().one("aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    found = json.loads(monitor.get("monitorSpecification"))
    assert found["Tags"] == {"Key": "project", "MatchOptions": None, "Values": ["phoney"]}
    subscription = plan().one("aws:costexplorer/anomalySubscription:AnomalySubscription")
    assert subscription.get("frequency") == "IMMEDIATE"
    assert subscription.get("thresholdExpression.dimension.values") == ["12.5"]
    assert plan().refers(subscription, "subscribers") == {"notifications"}
    policy = json.loads(plan().one("aws:sns/topicPolicy:TopicPolicy").get("policy"))
    (admitted,) = [s for s in policy["Statement"] if s["Sid"] == "CostAnomalies"]
    assert admitted["Principal"] == {"Service": "costalerts.amazonaws.com"}
    key = json.loads(plan().one("aws:kms/key:Key").get("policy"))
    assert "costalerts.amazonaws.com" in json.dumps(key)


def test_nobody_else_may_publish_without_it() -> None:
    (policy,) = planned("phoney", "prod").all("aws:sns/topicPolicy:TopicPolicy")
    assert "costalerts" not in policy.get("policy")


def test_it_passes_review_and_a_band_costs_three_metrics() -> None:
    usage = {"aws:kms:Key": {"requests": 1000}}
    result = reviewed("phoney", "prod", **OVERRIDES, usage=usage)
    assert [f"{f.policy} {f.resource}: {f.message}" for f in result.findings if f.level == "mandatory"] == []
    assert [str(failure) for failure in result.failures] == []
    assert result.estimate is not None
    assert [str(line) for line in (*result.estimate.unsupported, *result.estimate.unknown)] == []
    (line,) = [line for line in result.estimate.lines if line.resource == "metric-alarms-few-calls"]
    assert line.quantity == 3
