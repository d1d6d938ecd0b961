"""Stages, cost, policy and growth rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.stacks import Planned, planned, reviewed

#: What only one of staging and prod makes, on purpose.
PROD_ONLY = {"aws:route53/zone:Zone"}


@pytest.mark.requirement("PIKA-01")
def test_prod_holds_the_whole_system(prod: Planned) -> None:
    assert prod.types() >= {
        "aws:ec2/vpc:Vpc",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:ecs/service:Service",
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:s3/bucket:Bucket",
        "aws:cloudfront/distribution:Distribution",
        "aws:wafv2/webAcl:WebAcl",
        "aws:budgets/budget:Budget",
    }


@pytest.mark.requirement("PIKA-02")
def test_staging_has_the_shape_of_prod(staging: Planned, prod: Planned) -> None:
    assert prod.types() - staging.types() <= PROD_ONLY
    for service in staging.all("aws:ecs/service:Service"):
        assert service.get("desiredCount") == 1
    assert staging.one("aws:rds/instance:Instance").get("multiAz") is False
    backups = [p.one("aws:rds/instance:Instance").get("backupRetentionPeriod") for p in (staging, prod)]
    assert backups[0] < backups[1]


@pytest.mark.requirement("PIKA-03")
def test_dev_costs_next_to_nothing(dev: Planned) -> None:
    assert not dev.all("aws:rds/instance:Instance")
    assert not dev.all("aws:elasticache/replicationGroup:ReplicationGroup")
    assert len(dev.all("aws:ecs/service:Service")) == 1
    assert dev.one("aws:ec2/vpc:Vpc").get("cidrBlock") == "10.0.0.0/16"


@pytest.mark.requirement("PIKA-04")
def test_the_success_measures_are_watched(prod: Planned) -> None:
    assert prod.one("aws:budgets/budget:Budget", timeUnit="MONTHLY").get("limitAmount") == "100"
    assert prod.one("aws:cloudwatch/metricAlarm:MetricAlarm", metricName="TargetResponseTime").get("threshold") == 0.2
    prod.one("aws:route53/healthCheck:HealthCheck")


@pytest.mark.requirement("PIKA-87")
@pytest.mark.requirement("PIKA-92")
@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_no_mandatory_policy_refuses_a_stage(stage: str) -> None:
    review = reviewed("pika", stage)
    assert not [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures if failure.level == "error"]


@pytest.mark.requirement("PIKA-92")
def test_prod_stays_under_100_with_nothing_unpriced(prod: Planned) -> None:
    estimate = reviewed("pika", "prod").estimate
    assert estimate is not None
    assert estimate.expected < Decimal(100)
    assert not estimate.unknown
    assert not estimate.unsupported
    assert not estimate.errors
    budget = prod.one("aws:budgets/budget:Budget", timeUnit="MONTHLY")
    assert budget.get("limitAmount") == "100"
    forecast = [n for n in budget.get("notifications") if n["notificationType"] == "FORECASTED"]
    assert any(n["threshold"] == 100 for n in forecast)


@pytest.mark.requirement("PIKA-92")
@pytest.mark.requirement("PIKA-10")
def test_the_drawn_variant_is_refused_with_its_levers() -> None:
    review = reviewed("pika", "prod", preset="drawn")
    assert review.verdict is not None
    assert review.verdict.status == "block"
    (refusal,) = [f for f in review.findings if f.policy == "P.Budget.estimate"]
    assert refusal.level == "mandatory"
    for lever in ("NAT", "ARM", "Bot Control", "Spot"):
        assert lever in refusal.message


@pytest.mark.requirement("PIKA-95")
def test_cost_can_be_told_apart_by_tag(prod: Planned) -> None:
    (provider,) = [p for p in prod.all("pulumi:providers:aws") if not p.name.startswith("default")]
    text = str(provider.get("defaultTags"))
    for tag in ("project", "stage", "owner", "cost-center"):
        assert f'"{tag}"' in text
    services = prod.all("aws:ecs/service:Service")
    assert all(service.get("tags.component") for service in services)


@pytest.mark.requirement("PIKA-109")
@pytest.mark.parametrize(
    ("preset", "limit", "changed"),
    [
        ("u100", "150", {"replica": 1, "multiAz": False, "cache": "cache.t4g.micro", "tasks": 4}),
        ("u250", "250", {"replica": 1, "multiAz": True, "cache": "cache.t4g.small", "tasks": 4}),
        ("u500", "400", {"replica": 1, "multiAz": True, "cache": "cache.t4g.small", "tasks": 6}),
    ],
)
def test_growth_changes_what_the_path_names_and_the_limit(preset: str, limit: str, changed: dict[str, object]) -> None:
    plan = planned("pika", "prod", preset=preset)
    instances = plan.all("aws:rds/instance:Instance")
    (primary,) = [i for i in instances if not i.is_set("replicateSourceDb")]
    assert {
        "replica": len(instances) - 1,
        "multiAz": primary.get("multiAz"),
        "cache": plan.one("aws:elasticache/replicationGroup:ReplicationGroup").get("nodeType"),
        "tasks": plan.all("aws:appautoscaling/target:Target")[0].get("maxCapacity"),
    } == changed
    assert plan.one("aws:budgets/budget:Budget", timeUnit="MONTHLY").get("limitAmount") == limit
    # Nothing else moves: outside of what the path names, prod is as shipped.
    shipped = planned("pika", "prod")
    moved = {
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:budgets/budget:Budget",
    }
    moved |= {"aws:appautoscaling/target:Target", "aws:appautoscaling/scheduledAction:ScheduledAction"}
    for token in {t for t in shipped.types() if t.startswith("aws:")} - moved:
        before = {r.name: r.props for r in shipped.all(token)}
        after = {r.name: r.props for r in plan.all(token) if r.name in before}
        unchanged = {name for name in before if before[name] == after.get(name)}
        different = before.keys() - unchanged
        assert not different or token in {
            "aws:cloudwatch/dashboard:Dashboard",
            "aws:cloudfront/distribution:Distribution",
        }, (token, different)
