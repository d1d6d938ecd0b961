"""Phoney's and AskIAM's cost tables to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guardrails.cost import Estimate, Line, cents, estimate
from tests.policy.cost.build import BOOK
from tests.policy.cost.systems import askiam, phoney


def amount(lines: tuple[Line, ...], *prefixes: str) -> Decimal:
    """The lines whose price id starts with one of the prefixes, to the cent."""
    return cents(sum((line.expected for line in lines if line.price_id.startswith(prefixes)), Decimal(0)))


def complete(found: Estimate) -> Estimate:
    assert (found.unknown, found.unsupported, found.errors) == ((), (), ())
    return found


@pytest.mark.requirement("PHONEY-55")
@pytest.mark.parametrize(
    ("memory", "function", "total"), [(256, "1.03", "8.74"), (512, "1.87", "9.58"), (1024, "2.70", "10.41")]
)
def test_phoney(memory: int, function: str, total: str) -> None:
    found = complete(estimate(*phoney(memory), BOOK, "us-east-1"))
    assert {
        "Lambda": amount(found.lines, "lambda."),
        "HTTP API": amount(found.lines, "apigw.http."),
        "logs": amount(found.lines, "cw.logs."),
        "ECR, secrets, zone": amount(found.lines, "ecr.", "secretsmanager.", "route53."),
        "alarms, dashboard, metrics": amount(found.lines, "cw.alarm.", "cw.dashboard.", "cw.metric."),
        "X-Ray": amount(found.lines, "xray."),
        "total": cents(found.expected),
    } == {
        "Lambda": Decimal(function),
        "HTTP API": Decimal("1.00"),
        "logs": Decimal("1.06"),
        "ECR, secrets, zone": Decimal("1.40"),
        "alarms, dashboard, metrics": Decimal("4.00"),
        "X-Ray": Decimal("0.25"),
        "total": Decimal(total),
    }


@pytest.mark.requirement("ASKIAM-87")
def test_the_prices_that_askiam_names_are_in_the_book() -> None:
    price = {line.price_id: line.price for line in estimate(*askiam(fits=False), BOOK, "us-east-1").lines}
    assert {key: price[key] for key in ("lambda.requests", "lambda.x86.gb_second", "apigw.rest.request")} == {
        "lambda.requests": Decimal("0.0000002"),
        "lambda.x86.gb_second": Decimal("0.0000166667"),
        "apigw.rest.request": Decimal("0.0000035"),
    }
    assert price["cw.logs.ingest.gb"] == Decimal("0.5")


def test_askiam_as_drawn() -> None:
    found = complete(estimate(*askiam(fits=False), BOOK, "us-east-1"))
    assert {
        "Lambda requests": amount(found.lines, "lambda.requests"),
        "Lambda duration": amount(found.lines, "lambda.x86."),
        "provisioned concurrency": amount(found.lines, "lambda.pc."),
        "Aurora capacity": amount(found.lines, "aurora.sv2."),
        "Aurora storage": amount(found.lines, "aurora.storage", "aurora.io", "aurora.backup"),
        "OpenSearch": amount(found.lines, "aoss."),
        "REST API": amount(found.lines, "apigw.rest."),
        "logs": amount(found.lines, "cw.logs."),
        "NAT": amount(found.lines, "vpc."),
        "Lex": amount(found.lines, "lex."),
        "small": amount(found.lines, "xray.", "eventbridge.", "cw.metric", "cw.alarm", "secretsmanager."),
        "model": amount(found.lines, "bedrock."),
        "total": cents(found.expected),
    } == {
        "Lambda requests": Decimal("1.00"),
        "Lambda duration": Decimal("35.42"),
        "provisioned concurrency": Decimal("54.75"),
        "Aurora capacity": Decimal("87.60"),
        "Aurora storage": Decimal("14.10"),
        "OpenSearch": Decimal("700.80"),
        "REST API": Decimal("3.50"),
        "logs": Decimal("5.30"),
        "NAT": Decimal("37.40"),
        "Lex": Decimal("75.00"),
        "small": Decimal("11.25"),
        "model": Decimal("138.00"),
        "total": Decimal("1164.12"),
    }


def test_askiam_the_design_that_fits() -> None:
    found = complete(estimate(*askiam(fits=True), BOOK, "us-east-1"))
    assert {
        "Lambda": amount(found.lines, "lambda."),
        "Aurora": amount(found.lines, "aurora."),
        "OpenSearch": amount(found.lines, "aoss."),
        "REST API and logs": amount(found.lines, "apigw.", "cw.logs."),
        "endpoints": amount(found.lines, "vpc."),
        "small": amount(found.lines, "lex.", "xray.", "eventbridge.", "cw.metric", "cw.alarm", "secretsmanager."),
        "total": cents(found.expected),
    } == {
        "Lambda": Decimal("21.33"),
        "Aurora": Decimal("75.42"),
        "OpenSearch": Decimal("216.12"),
        "REST API and logs": Decimal("8.80"),
        "endpoints": Decimal("14.65"),
        "small": Decimal("9.20"),
        "total": Decimal("345.52"),
    }
