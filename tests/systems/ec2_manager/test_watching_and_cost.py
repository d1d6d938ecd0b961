"""Observability, security and cost rows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from guardrails.resource import Resource
from tests.support.stacks import Planned, planned, reviewed

ALARM, FILTER = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logMetricFilter:LogMetricFilter"
BUDGET, TOPIC = "aws:budgets/budget:Budget", "aws:sns/topic:Topic"
GROUP = "aws:codedeploy/deploymentGroup:DeploymentGroup"
LIMITS = {"dev": ("100", "3.33"), "staging": ("200", "6.67"), "prod": ("500", "16.67")}


def alarm(plan: Planned, stage: str, name: str) -> Resource:
    """An alarm by the end of its name."""
    return plan.one(ALARM, name=f"ec2-manager-{stage}-{name}")


def queries(found: Resource) -> tuple[str, dict[str, tuple[str, str, int]]]:
    """An alarm's expression, and name, statistic and period of its metrics."""
    entries = {query["id"]: query for query in found.get("metricQueries")}
    metrics = {id: query["metric"] for id, query in entries.items() if "metric" in query}
    read = {id: (m["metricName"], m["stat"], m["period"]) for id, m in metrics.items()}
    return entries["result"]["expression"], read


@pytest.mark.requirement("EC2M-70")
def test_queries_are_saved_for_logs_that_exist(every: Planned) -> None:
    found = every.all("aws:cloudwatch/queryDefinition:QueryDefinition")
    assert len(found) >= 3
    groups = {group.get("name") for group in every.all("aws:cloudwatch/logGroup:LogGroup")}
    assert all(set(query.get("logGroupNames")) <= groups for query in found)


@pytest.mark.requirement("EC2M-72")
def test_server_errors_ring(every: Planned, stage: str) -> None:
    found = alarm(every, stage, "server-errors")
    assert (found.get("namespace"), found.get("metricName"), found.get("statistic")) == (
        "AWS/ApiGateway",
        "5XXError",
        "Sum",
    )
    assert (found.get("period"), found.get("evaluationPeriods"), found.get("threshold")) == (600, 1, 3)
    assert found.get("comparisonOperator") == "GreaterThanThreshold"
    assert found.get("treatMissingData") == "notBreaching"
    assert found.get("dimensions") == {"ApiName": f"ec2-manager-{stage}-rest-api", "Stage": stage}
    assert found.get("alarmDescription").startswith("Critical:")


@pytest.mark.requirement("EC2M-73")
@pytest.mark.parametrize("name", ["function-errors", "snapshot-errors"])
def test_failing_functions_ring(every: Planned, stage: str, name: str) -> None:
    found = alarm(every, stage, name)
    expression, metrics = queries(found)
    assert expression == "IF(invocations>0,100*errors/invocations,0)"
    assert metrics == {"errors": ("Errors", "Sum", 300), "invocations": ("Invocations", "Sum", 300)}
    assert (found.get("threshold"), found.get("comparisonOperator")) == (5, "GreaterThanThreshold")


@pytest.mark.requirement("EC2M-74")
def test_any_throttling_of_the_table_rings(every: Planned, stage: str) -> None:
    found = alarm(every, stage, "table-throttled")
    expression, metrics = queries(found)
    assert expression == "FILL(reads,0)+FILL(writes,0)"
    assert {metric for metric, *_ in metrics.values()} == {"ReadThrottleEvents", "WriteThrottleEvents"}
    assert found.get("threshold") == 0


@pytest.mark.requirement("EC2M-84")
def test_backups_that_are_not_sound_ring_and_silence_does_too(prod: Planned, staging: Planned) -> None:
    from tierwise.operations.data.health import METRIC

    found = alarm(prod, "prod", "backup-health")
    # What `tierwise backup-check` sends.
    assert (found.get("namespace"), found.get("metricName"), found.get("dimensions")) == (
        "EC2Manager", METRIC, {"stage": "prod"},
    )  # fmt: skip
    assert (found.get("threshold"), found.get("comparisonOperator")) == (0, "GreaterThanThreshold")
    assert (found.get("treatMissingData"), found.get("period")) == ("breaching", 86400)
    assert found.get("alarmDescription").endswith("docs/runbooks/ec2-manager.md#backup-health")
    assert "ec2-manager-staging-backup-health" not in {a.get("name") for a in staging.all(ALARM)}


@pytest.mark.requirement("EC2M-75")
@pytest.mark.requirement("EC2M-92")
def test_refused_callers_ring(every: Planned, stage: str) -> None:
    (counted,) = [f for f in every.all(FILTER) if f.get("metricTransformation.name") == "RefusedRequests"]
    assert '$.status = "401"' in counted.get("pattern")
    assert '$.status = "403"' in counted.get("pattern")
    assert every.refers(counted, "logGroupName") == {"rest-api-stage-access"}
    found = alarm(every, stage, "refused")
    assert (found.get("metricName"), found.get("namespace")) == ("RefusedRequests", "EC2Manager")
    assert (found.get("statistic"), found.get("period"), found.get("threshold")) == ("Sum", 300, 10)
    (events,) = [f for f in every.all(FILTER) if f.get("metricTransformation.name") == "AuthFailureEvents"]
    assert "auth_failure" in events.get("pattern")


