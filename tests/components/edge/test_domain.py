"""Zone, certificates, alias records and the check from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from settings.observability import HealthCheck as HealthCheckSettings
from tests.support.program import Sample, sample_of
from tests.support.sections import domain

ZONE_ID = "Z0123456789ABC"


def planned(regions: Sequence[str] = ("us-east-1",), **overrides: Any) -> Sample:
    """The plan of a domain."""

    def create() -> None:
        from components.edge.domain import Domain

        Domain("domain", settings=domain(**overrides), regions=regions)

    return sample_of(create)


def test_a_zone_is_made_when_asked_for() -> None:
    sample = planned(name="app.shop.example", zone="shop.example")
    assert sample.one("aws:route53/zone:Zone").get("name") == "shop.example"
    assert sample.one("aws:acm/certificate:Certificate").get("domainName") == "app.shop.example"


def test_an_existing_zone_is_used() -> None:
    sample = planned(createZone=False, zoneId=ZONE_ID)
    assert sample.all("aws:route53/zone:Zone") == []
    assert sample.one("aws:route53/record:Record").get("zoneId") == ZONE_ID


@pytest.mark.parametrize("regions", [("us-east-1",), ("us-east-1", "eu-west-1"), ("eu-west-1", "us-east-1")])
def test_each_region_gets_a_certificate_and_all_share_one_validation_record(regions: Sequence[str]) -> None:
    sample = planned(regions)
    certificates = sample.all("aws:acm/certificate:Certificate", validationMethod="DNS")
    assert {c.get("region") for c in certificates} == set(regions)
    record = sample.one("aws:route53/record:Record")
    assert record.name == "domain-validation"
    validations = sample.all("aws:acm/certificateValidation:CertificateValidation")
    assert {v.get("region") for v in validations} == set(regions)
    for validation in validations:
        assert sample.refers(validation, "certificateArn") == {f"domain-{validation.get('region')}"}
        assert sample.refers(validation, "validationRecordFqdns") == {"domain-validation"}


def test_a_domain_that_nobody_serves_needs_no_certificate() -> None:
    sample = planned(())
    assert sample.all("aws:acm/certificate:Certificate") == []
    assert sample.all("aws:route53/record:Record") == []


def test_the_order_of_regions_changes_nothing() -> None:
    def inputs(sample: Sample) -> dict[str, Any]:
        return {r.urn: r.props for r in sample.stack.resources if r.type.startswith("aws:")}

    assert inputs(planned(("eu-west-1", "us-east-1"))) == inputs(planned(("us-east-1", "eu-west-1")))


@pytest.mark.parametrize(("ipv6", "types"), [(True, {"A", "AAAA"}), (False, {"A"})])
def test_alias_records_point_at_the_target(ipv6: bool, types: set[str]) -> None:
    def create() -> None:
        from components.edge.alias_records import AliasRecords

        AliasRecords(
            "site",
            zone_id=ZONE_ID,
            record_name="shop.example",
            target="d1.cloudfront.net",
            target_zone_id="Z2FDTNDATAQYW2",
            ipv6=ipv6,
            evaluate_health=False,
        )

    records = sample_of(create).all("aws:route53/record:Record", name="shop.example")
    assert {record.get("type") for record in records} == types
    for record in records:
        assert record.get("aliases") == [
            {"name": "d1.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
        ]


def test_the_health_check_calls_the_path_over_https() -> None:
    def create() -> None:
        from components.edge.health_check import HealthCheck

        settings = HealthCheckSettings.model_validate({"enabled": True, "path": "/up", "intervalSeconds": 10})
        HealthCheck("outside", settings=settings, host="shop.example")

    check = sample_of(create).one("aws:route53/healthCheck:HealthCheck", type="HTTPS", port=443)
    assert (check.get("fqdn"), check.get("resourcePath")) == ("shop.example", "/up")
    assert (check.get("requestInterval"), check.get("enableSni")) == (10, True)
