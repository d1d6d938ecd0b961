"""Observability, security and compliance rows."""

from __future__ import annotations

import json

import pytest

from guardrails.resource import UNKNOWN
from tests.support.stacks import Planned, planned

ALARM, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logGroup:LogGroup"
SEVEN = ("api-gateway", "users", "listings", "orders", "payments", "messaging", "search")


def shown(plan: Planned) -> str:
    """Every dashboard's body, as far as it is known before deployment."""
    return json.dumps(plan.one("tierwise:observability:Dashboards").get("bodies"), default=str)


@pytest.mark.requirement("PIKA-74")
def test_four_dashboards_as_drawn(drawn: Planned) -> None:
    names = [str(d.get("dashboardName")) for d in drawn.all("aws:cloudwatch/dashboard:Dashboard")]
    assert len(names) == 4
    for ending in ("-service-health", "-api", "-database", "-cost"):
        assert any(name.endswith(ending) for name in names)


@pytest.mark.requirement("PIKA-74")
def test_as_shipped_one_dashboard_holds_the_widgets_of_four(prod: Planned, drawn: Planned) -> None:
    (dashboard,) = prod.all("aws:cloudwatch/dashboard:Dashboard")
    assert str(dashboard.get("dashboardName")).endswith("-service-health")
    text = shown(prod)
    for metric in ("CPUUtilization", "TargetResponseTime", "DatabaseConnections", "EstimatedCharges"):
        assert metric in text


@pytest.mark.requirement("PIKA-75")
@pytest.mark.parametrize("metric", ["CPUUtilization", "MemoryUtilization"])
def test_services_ring_above_80_percent(prod: Planned, metric: str) -> None:
    alarms = prod.all(ALARM, namespace="AWS/ECS", metricName=metric)
    assert len(alarms) == 7
    assert {a.get("threshold") for a in alarms} == {80}
    assert {a.get("comparisonOperator") for a in alarms} == {"GreaterThanThreshold"}
    assert {a.get("dimensions.ServiceName") for a in alarms} == set(SEVEN)


@pytest.mark.requirement("PIKA-75")
def test_database_and_cache_ring_above_80_percent(prod: Planned) -> None:
    assert prod.one(ALARM, namespace="AWS/RDS", metricName="CPUUtilization").get("threshold") == 80
    memory = prod.one(ALARM, namespace="AWS/ElastiCache", metricName="DatabaseMemoryUsagePercentage")
    assert memory.get("threshold") == 80


@pytest.mark.requirement("PIKA-76")
def test_api_errors_ring_above_5_percent(prod: Planned) -> None:
    (alarm,) = [a for a in prod.all(ALARM) if "HTTPCode_Target_5XX_Count" in json.dumps(str(a.get("metricQueries")))]
    assert alarm.get("threshold") == 5
    expressions = [e for e in alarm.all("metricQueries[].expression") if isinstance(e, str)]
    assert len(expressions) == 1
    assert "100" in expressions[0]


@pytest.mark.requirement("PIKA-77")
def test_connections_ring_at_80_of_100(prod: Planned) -> None:
    group = prod.one("aws:rds/parameterGroup:ParameterGroup")
    (limit,) = [p["value"] for p in group.get("parameters") if p["name"] == "max_connections"]
    assert str(limit) == "100"
    assert prod.one(ALARM, metricName="DatabaseConnections").get("threshold") == 80


@pytest.mark.requirement("PIKA-78")
def test_spending_above_4_a_day_is_told(prod: Planned) -> None:
    assert prod.one("aws:budgets/budget:Budget", timeUnit="DAILY").get("limitAmount") == "4"


@pytest.mark.requirement("PIKA-79")
def test_spending_above_80_a_month_is_told(prod: Planned) -> None:
    budget = prod.one("aws:budgets/budget:Budget", timeUnit="MONTHLY")
    assert budget.get("limitAmount") == "100"
    actual = [n for n in budget.get("notifications") if n["notificationType"] == "ACTUAL"]
    assert any(n["threshold"] == 80 and n["thresholdType"] == "PERCENTAGE" for n in actual)