@pytest.mark.requirement("EC2M-92")
def test_guard_duty_is_a_line_away() -> None:
    assert planned("ec2-manager", "prod").all("aws:guardduty/detector:Detector") == []
    detector = planned("ec2-manager", "prod", preset="guard-duty").one("aws:guardduty/detector:Detector")
    assert detector.get("enable") is True


@pytest.mark.requirement("EC2M-76")
def test_slow_answers_warn(every: Planned, stage: str) -> None:
    found = alarm(every, stage, "slow")
    assert (found.get("namespace"), found.get("metricName"), found.get("statistic")) == (
        "AWS/ApiGateway",
        "Latency",
        "Average",
    )
    assert (found.get("threshold"), found.get("period"), found.get("evaluationPeriods")) == (200, 300, 3)
    assert found.get("alarmDescription").startswith("Warning:")


@pytest.mark.requirement("EC2M-77")
def test_errors_and_slowness_roll_a_deployment_back(prod: Planned) -> None:
    errors, slow = alarm(prod, "prod", "rollback-errors"), alarm(prod, "prod", "rollback-slow")
    expression, metrics = queries(errors)
    assert expression == "IF(requests>0,100*errors/requests,0)"
    assert {metric for metric, *_ in metrics.values()} == {"5XXError", "Count"}
    assert errors.get("threshold") == 10
    assert (slow.get("metricName"), slow.get("statistic"), slow.get("threshold")) == ("Latency", "Average", 2000)
    for group in prod.all(GROUP):
        assert set(group.get("alarmConfiguration.alarms")) == {errors.get("name"), slow.get("name")}


@pytest.mark.requirement("EC2M-78")
def test_a_browser_visits_prod_every_five_minutes(prod: Planned, staging: Planned) -> None:
    canary = prod.one("aws:synthetics/canary:Canary")
    assert canary.get("schedule.expression") == "rate(5 minutes)"
    variables = canary.get("runConfig.environmentVariables")
    assert variables == {"SITE_URL": "https://ec2-manager.example/", "HEALTH_PATH": "/api/health", "LOAD_MS": "1000"}
    found = prod.one(ALARM, metricName="SuccessPercent")
    assert found.get("namespace") == "CloudWatchSynthetics"
    assert (found.get("threshold"), found.get("comparisonOperator")) == (99.9, "LessThanThreshold")
    assert found.get("dimensions") == {"CanaryName": canary.get("name")}
    assert staging.all("aws:synthetics/canary:Canary") == []


def bodies(plan: Planned) -> dict[str, list[dict[str, Any]]]:
    """Widgets by dashboard."""
    (recorded,) = plan.all("tierwise:observability:Dashboards")
    return {name: body["widgets"] for name, body in recorded.get("bodies").items()}


def shown(widgets: list[dict[str, Any]]) -> str:
    return json.dumps(widgets, default=str)


@pytest.mark.requirement("EC2M-81")
def test_there_are_three_dashboards(every: Planned, stage: str) -> None:
    found = every.all("aws:cloudwatch/dashboard:Dashboard")
    assert {d.get("dashboardName") for d in found} == {
        f"ec2-manager-{stage}-{name}" for name in ("executive", "operations", "business")
    }
    titles = {name: {w["properties"]["title"] for w in widgets} for name, widgets in bodies(every).items()}
    # API performance, errors, the table, operations on EC2, and the score.
    assert {"API requests", "API latency, ms", "API errors"} <= titles["operations"]
    assert {"Table capacity", "Table throttling"} <= titles["operations"]
    assert {"Business", "System health score, %", "Alarms"} <= titles["operations"]
    assert {"System health score, %", "Alarms", "Requests", "Bill of the month, USD"} <= titles["executive"]
    assert {"Sign-ins", "Requests", "InstanceStarts"} <= titles["business"]


@pytest.mark.requirement("EC2M-81")
def test_the_score_is_the_worse_of_api_and_functions(prod: Planned) -> None:
    (score,) = [w for w in bodies(prod)["executive"] if w["properties"]["title"].startswith("System health")]
    lines = {line[-1]["id"]: line for line in score["properties"]["metrics"]}
    assert lines["score"][-1]["expression"] == "MIN([api,functions])"
    assert "FILL(errors,0)" in lines["api"][-1]["expression"]
    assert lines["errors"][:2] == ["AWS/ApiGateway", "5XXError"]
    assert [id for id, line in lines.items() if line[-1].get("visible", True)] == ["score"]


@pytest.mark.requirement("EC2M-79")
def test_the_business_dashboard_shows_what_users_do(every: Planned, stage: str) -> None:
    text = shown(bodies(every)["business"])
    for metric in ("InstanceStarts", "InstanceStops", "InstanceReboots", "AuthFailures", "SignInSuccesses"):
        assert f'"{metric}"' in text
    assert f'["EC2Manager", "InstanceStarts", "stage", "{stage}"' in text


