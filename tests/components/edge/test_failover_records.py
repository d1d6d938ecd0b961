"""Two records of one name, and the switch that says who has it."""

from __future__ import annotations

import functools

import pytest

from guardrails.resource import ABSENT
from settings.standby import THRESHOLDS, Traffic
from tests.support.program import Sample, sample_of

RECORD, CHECK = "aws:route53/record:Record", "aws:route53/healthCheck:HealthCheck"


@functools.cache
def records() -> Sample:
    """The records of each kind of traffic."""

    def create() -> None:
        from components.edge.failover_records import Answer, FailoverRecords
        from settings.observability import HealthCheck

        for traffic in THRESHOLDS:
            FailoverRecords(
                traffic,
                zone_id="Z1",
                record_name="api.example.com",
                first=Answer(target="d-1.example", target_zone_id="ZA", host="a.example", base_path="/prod"),
                standby=Answer(target="d-2.example", target_zone_id="ZB", host="b.example", base_path="/prod"),
                traffic=traffic,
                check=HealthCheck.model_validate({"enabled": True, "path": "/status"}),
            )

    return sample_of(create)


@pytest.mark.parametrize(("traffic", "threshold"), [("first", 0), ("health", 1), ("standby", 2)])
def test_one_line_says_where_the_name_leads(traffic: Traffic, threshold: int) -> None:
    sample = records()
    (switch,) = [check for check in sample.all(CHECK, type="CALCULATED") if check.name == f"{traffic}-switch"]
    assert switch.get("childHealthThreshold") == threshold
    assert sample.refers(switch, "childHealthchecks") == {f"{traffic}-first"}


def test_only_the_primary_asks_the_switch() -> None:
    sample = records()
    primary, secondary = sorted(
        (r for r in sample.all(RECORD) if r.name.startswith("health-")), key=lambda record: record.name
    )
    assert sample.refers(primary, "healthCheckId") == {"health-switch"}
    assert secondary.get("healthCheckId") is ABSENT
    assert [r.get("failoverRoutingPolicies[0].type") for r in (primary, secondary)] == ["PRIMARY", "SECONDARY"]
    # Route 53 takes no record with failover beside one without: the old goes first.
    assert all(sample.planned(record).delete_before_replace for record in (primary, secondary))


def test_each_region_is_checked_at_its_own_address() -> None:
    hosts = {check.name: check.get("fqdn") for check in records().all(CHECK, type="HTTPS")}
    assert (hosts["first-first"], hosts["first-standby"]) == ("a.example", "b.example")