@pytest.mark.requirement("PIKA-80")
def test_slow_answers_ring_above_200_ms(prod: Planned) -> None:
    alarm = prod.one(ALARM, namespace="AWS/ApplicationELB", metricName="TargetResponseTime")
    assert alarm.get("threshold") == 0.2


@pytest.mark.requirement("PIKA-81")
@pytest.mark.parametrize("service", SEVEN)
def test_logs_are_kept_7_days_and_errors_30(prod: Planned, service: str) -> None:
    groups = {str(g.get("name")): g.get("retentionInDays") for g in prod.all(LOGS)}
    assert groups[f"/pika/prod/{service}"] == 7
    assert groups[f"/pika/prod/{service}/errors"] == 30


@pytest.mark.requirement("PIKA-82")
def test_logging_is_kept_small(prod: Planned) -> None:
    for task in prod.all("aws:ecs/taskDefinition:TaskDefinition"):
        for definition in json.loads(task.get("containerDefinitions")):
            level = [e["value"] for e in definition["environment"] if e["name"] == "LOG_LEVEL"]
            assert level == ["INFO"]
    assert prod.one("aws:ec2/flowLog:FlowLog").get("logDestinationType") == "s3"


@pytest.mark.requirement("PIKA-83")
def test_business_metrics_are_shown(prod: Planned) -> None:
    text = shown(prod)
    for metric in ("ListingsCreated", "OrdersPlaced", "MessagesSent", "ActiveUsers"):
        assert f'"Pika", "{metric}"' in text


@pytest.mark.requirement("PIKA-84")
def test_someone_is_told_and_the_api_is_watched_from_outside(prod: Planned) -> None:
    assert prod.all("aws:sns/topic:Topic")
    subscription = prod.one("aws:sns/topicSubscription:TopicSubscription")
    assert subscription.get("protocol") == "email"
    assert subscription.get("endpoint") == "alerts@pika.example"
    check = prod.one("aws:route53/healthCheck:HealthCheck")
    assert (check.get("resourcePath"), check.get("type")) == ("/api/health", "HTTPS")


@pytest.mark.requirement("PIKA-86")
def test_each_service_has_its_own_roles_and_no_wildcard_action(prod: Planned) -> None:
    assert len(prod.all("aws:iam/role:Role")) >= 8
    tasks = prod.all("aws:ecs/taskDefinition:TaskDefinition")
    roles = [t.property_dependencies["taskRoleArn"] for t in tasks]
    assert len(set(roles)) == len(tasks)
    for task in tasks:
        assert not set(task.property_dependencies["taskRoleArn"]) & set(task.property_dependencies["executionRoleArn"])
    judged = 0
    for policy in prod.all("aws:iam/rolePolicy:RolePolicy"):
        if policy.get("policy") is UNKNOWN:
            continue
        judged += 1
        for statement in json.loads(policy.get("policy"))["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any(action == "*" or action.endswith(":*") for action in actions), policy.name
    assert judged >= 7


@pytest.mark.requirement("PIKA-88")
def test_config_rules(prod: Planned) -> None:
    identifiers = {r.get("source.sourceIdentifier") for r in prod.all("aws:cfg/rule:Rule")}
    assert identifiers >= {
        "ENCRYPTED_VOLUMES",
        "RDS_STORAGE_ENCRYPTED",
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    }


@pytest.mark.requirement("PIKA-89")
def test_guard_duty_is_a_switch_that_is_off(prod: Planned) -> None:
    token = "aws:guardduty/detector:Detector"  # noqa: S105
    assert not prod.all(token)
    assert planned("pika", "prod", observability={"guardDuty": True}).one(token).get("enable") is True


@pytest.mark.requirement("PIKA-102")
def test_the_database_is_dumped_daily(prod: Planned) -> None:
    (schedule,) = [s for s in prod.all("aws:scheduler/schedule:Schedule") if s.is_set("target.ecsParameters")]
    assert schedule.get("scheduleExpression") == "cron(30 3 * * ? *)"
    assert any(r.type == "aws:ecs/taskDefinition:TaskDefinition" for r in prod.stack.referenced(schedule, "target"))