@pytest.mark.requirement("EC2M-80")
def test_infrastructure_is_measured(every: Planned) -> None:
    (cold,) = [f for f in every.all(FILTER) if f.get("metricTransformation.name") == "ColdStarts"]
    assert "platform.report" in cold.get("pattern")
    assert "initDurationMs" in cold.get("pattern")
    # Lambda writes these lines at INFO.
    api = next(f for f in every.all("aws:lambda/function:Function") if f.name == "api")
    assert api.get("loggingConfig.systemLogLevel") == "INFO"
    text = shown(bodies(every)["operations"])
    names = ("Duration", "Errors", "ColdStarts", "Count", "Latency", "5XXError", "ConsumedWriteCapacityUnits")
    for metric in (*names, "WriteThrottleEvents"):
        assert f'"{metric}"' in text


@pytest.mark.requirement("EC2M-82")
def test_alarms_tell_an_encrypted_topic(every: Planned) -> None:
    topic = every.one(TOPIC)
    assert every.refers(topic, "kmsMasterKeyId") == {"key"}
    for found in every.all(ALARM):
        assert every.refers(found, "alarmActions") == {"notifications"}, found.name
    every.one("aws:sns/topicSubscription:TopicSubscription", protocol="email")


@pytest.mark.requirement("EC2M-82")
def test_slack_is_a_line_away() -> None:
    slack = {"slack": {"teamId": "T0123456789", "channelId": "C0123456789"}}
    plan = planned("ec2-manager", "prod", notifications=slack)
    channel = plan.one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    assert plan.refers(channel, "snsTopicArns") == {"notifications"}


@pytest.mark.requirement("EC2M-89")
def test_the_account_records_every_call() -> None:
    trail = planned("account-baseline", "prod").one("aws:cloudtrail/trail:Trail")
    assert (trail.get("enableLogFileValidation"), trail.get("includeGlobalServiceEvents")) == (True, True)
    assert planned("ec2-manager", "prod").all("aws:cloudtrail/trail:Trail") == []


@pytest.mark.requirement("EC2M-90", check="pol")
def test_no_mandatory_policy_refuses_a_stage(stage: str) -> None:
    review = reviewed("ec2-manager", stage)
    assert not [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures if failure.level == "error"]


@pytest.mark.requirement("EC2M-95")
@pytest.mark.requirement("EC2M-99", check="pol")
def test_the_budget_of_the_stage_holds_with_nothing_unpriced(every: Planned, stage: str) -> None:
    monthly = every.one(BUDGET, timeUnit="MONTHLY")
    assert (monthly.get("limitAmount"), monthly.get("budgetType")) == (LIMITS[stage][0], "COST")
    estimate = reviewed("ec2-manager", stage).estimate
    assert estimate is not None
    assert (estimate.unknown, estimate.unsupported, estimate.errors) == ((), (), ())
    assert Decimal(0) < estimate.maximum < Decimal(LIMITS[stage][0])


@pytest.mark.requirement("EC2M-99", check="pol")
def test_a_plan_above_the_limit_is_refused() -> None:
    review = reviewed("ec2-manager", "prod", budget={"monthly": 50})
    assert [f for f in review.findings if f.policy == "P.Budget.estimate" and f.level == "mandatory"]


@pytest.mark.requirement("EC2M-96")
def test_a_fifth_above_the_limit_is_told(prod: Planned, staging: Planned) -> None:
    notices = prod.one(BUDGET, timeUnit="MONTHLY").get("notifications")
    actual = {n["threshold"]: n["thresholdType"] for n in notices if n["notificationType"] == "ACTUAL"}
    assert actual == {80: "PERCENTAGE", 100: "PERCENTAGE", 120: "PERCENTAGE"}
    assert 120 not in {n["threshold"] for n in staging.one(BUDGET, timeUnit="MONTHLY").get("notifications")}


@pytest.mark.requirement("EC2M-97")
def test_a_day_may_cost_a_thirtieth(every: Planned, stage: str) -> None:
    daily = every.one(BUDGET, timeUnit="DAILY")
    assert daily.get("limitAmount") == LIMITS[stage][1]


@pytest.mark.parametrize("preset", ["api-cache", "guard-duty"])
def test_every_preset_passes(preset: str) -> None:
    review = reviewed("ec2-manager", "prod", preset=preset)
    assert not [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures if failure.level == "error"]


@pytest.mark.requirement("EC2M-83")
def test_a_paging_service_is_a_line_away(prod: Planned) -> None:
    assert prod.all("aws:sns/topicSubscription:TopicSubscription", protocol="https") == []
    plan = planned("ec2-manager", "prod", notifications={"webhook": "https://events.pagerduty.example/integration/1"})
    plan.one("aws:sns/topicSubscription:TopicSubscription", protocol="https")
