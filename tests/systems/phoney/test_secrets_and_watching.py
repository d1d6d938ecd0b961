"""Secrets, observability, security and cost rows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tests.support.stacks import Planned, planned, reviewed

ALARM, FUNCTION = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:lambda/function:Function"
PARAMETER, VERSION = "aws:ssm/parameter:Parameter", "aws:secretsmanager/secretVersion:SecretVersion"
RETENTION = {"dev": 7, "staging": 14, "prod": 30}
LIMITS = {"dev": "10", "staging": "20", "prod": "100"}


def statements(plan: Planned, role: str = "template-api") -> dict[str, dict[str, Any]]:
    """The statements of a role's policy by id."""
    (policy,) = [p for p in plan.all("aws:iam/rolePolicy:RolePolicy") if p.name == role]
    return {statement["Sid"]: statement for statement in json.loads(policy.get("policy"))["Statement"]}


@pytest.mark.requirement("PHONEY-06")
def test_prod_is_called_from_outside(prod: Planned) -> None:
    check = prod.one("aws:route53/healthCheck:HealthCheck")
    assert (check.get("resourcePath"), check.get("type")) == ("/health", "HTTPS")
    prod.one(ALARM, metricName="HealthCheckStatus")


@pytest.mark.requirement("PHONEY-32")
def test_the_parameters_of_the_stage(every: Planned, stage: str) -> None:
    found = {p.get("name"): p for p in every.all(PARAMETER)}
    assert set(found) == {f"/phoney/{stage}/{name}" for name in ("SECRET_KEY", "API_USERNAME", "CORS_ORIGINS")}
    key = found[f"/phoney/{stage}/SECRET_KEY"]
    assert key.get("type") == "SecureString"
    # One source: the parameter follows the secret, never the other way round.
    assert every.refers(key, "value") == {"secret-credentials"}
    assert found[f"/phoney/{stage}/API_USERNAME"].get("type") == "String"
    origins = found[f"/phoney/{stage}/CORS_ORIGINS"]
    assert origins.get("type") == "String"
    cors = every.one("aws:apigatewayv2/api:Api").get("corsConfiguration.allowOrigins")
    assert json.loads(origins.get("value")) == cors


@pytest.mark.requirement("PHONEY-33")
def test_the_secret_of_the_stage_is_never_in_the_clear(every: Planned, stage: str) -> None:
    secret = every.one("aws:secretsmanager/secret:Secret")
    assert secret.get("name") == f"phoney/{stage}/credentials"
    version = every.one(VERSION)
    assert version.get("secretString") is UNKNOWN
    planned_version = reviewed("phoney", stage).plan.by_urn[version.urn]
    assert "Secret" in type(planned_version.inputs["secretString"]).__name__
    # Made up once; an operator's change is not undone.
    assert "secretString" in planned_version.ignore_changes


@pytest.mark.requirement("PHONEY-34")
@pytest.mark.requirement("PHONEY-47")
def test_the_function_reads_its_own_stages_settings_only(every: Planned, stage: str) -> None:
    found = statements(every)
    base = "us-east-1:321098765432"
    assert found["ReadParameters"]["Resource"] == [f"arn:aws:ssm:{base}:parameter/phoney/{stage}/*"]
    assert found["ReadSecrets"]["Resource"] == [
        f"arn:aws:secretsmanager:{base}:secret:phoney/{stage}/credentials-??????"
    ]
    for other in {"dev", "staging", "prod"} - {stage}:
        assert f"phoney/{other}" not in json.dumps(found)


@pytest.mark.requirement("PHONEY-47")
def test_the_functions_role_is_scoped(every: Planned, stage: str) -> None:
    found = statements(every)
    assert set(found) == {"WriteLogs", "SendTraces", "ReadParameters", "ReadSecrets"}
    assert {"ssm:GetParameter", "ssm:GetParameters"} <= set(found["ReadParameters"]["Action"])
    assert found["ReadSecrets"]["Action"] == ["secretsmanager:GetSecretValue"]
    group = f"arn:aws:logs:us-east-1:321098765432:log-group:/phoney/{stage}/template-api:*"
    assert found["WriteLogs"]["Resource"] == [group]


@pytest.mark.requirement("PHONEY-35")
def test_lines_are_json(every: Planned, stage: str) -> None:
    config = every.one(FUNCTION).get("loggingConfig")
    assert config["logFormat"] == "JSON"
    assert config["logGroup"] == f"/phoney/{stage}/template-api"


@pytest.mark.requirement("PHONEY-36")
def test_logs_are_kept_as_long_as_the_tier_says(every: Planned, stage: str) -> None:
    groups = every.all("aws:cloudwatch/logGroup:LogGroup")
    assert {g.get("name") for g in groups} == {f"/phoney/{stage}/template-api", f"/phoney/{stage}/http-api"}
    assert {g.get("retentionInDays") for g in groups} == {RETENTION[stage]}


@pytest.mark.requirement("PHONEY-38")
def test_calls_are_traced(every: Planned) -> None:
    assert every.one(FUNCTION).get("tracingConfig.mode") == "Active"
    assert set(statements(every)["SendTraces"]["Action"]) == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.mark.requirement("PHONEY-39")
