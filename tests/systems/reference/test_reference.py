"""The reference system: its tiers differ as an engineer would defend, and one changed value shows everywhere."""

from __future__ import annotations

import pytest

from guardrails.cost.model import cents
from tests.support.stacks import Planned, planned, reviewed

pytestmark = pytest.mark.xdist_group("reference")
STAGES = ("dev", "staging", "prod")


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_stops_a_stage(stage: str) -> None:
    review = reviewed("", stage)
    assert not [f"{f.policy} {f.resource}" for f in review.findings if f.level == "mandatory"]
    assert not [str(failure) for failure in review.failures]
    assert review.estimate is not None
    assert not review.estimate.unknown
    assert not review.estimate.unsupported


def test_each_tier_costs_more_than_the_one_before() -> None:
    totals = [review.estimate.expected for review in (reviewed("", s) for s in STAGES) if review.estimate is not None]
    assert totals == sorted(totals)
    assert totals[0] < 65


def test_prod_survives_a_zone_and_dev_does_not_try(subtests: pytest.Subtests) -> None:
    dev, prod = planned("", "dev"), planned("", "prod")
    with subtests.test("database"):
        assert database(dev).get("multiAz") is False
        assert database(prod).get("multiAz") is True
    with subtests.test("way out"):
        assert len(prod.all("aws:ec2/natGateway:NatGateway")) == 2
        assert not dev.all("aws:ec2/natGateway:NatGateway")
    with subtests.test("cache"):
        assert prod.one("aws:elasticache/replicationGroup:ReplicationGroup").get("automaticFailoverEnabled") is True
    with subtests.test("tasks"):
        assert prod.one("aws:ecs/service:Service").get("desiredCount") == 2


def test_prod_protects_its_data() -> None:
    prod = planned("", "prod")
    assert database(prod).protect
    assert database(prod).get("deletionProtection") is True
    assert all(bucket.protect for bucket in prod.all("aws:s3/bucket:Bucket"))


def test_one_changed_value_shows_in_plan_policies_and_price() -> None:
    before, after = reviewed("", "dev"), reviewed("", "dev", network={"natMode": "per-zone"})
    assert len(Planned(after.plan.view()).all("aws:ec2/natGateway:NatGateway")) == 2
    assert before.estimate is not None
    assert after.estimate is not None
    gateways = [line for line in after.estimate.lines if line.type == "aws:ec2/natGateway:NatGateway"]
    assert sum(line.expected for line in gateways) > 60
    assert cents(after.estimate.expected) > cents(before.estimate.expected) + 50
    assert before.ok
    assert not after.ok
    (refusal,) = [f for f in after.findings if f.policy == "P.Budget.estimate"]
    assert "NAT" in refusal.message


@pytest.mark.parametrize("stage", STAGES)
def test_stages_share_no_name(stage: str) -> None:
    own = {r.get("name") for r in planned("", stage).all("aws:ecs/cluster:Cluster")}
    others = {r.get("name") for s in STAGES if s != stage for r in planned("", s).all("aws:ecs/cluster:Cluster")}
    assert own
    assert not own & others


def database(plan: Planned):
    return plan.one("aws:rds/instance:Instance")
