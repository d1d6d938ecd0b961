"""The verdict on an estimate, its JSON, and what the report shows beside the total."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from guardrails.cost import Estimate, as_json, cents, estimate, judge, money
from guardrails.cost.levers import find_levers
from guardrails.resource import UNKNOWN
from guardrails.stack_config import Budget
from tests.policy.cost.build import BOOK, Build
from tests.policy.cost.systems import askiam, pika


def keys(count: int, *extra: tuple[str, dict[str, Any]]) -> Estimate:
    """A dollar for each customer managed key."""
    b = Build()
    b.many("aws:kms/key:Key", count, "key")
    for number, (token, props) in enumerate(extra):
        b.add(token, f"extra-{number}", **props)
    return estimate(b.stack(), {}, BOOK, "us-east-1")


@pytest.mark.parametrize(
    ("count", "budget", "status"),
    [
        (8, {"monthly": 10}, "pass"),
        (9, {"monthly": 10}, "warn"),
        (9, {"monthly": 10, "warnAt": 95}, "pass"),
        (10, {"monthly": 10}, "warn"),
        (11, {"monthly": 10}, "block"),
        (11, {"monthly": 10.5}, "block"),
        (11, {"monthly": 10, "acknowledgedOverrun": {"amount": 1, "reason": "launch month"}}, "warn"),
        (12, {"monthly": 10, "acknowledgedOverrun": {"amount": 1, "reason": "launch month"}}, "block"),
        (3, None, "warn"),
    ],
)
def test_thresholds(count: int, budget: dict[str, Any] | None, status: str) -> None:
    assert judge(keys(count), budget).status == status


@pytest.mark.parametrize("extra", [("aws:s3/bucket:Bucket", {}), ("aws:glue/job:Job", {})])
def test_what_is_unknown_or_unsupported_blocks_or_warns_as_the_budget_says(extra: tuple[str, dict[str, Any]]) -> None:
    found = keys(1, extra)
    assert found.total == "$1.00 + 1 unknown"
    assert judge(found, {"monthly": 10, "unknowns": "block"}).status == "block"
    assert judge(found, {"monthly": 10, "unknowns": "warn"}).status == "warn"
    assert judge(found, {"monthly": 10}).status == "block"
    named = {
        "aws:s3/bucket:Bucket": "declare usage.aws:s3:Bucket.storageGb",
        "aws:glue/job:Job": "extra-0: the estimator",
    }
    assert named[extra[0]] in judge(found, {"monthly": 10}).message


def test_the_message_names_each_missing_usage_key_once() -> None:
    b = Build()
    b.many("aws:cloudwatch/logGroup:LogGroup", 20, "logs")
    message = judge(estimate(b.stack(), {}, BOOK, "us-east-1"), {"monthly": 10}).message
    assert message.startswith("40 unknown: declare usage.aws:cloudwatch:LogGroup.ingestGb (for 20 resources);")


def test_a_lower_bound_counts_against_the_budget() -> None:
    found = keys(
        0,
        ("aws:vpc/none:None", {}),
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            {
                "vpcEndpointType": "Interface",
                "subnetIds": UNKNOWN,
            },
        ),
    )
    assert found.expected == 0
    assert found.floor == Decimal("7.30")
    assert judge(found, {"monthly": 7, "unknowns": "warn"}).status == "block"
    assert judge(found, {"monthly": 8, "unknowns": "warn"}).status == "warn"


def test_levers_are_estimated_again_and_never_negative() -> None:
    found = estimate(*askiam(fits=False), BOOK, "us-east-1")
    levers = {lever.change: cents(lever.saving) for lever in judge(found, {"monthly": 390}).levers}
    assert levers["Lambda x86 → ARM"] == Decimal("18.03")
    assert levers["no provisioned concurrency"] == Decimal("54.75")
    assert levers["REST API → HTTP API"] == Decimal("2.50")
    assert levers["Aurora without reader"] == Decimal("43.80")
    assert levers["NAT gateway → one t4g.nano NAT instance"] == Decimal("37.40") - Decimal("7.36")
    assert all(saving > 0 for saving in levers.values())


def test_levers_together_bring_the_drawn_design_down() -> None:
    found = estimate(*pika(fits=False), BOOK, "us-east-1")
    verdict = judge(found, {"monthly": 100})
    together = find_levers(found)[1]
    assert together is not None
    assert f"Together they bring it to {money(together.expected)}." in verdict.message
    assert together.expected < found.expected - max(lever.saving for lever in verdict.levers)


def test_json_is_the_cost_object() -> None:
    found = estimate(*pika(fits=True), BOOK, "us-east-1")
    cost = json.loads(json.dumps(as_json(found, {"monthly": 100, "warnAt": 80, "unknowns": "block"})))
    assert {key: cost[key] for key in ("currency", "expected", "budget", "verdict", "unknown", "unsupported")} == {
        "currency": "USD",
        "expected": 98.62,
        "budget": 100.0,
        "verdict": "warn",
        "unknown": [],
        "unsupported": [],
    }
    assert cost["maximum"] == 127.45
    assert {"urn", "name", "quantity", "unit", "price", "expected", "maximum"} <= cost["lines"][0].keys()
    assert round(sum(line["expected"] for line in cost["lines"]), 2) == cost["expected"]
    assert round(sum(line["maximum"] for line in cost["lines"]), 2) == cost["maximum"]
    assert all({"urn", "reason"} <= item.keys() for item in cost["free"])
    assert cost["freeAllowances"]["total"] == 10.75
    resources = sum(cost["counts"].values())
    assert resources == len(found.stack.resources)


def test_a_budget_as_the_pack_reads_it_is_judged_like_the_section() -> None:
    read = Budget(Decimal(10), unknowns="warn", acknowledged_overrun=Decimal(1), overrun_reason="launch month")
    written = {"monthly": 10, "unknowns": "warn", "acknowledgedOverrun": {"amount": 1, "reason": "launch month"}}
    for count in (8, 9, 11, 12):
        found = keys(count)
        assert judge(found, read) == judge(found, written)
        assert as_json(found, judge(found, read)) == as_json(found, written)


def test_json_names_what_is_unknown_and_unsupported() -> None:
    cost = as_json(keys(1, ("aws:s3/bucket:Bucket", {}), ("aws:glue/job:Job", {})), {"monthly": 10})
    assert [item["urn"].rpartition("::")[2] for item in cost["unknown"]] == ["extra-0"]
    assert [item["type"] for item in cost["unsupported"]] == ["aws:glue/job:Job"]
    assert cost["verdict"] == "block"


def test_by_service_is_every_line_once_dearest_first() -> None:
    found = estimate(*pika(fits=False), BOOK, "us-east-1")
    totals = found.by_service()
    assert [total.expected for total in totals] == sorted((total.expected for total in totals), reverse=True)
    assert sum((total.expected for total in totals), Decimal(0)) == found.expected
    assert sum(len(total.lines) for total in totals) == len(found.lines)
    assert totals[0].service == "Network"


def test_stale_remembered_and_assumed_prices_are_marked() -> None:
    marks = {line.price_id: line.unconfirmed for line in estimate(*pika(fits=True), BOOK, "us-east-1").lines}
    assert marks["elb.alb.hour"] is None
    assert marks["ec2.t4g.nano.hour"] == "read 2025-11-04, more than 180 days ago"
    spot = [line.unconfirmed for line in estimate(*pika(fits=True), BOOK, "us-east-1").lines if "Spot" in line.name]
    assert set(spot) == {"an assumption, not a list price"}


def test_components_and_the_stack_itself_are_not_counted() -> None:
    b = Build()
    b.add("pulumi:pulumi:Stack", "demo-prod")
    b.add("pulumi:providers:aws", "default")
    found = estimate(b.stack(), {"stack": {"crossAzGb": 1}}, BOOK, "us-east-1")
    assert sum(found.counts.values()) == 0
    assert found.lines[0].urn == b.resources[0].urn


@pytest.mark.parametrize(
    ("amount", "text"), [("0.005", "$0.01"), ("1164.124", "$1,164.12"), ("-3.255", "-$3.26"), ("0", "$0.00")]
)
def test_money(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text
