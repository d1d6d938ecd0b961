"""Pika's cost table to the cent: as its document draws it, and the design that fits its budget."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest

from guardrails.cost import Estimate, cents, estimate, judge
from tests.policy.cost.build import BOOK
from tests.policy.cost.systems import pika

BUDGET = {"monthly": 100, "warnAt": 80, "unknowns": "block", "acknowledgedOverrun": None}


def priced(*, fits: bool) -> Estimate:
    return estimate(*pika(fits=fits), BOOK, "us-east-1")


def total(found: Estimate, *types: str, names: Iterable[str] = ()) -> Decimal:
    """The lines of the given types, and those with the given component names, to the cent."""
    wanted = set(names)
    return cents(sum((line.expected for line in found.lines if line.type in types or line.name in wanted), Decimal(0)))


FARGATE = "aws:ecs/service:Service"
ALB = "aws:lb/loadBalancer:LoadBalancer"
CROSS_AZ = "traffic between zones"


#: What the source document says that each part costs; it leaves the others out.
STATED = {
    "Fargate": 35,
    "RDS": 20,
    "ElastiCache": 13,
    "ALB": 18,
    "S3 + CloudFront": 5,
    "CloudWatch": 5,
    "Route 53": 1,
    "NAT": 3,
}


def drawn_lines(found: Estimate) -> dict[str, Decimal]:
    """The document's lines at list price."""
    managed = "managed password secret"
    secret = total(found, names=[managed])
    return {
        "Fargate": total(found, FARGATE),
        "RDS": total(found, "aws:rds/instance:Instance") - secret,
        "ElastiCache": total(found, "aws:elasticache/replicationGroup:ReplicationGroup"),
        "ALB": total(found, ALB),
        "S3 + CloudFront": cents(
            sum((line.expected for line in found.lines if line.resource in ("static", "cdn")), Decimal(0)),
        ),
        "CloudWatch": cents(
            total(found, "aws:cloudwatch/dashboard:Dashboard", "aws:cloudwatch/metricAlarm:MetricAlarm")
            + sum((line.expected for line in found.lines if line.resource == "services"), Decimal(0))
        ),
        "Route 53": total(found, "aws:route53/zone:Zone"),
        "NAT": total(found, "aws:ec2/natGateway:NatGateway", names=[CROSS_AZ]),
        "WAF": total(found, "aws:wafv2/webAcl:WebAcl"),
        "rest": cents(
            sum(
                (
                    line.expected
                    for line in found.lines
                    if line.resource in ("flow", "copy", "recorder", "rule", "images")
                    or line.type == "aws:secretsmanager/secret:Secret"
                    or line.name == managed
                ),
                Decimal(0),
            )
        ),
    }


@pytest.mark.requirement("PIKA-92")
def test_as_drawn_every_line_and_the_total() -> None:
    found = priced(fits=False)
    assert drawn_lines(found) == {
        "Fargate": Decimal("63.07"),
        "RDS": Decimal("15.44"),
        "ElastiCache": Decimal("12.41"),
        "ALB": Decimal("24.89"),
        "S3 + CloudFront": Decimal("5.48"),
        "CloudWatch": Decimal("16.15"),
        "Route 53": Decimal("0.90"),
        "NAT": Decimal("74.30"),
        "WAF": Decimal("20.20"),
        "rest": Decimal("4.38"),
    }
    assert cents(found.expected) == Decimal("237.23")
    assert found.total == "$237.23"
    assert (found.unknown, found.unsupported, found.errors) == ((), (), ())


@pytest.mark.requirement("PIKA-93")
def test_the_documents_split_beside_real_prices(capsys: pytest.CaptureFixture[str]) -> None:
    real = drawn_lines(priced(fits=False))
    for name, amount in real.items():
        print(f"{name:<16} {STATED.get(name, '-'):>6} {amount:>8}")
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["NAT", "3", "74.30"] in printed
    assert ["Fargate", "35", "63.07"] in printed
    assert sum(STATED.values()) == 100
    assert set(STATED) < set(real)


