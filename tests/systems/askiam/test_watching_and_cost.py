"""Logs, traces, alarms, queries, events and prices."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from guardrails.cost import Estimate, cents
from tests.support.stacks import Planned, planned, reviewed
from tierwise.preview.values import Secret

ALARM, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logGroup:LogGroup"
FUNCTIONS = (
    "request-orchestrator", "entity-extractor", "rag-validator", "mcp-validator", "audit-logger", "lex-connector",
    "status-checker",
)  # fmt: skip


def priced(stage: str, preset: str | None = None) -> Estimate:
    found = reviewed("askiam", stage, preset=preset).estimate
    assert found is not None
    assert (found.unknown, found.unsupported, found.errors) == ((), (), ())
    return found


def amount(found: Estimate, *prefixes: str) -> Decimal:
    return cents(sum((line.expected for line in found.lines if line.price_id.startswith(prefixes)), Decimal(0)))


@pytest.mark.requirement("ASKIAM-65")
@pytest.mark.requirement("ASKIAM-66")
@pytest.mark.requirement("ASKIAM-82")
def test_logs_have_the_names_of_the_document_and_last_seven_days(every: Planned, stage: str) -> None:
    inserted = "" if stage == "prod" else f"{stage}/"
    names = {f"/aws/lambda/ask-iam/{inserted}{name}" for name in FUNCTIONS}
    api = "/aws/apigateway/ask-iam" + ("" if stage == "prod" else f"/{stage}")
    groups = {g.get("name"): g for g in every.all(LOGS)}
    assert names | {api} <= set(groups)
    assert {groups[name].get("retentionInDays") for name in (*names, api)} == {7}
    for function in every.all("aws:lambda/function:Function"):
        assert function.get("loggingConfig.logGroup") == f"/aws/lambda/ask-iam/{inserted}{function.name}"


@pytest.mark.requirement("ASKIAM-67", check="plan")
def test_lines_are_json(every: Planned) -> None:
    assert {f.get("loggingConfig.logFormat") for f in every.all("aws:lambda/function:Function")} == {"JSON"}


@pytest.mark.requirement("ASKIAM-68")
@pytest.mark.requirement("ASKIAM-69", check="plan")
def test_requests_are_logged_and_traced(every: Planned) -> None:
    stage = every.one("aws:apigateway/stage:Stage")
    assert every.refers(stage, "accessLogSettings") == {"rest-api-stage-access"}
    assert stage.get("xrayTracingEnabled") is True
    assert {f.get("tracingConfig.mode") for f in every.all("aws:lambda/function:Function")} == {"Active"}
    rule = every.one("aws:xray/samplingRule:SamplingRule")
    assert rule.get("fixedRate") == 0.05


@pytest.mark.requirement("ASKIAM-71")
def test_one_percent_of_errors_rings_for_each_function(prod: Planned) -> None:
    alarms = [a for a in prod.all(ALARM) if a.name.endswith("-errors") and a.get("threshold") == 1]
    watched: set[str] = set()
    for alarm in alarms:
        queries = {q["id"]: q for q in alarm.get("metricQueries")}
        assert queries["result"]["expression"] == "100*errors/invocations"
        watched.add(queries["errors"]["metric"]["dimensions"]["FunctionName"].removeprefix("askiam-prod-"))
        assert prod.refers(alarm, "alarmActions") == {"notifications"}
    assert watched == set(FUNCTIONS)


@pytest.mark.requirement("ASKIAM-72")
def test_five_seconds_ring(prod: Planned) -> None:
    alarm = prod.one(ALARM, namespace="AWS/ApiGateway", metricName="Latency")
    assert alarm.get("threshold") == 5000


@pytest.mark.requirement("ASKIAM-73")
def test_a_busy_database_rings(prod: Planned) -> None:
    found = {a.get("metricName"): a.get("threshold") for a in prod.all(ALARM, namespace="AWS/RDS")}
    assert found == {"CPUUtilization": 80, "ACUUtilization": 90}
    (alarm,) = prod.all(ALARM, metricName="CPUUtilization")
    assert alarm.get("dimensions") == {"DBClusterIdentifier": "askiam-prod-aurora"}


@pytest.mark.requirement("ASKIAM-74")
def test_an_audit_row_that_fails_calls_somebody(prod: Planned) -> None:
    alarm = prod.one(ALARM, metricName="AuditInsertFailures")
    assert alarm.get("threshold") == 0
    assert prod.refers(alarm, "alarmActions") == {"notifications-on-call"}
    channels = {"channels": {"on-call": {"webhook": "https://events.example/key"}}}
    plan = planned("askiam", "prod", notifications=channels)
    (hook,) = plan.all("aws:sns/topicSubscription:TopicSubscription", protocol="https")
    assert hook.name == "notifications-on-call-webhook"
    # The address holds a key.
    held = reviewed("askiam", "prod", notifications=channels).plan.by_urn[hook.urn].inputs["endpoint"]
    assert isinstance(held, Secret)


@pytest.mark.requirement("ASKIAM-75")
def test_alarms_reach_a_topic_and_slack_where_it_is_named(prod: Planned) -> None:
    assert len(prod.all("aws:sns/topic:Topic")) == 2
    slack = {"slack": {"teamId": "T0123456789", "channelId": "C0123456789"}}
    plan = planned("askiam", "prod", notifications=slack, encryption={"customerKey": True})
    assert plan.one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    topics = plan.all("aws:sns/topic:Topic")
    assert all(plan.refers(topic, "kmsMasterKeyId") for topic in topics)


@pytest.mark.requirement("ASKIAM-76")
@pytest.mark.requirement("ASKIAM-84")
def test_queries_answer_operations_and_compliance(every: Planned) -> None:
    found = {
        q.name.removeprefix("queries-"): q.get("queryString")
        for q in every.all("aws:cloudwatch/queryDefinition:QueryDefinition")
    }
    assert "duration_ms > 3000" in found["slow-requests"]
    assert "by user_id" in found["slow-requests"]
    assert "by lambda_function" in found["errors-by-function"]
    assert "by role_id" in found["most-granted-roles"]
    assert {"requests-of-a-user", "approved-and-rejected", "sensitive-roles"} <= set(found)


@pytest.mark.requirement("ASKIAM-77")
def test_audit_events_flow_through_a_bus_of_its_own(every: Planned, stage: str) -> None:
    assert every.one("aws:cloudwatch/eventBus:EventBus").get("name") == f"askiam-{stage}-events"
    patterns = [json.loads(r.get("eventPattern")) for r in every.all("aws:cloudwatch/eventRule:EventRule")]
    assert {"source": ["askiam"], "detail-type": ["ValidationCompleted"]} in patterns
    assert every.one("aws:cloudwatch/eventArchive:EventArchive").get("retentionDays") == 30


@pytest.mark.requirement("ASKIAM-78")
def test_there_is_a_dashboard(prod: Planned) -> None:
    assert len(prod.all("aws:cloudwatch/dashboard:Dashboard")) == 1


@pytest.mark.requirement("ASKIAM-85")
def test_addresses_in_logs_are_masked(every: Planned) -> None:
    policies = every.all("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy")
    assert len(policies) == 7
    assert "data-identifier/EmailAddress" in policies[0].get("policyDocument")


@pytest.mark.requirement("ASKIAM-86")
@pytest.mark.requirement("ASKIAM-88")
@pytest.mark.parametrize(("name", "limit"), [("dev", "60"), ("staging", "250"), ("prod", "1100")])
def test_each_stage_fits_its_budget_with_nothing_unpriced(name: str, limit: str) -> None:
    budget = planned("askiam", name).one("aws:budgets/budget:Budget")
    assert Decimal(budget.get("limitAmount")) == Decimal(limit)
    assert cents(priced(name).expected) < Decimal(limit)


@pytest.mark.requirement("ASKIAM-86")
def test_390_dollars_are_refused_for_what_is_drawn() -> None:
    found = reviewed("askiam", "prod", budget={"monthly": 390})
    (refusal,) = [f for f in found.findings if f.policy == "P.Budget.estimate"]
    assert refusal.level == "mandatory"


def test_the_drawn_design_costs_what_the_table_says_and_is_refused() -> None:
    found = priced("prod", "drawn")
    assert {
        "Lambda requests": amount(found, "lambda.requests"),
        "Lambda duration": amount(found, "lambda.x86."),
        "provisioned concurrency": amount(found, "lambda.pc."),
        "Aurora capacity": amount(found, "aurora.sv2."),
        "Aurora storage": amount(found, "aurora.storage", "aurora.io", "aurora.backup"),
        "OpenSearch": amount(found, "aoss."),
        "REST API": amount(found, "apigw.rest."),
        "NAT": amount(found, "vpc.") - amount(found, "vpc.endpoint."),
        "Lex": amount(found, "lex."),
        "model": amount(found, "bedrock."),
    } == {
        "Lambda requests": Decimal("1.00"),
        "Lambda duration": Decimal("35.42"),
        "provisioned concurrency": Decimal("54.75"),
        "Aurora capacity": Decimal("87.60"),
        "Aurora storage": Decimal("14.10"),
        "OpenSearch": Decimal("700.80"),
        "REST API": Decimal("3.50"),
        "NAT": Decimal("37.40"),
        "Lex": Decimal("75.00"),
        "model": Decimal("138.00"),
    }
    assert found.expected > Decimal("1164.12")
    refused = [f for f in reviewed("askiam", "prod", preset="drawn").findings if f.policy == "P.Budget.estimate"]
    assert [f.level for f in refused] == ["mandatory"]


def test_a_frugal_design_fits_390_dollars() -> None:
    found = priced("prod", "frugal")
    assert amount(found, "lambda.") == Decimal("21.33")
    assert amount(found, "aurora.") == Decimal("75.42")
    assert amount(found, "aoss.") == Decimal("216.12")
    assert found.expected < 390
    broken = [f.policy for f in reviewed("askiam", "prod", preset="frugal").findings if f.level == "mandatory"]
    assert broken == []


def test_precedents_in_the_database_save_the_collection() -> None:
    assert priced("prod", "pgvector").expected < priced("prod").expected - 700