def test_more_than_one_percent_of_errors_ring(watched: Planned) -> None:
    (alarm,) = [a for a in watched.all(ALARM) if a.is_set("metricQueries")]
    queries = {query["id"]: query for query in alarm.get("metricQueries")}
    (result,) = [query for query in queries.values() if query.get("returnData")]
    assert result["expression"] == "100*errors/invocations"
    read = {id: query["metric"] for id, query in queries.items() if "metric" in query}
    assert {id: (m["metricName"], m["stat"], m["period"]) for id, m in read.items()} == {
        "errors": ("Errors", "Sum", 300),
        "invocations": ("Invocations", "Sum", 300),
    }
    name = watched.one(FUNCTION).get("name")
    assert all(m["dimensions"] == {"FunctionName": name} and m["namespace"] == "AWS/Lambda" for m in read.values())
    assert (alarm.get("threshold"), alarm.get("evaluationPeriods")) == (1, 1)
    assert alarm.get("comparisonOperator") == "GreaterThanThreshold"


@pytest.mark.requirement("PHONEY-40")
@pytest.mark.parametrize(("threshold", "severity"), [(200, "Warning"), (2000, "Critical")])
def test_a_slow_95th_percentile_rings_after_15_minutes(watched: Planned, threshold: int, severity: str) -> None:
    alarm = watched.one(ALARM, metricName="Duration", threshold=threshold)
    assert alarm.get("extendedStatistic") == "p95"
    assert alarm.get("period") * alarm.get("evaluationPeriods") == 15 * 60
    assert alarm.get("alarmDescription").startswith(f"{severity}:")


@pytest.mark.requirement("PHONEY-41")
def test_any_refused_call_rings(watched: Planned) -> None:
    alarm = watched.one(ALARM, metricName="Throttles")
    assert (alarm.get("statistic"), alarm.get("threshold"), alarm.get("period")) == ("Sum", 0, 300)


@pytest.mark.requirement("PHONEY-42")
def test_a_dashboard_shows_the_api(watched: Planned) -> None:
    dashboard = watched.one("aws:cloudwatch/dashboard:Dashboard")
    assert dashboard.get("dashboardName").startswith("phoney-")
    (recorded,) = watched.all("tierwise:observability:Dashboards")
    widgets = recorded.get("bodies")["api"]["widgets"]
    text = json.dumps(widgets, default=str)
    for metric in ("Invocations", "Throttles", "Duration", "Latency", "5xx", "RecordsGenerated"):
        assert f'"{metric}"' in text


@pytest.mark.requirement("PHONEY-43")
def test_every_alarm_tells_the_topic(watched: Planned) -> None:
    watched.one("aws:sns/topic:Topic")
    for alarm in watched.all(ALARM):
        assert watched.refers(alarm, "alarmActions") == {"notifications"}, alarm.name
    watched.one("aws:sns/topicSubscription:TopicSubscription", protocol="email")


@pytest.mark.requirement("PHONEY-45")
def test_queries_are_saved_for_logs_that_exist(every: Planned) -> None:
    queries = every.all("aws:cloudwatch/queryDefinition:QueryDefinition")
    assert len(queries) >= 2
    groups = {group.get("name") for group in every.all("aws:cloudwatch/logGroup:LogGroup")}
    for query in queries:
        assert set(query.get("logGroupNames")) <= groups
        assert "|" in query.get("queryString")


@pytest.mark.requirement("PHONEY-48")
@pytest.mark.requirement("PHONEY-48", check="pol")
def test_no_mandatory_policy_refuses_a_stage(stage: str) -> None:
    review = reviewed("phoney", stage)
    assert not [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures if failure.level == "error"]


@pytest.mark.requirement("PHONEY-48")
def test_images_and_secrets_are_encrypted(every: Planned) -> None:
    assert every.one("aws:ecr/repository:Repository").is_set("encryptionConfigurations[0].encryptionType")
    assert every.one(PARAMETER, type="SecureString").get("keyId") == "alias/aws/ssm"


@pytest.mark.requirement("PHONEY-52")
@pytest.mark.requirement("PHONEY-53")
def test_the_budget_of_the_stage_holds_with_nothing_unpriced(every: Planned, stage: str) -> None:
    budget = every.one("aws:budgets/budget:Budget")
    assert (budget.get("limitAmount"), budget.get("timeUnit")) == (LIMITS[stage], "MONTHLY")
    actual = {n["threshold"] for n in budget.get("notifications") if n["notificationType"] == "ACTUAL"}
    assert actual == {50, 100}
    estimate = reviewed("phoney", stage).estimate
    assert estimate is not None
    assert (estimate.unknown, estimate.unsupported, estimate.errors) == ((), (), ())
    assert Decimal(0) < estimate.expected < Decimal(LIMITS[stage])
    assert estimate.maximum < Decimal(LIMITS[stage])


@pytest.mark.requirement("PHONEY-54", check="pol")
def test_a_request_costs_less_than_a_tenth_of_a_cent(stage: str) -> None:
    estimate = reviewed("phoney", stage).estimate
    assert estimate is not None
    assert estimate.expected / 1_000_000 < Decimal("0.001")


@pytest.mark.requirement("PHONEY-70", check="pol")
def test_cost_grows_in_line_with_use() -> None:
    totals: list[Decimal] = []
    for millions in (1, 2, 3):
        requests = {"requests": millions * 1_000_000}
        usage = {"aws:lambda:Function": {**requests, "durationMs": 150}, "aws:apigatewayv2:Api": requests}
        estimate = reviewed("phoney", "prod", usage=usage).estimate
        assert estimate is not None
        totals.append(estimate.expected)
    assert totals[2] - totals[1] == totals[1] - totals[0] > 0


@pytest.mark.parametrize("preset", ["own-domain", "firewall", "vpc", "cache"])
def test_every_preset_passes(preset: str) -> None:
    review = reviewed("phoney", "prod", preset=preset)
    assert not [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures if failure.level == "error"]
    assert planned("phoney", "prod", preset=preset).one(FUNCTION).get("memorySize") == 1024