@pytest.mark.requirement("PIKA-92")
def test_the_design_that_fits_every_line_and_the_total() -> None:
    found = priced(fits=True)
    secret = total(found, names=["managed password secret"])
    assert {
        "gateway": cents(sum((line.expected for line in found.lines if line.resource == "gateway"), Decimal(0))),
        "six Spot services": cents(
            sum(
                (line.expected for line in found.lines if line.type == FARGATE and line.resource != "gateway"),
                Decimal(0),
            )
        ),
        "RDS": total(found, "aws:rds/instance:Instance") - secret,
        "ElastiCache": total(found, "aws:elasticache/replicationGroup:ReplicationGroup"),
        "ALB": total(found, ALB),
        "NAT instance": total(found, "aws:ec2/instance:Instance"),
        "S3 + CloudFront + zones": total(
            found, "aws:s3/bucket:Bucket", "aws:cloudfront/distribution:Distribution", names=[CROSS_AZ]
        ),
        "WAF": total(found, "aws:wafv2/webAcl:WebAcl"),
        "CloudWatch": total(
            found,
            "aws:cloudwatch/dashboard:Dashboard",
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "aws:cloudwatch/logGroup:LogGroup",
        ),
        "Route 53, secret, ECR": total(found, "aws:route53/zone:Zone", "aws:ecr/repository:Repository") + secret,
    } == {
        "gateway": Decimal("7.21"),
        "six Spot services": Decimal("21.63"),
        "RDS": Decimal("13.98"),
        "ElastiCache": Decimal("9.34"),
        "ALB": Decimal("17.59"),
        "NAT instance": Decimal("7.36"),
        "S3 + CloudFront + zones": Decimal("5.88"),
        "WAF": Decimal("8.60"),
        "CloudWatch": Decimal("5.59"),
        "Route 53, secret, ECR": Decimal("1.44"),
    }
    assert cents(found.expected) == Decimal("98.62")
    assert (found.unknown, found.unsupported, found.errors) == ((), (), ())


def test_autoscaled_to_fourteen_tasks_is_the_maximum_and_not_the_verdict() -> None:
    found = priced(fits=True)
    assert cents(found.maximum) == Decimal("127.45")
    assert judge(found, BUDGET).status == "warn"


def test_always_free_allowances_are_shown_beside_the_estimate() -> None:
    found = priced(fits=True)
    assert cents(found.expected - found.saved_by_allowances) == Decimal("87.87")


@pytest.mark.requirement("PIKA-10")
@pytest.mark.requirement("PIKA-92")
def test_the_drawn_design_is_refused_with_its_largest_lines_and_levers() -> None:
    verdict = judge(priced(fits=False), BUDGET)
    assert verdict.status == "block"
    assert "$237.23 a month at list price is $137.23 over the budget of $100.00" in verdict.message
    assert "aws:ec2:NatGateway ×2" in verdict.message
    levers = {lever.change: cents(lever.saving) for lever in verdict.levers}
    assert levers["2 NAT gateways → one t4g.nano NAT instance"] == Decimal("66.54")
    assert levers["Fargate x86 → ARM"] == Decimal("12.61")
    assert levers["6 services without a load balancer: on-demand → Fargate Spot"] == Decimal("27.03")
    assert levers["WAF without Bot Control"] == Decimal("10.00")
    assert all(lever.change in verdict.message for lever in verdict.levers)


def test_the_verdict_of_the_design_that_fits_is_a_warning_above_eighty_percent() -> None:
    assert judge(priced(fits=True), BUDGET).message.startswith("$98.62 a month is 98 % of the budget of $100.00.")
    assert judge(priced(fits=True), {**BUDGET, "warnAt": 99}).status == "pass"


@pytest.mark.parametrize(("overrun", "status"), [(137, "block"), ({"amount": 137.23, "reason": "launch"}, "warn")])
def test_an_acknowledged_overrun_is_allowed_and_no_more(overrun: object, status: str) -> None:
    assert judge(priced(fits=False), {**BUDGET, "acknowledgedOverrun": overrun}).status == status
