"""The usage section: which key wins, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from guardrails.cost import Estimate, estimate, judge
from tests.policy.cost.build import BOOK, Build


def priced(usage: dict[str, Any]) -> Estimate:
    b = Build()
    for name in ("uploads", "logs-app", "logs-app-errors"):
        b.add("aws:s3/bucket:Bucket", name)
    return estimate(b.stack(), usage, BOOK, "us-east-1")


def stored(usage: dict[str, Any]) -> dict[str, Decimal]:
    return {line.resource: line.quantity for line in priced(usage).lines}


def test_a_name_beats_a_glob_a_longer_glob_a_shorter_one_and_a_glob_the_type() -> None:
    usage = {
        "logs-app-errors": {"storageGb": 4},
        "logs-app*": {"storageGb": 3},
        "logs-*": {"storageGb": 2},
        "aws:s3:Bucket": {"storageGb": 1},
    }
    assert stored(usage) == {"uploads": 1, "logs-app": 3, "logs-app-errors": 4}
    assert stored(dict(reversed(usage.items()))) == stored(usage)
    del usage["logs-app*"]
    assert stored(usage)["logs-app"] == 2


def test_keys_merge_component_by_component() -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": 1, "getRequests": 5}, "uploads": {"storageGb": 2}})
    quantities = {(line.resource, line.price_id): line.quantity for line in found.lines}
    assert quantities["uploads", "s3.standard.gb_month"] == 2
    assert quantities["uploads", "s3.get.request"] == 5


def test_the_full_type_token_and_figures_as_text_are_understood() -> None:
    assert stored({"aws:s3/bucket:Bucket": {"storageGb": "1.5"}})["uploads"] == Decimal("1.5")


def test_a_range_sets_expected_and_maximum() -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": {"expected": 1, "max": 3, "why": "growth"}}})
    assert found.maximum == found.expected * 3


def test_null_counts_as_not_written() -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": 1}, "gone": None, "uploads": {"storageGb": None}})
    assert (found.errors, found.unknown) == ((), ())


def test_a_known_type_that_this_stack_lacks_is_no_error() -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": 1}, "aws:rds:Instance": {"backupGb": 20}})
    assert found.errors == ()


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        (
            {"uplaods": {"storageGb": 1}},
            'usage.uplaods: no resource of this stack that takes usage has this name; did you mean "uploads"?',
        ),
        ({"lugs-*": {"storageGb": 1}}, "usage.lugs-*: no resource"),
        (
            {"aws:s3:Buket": {"storageGb": 1}},
            'usage.aws:s3:Buket: no such type with usage; did you mean "aws:s3:Bucket"?',
        ),
        ({"uploads": {"storageGB": 1}}, 'usage.uploads.storageGB: no such component; did you mean "storageGb"?'),
        ({"stack": {"crossAz": 1}}, 'usage.stack.crossAz: no such component; did you mean "crossAzGb"?'),
        ({"uploads": {"storageGb": -1}}, "usage.uploads.storageGb: write a number of 0 or more"),
        ({"uploads": {"storageGb": True}}, "usage.uploads.storageGb: write a number of 0 or more"),
        ({"uploads": {"storageGb": "lots"}}, "usage.uploads.storageGb: write a number of 0 or more"),
        ({"uploads": {"storageGb": "NaN"}}, "usage.uploads.storageGb: write a number of 0 or more"),
        ({"uploads": {"storageGb": {"max": 2}}}, "usage.uploads.storageGb: write a number of 0 or more"),
        ({"uploads": {"storageGb": {"expected": 3, "max": 2}}}, "usage.uploads.storageGb: max 2 is below expected 3"),
        ({"uploads": {"storageGb": {"expect": 3}}}, "usage.uploads.storageGb: expect is not a field"),
        ({"uploads": 3}, "usage.uploads: write components"),
    ],
)
def test_refused_with_the_nearest_name(usage: dict[str, Any], message: str) -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": 1}, **usage})
    assert len(found.errors) == 1
    assert found.errors[0].startswith(message)
    verdict = judge(found, {"monthly": 100, "unknowns": "warn"})
    assert verdict.status == "block"
    assert message in verdict.message


def test_minor_charges_that_nobody_declared_are_listed() -> None:
    found = priced({"aws:s3:Bucket": {"storageGb": 1}})
    assert "aws:s3:Bucket: getRequests" in found.not_counted
    assert "aws:s3:Bucket: storageGb" not in found.not_counted
