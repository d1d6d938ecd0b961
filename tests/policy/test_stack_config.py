"""The pack reads a stack's own configuration, and turns what it cannot read into findings."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import guardrails
from guardrails.stack_config import RuleException, StackConfig, merge
from tests.policy.build import TODAY, config, r, stack


def read(name: str = "prod", **sections: Any) -> StackConfig:
    """The configuration with these sections."""
    flat = {f"shop:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in sections.items()}
    return StackConfig.from_pulumi(flat, "shop", name)


AGREED = {
    "rule": "S3.9",
    "resource": "logs*",
    "reason": "it would log its own writes",
    "owner": "a@example.com",
    "expires": "2027-03-01",
}


def test_overrides_merge_deeply_and_lists_replace() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    assert merge(base, {"a": {"c": [3]}, "e": 5}) == {"a": {"b": 1, "c": [3]}, "d": 4, "e": 5}


def test_sections_with_overrides() -> None:
    found = read(
        budget={"monthly": 100, "warnAt": 80, "daily": 4},
        usage={"api": {"requests": 1}},
        overrides={"budget": {"monthly": 60}, "usage": {"api": {"requests": 2}, "web": {"requests": 3}}},
        exceptions=[AGREED],
    )
    assert found.problems == ()
    assert found.budget is not None
    assert (found.budget.monthly, found.budget.daily, found.budget.unknowns) == (Decimal(60), Decimal(4), "block")
    thirtieth = read(budget={"monthly": 60, "daily": "monthly/30", "overrunAt": 120})
    assert thirtieth.problems == ()
    assert thirtieth.budget is not None
    assert thirtieth.budget.daily == 2
    assert found.usage == {"api": {"requests": 2}, "web": {"requests": 3}}
    assert found.exceptions == (
        RuleException("S3.9", "logs*", "it would log its own writes", "a@example.com", date(2027, 3, 1)),
    )


@pytest.mark.parametrize(
    ("sections", "owner", "quota"),
    [
        ({}, False, 1000),
        ({"accountBaseline": {}}, True, 1000),
        ({"overrides": {"accountBaseline": {"trail": {}}, "accountConcurrencyQuota": 50}}, True, 50),
        ({"accountConcurrencyQuota": 2000}, False, 2000),
    ],
)
def test_what_the_account_has(sections: dict[str, Any], owner: bool, quota: int) -> None:
    found = read(**sections)
    assert (found.account_baseline, found.concurrency_quota, found.problems) == (owner, quota, ())


@pytest.mark.parametrize(
    ("stack_name", "sections", "tier"),
    [
        ("dev", {}, "dev"),
        ("blue", {"tier": "staging"}, "staging"),
        ("blue", {}, "prod"),
        ("dev", {"tier": "x"}, "prod"),
    ],
)
def test_the_tier(stack_name: str, sections: dict[str, Any], tier: str) -> None:
    assert read(stack_name, **sections).tier == tier


def test_unknown_costs_warn_on_dev_only() -> None:
    for name, unknowns in (("dev", "warn"), ("staging", "block"), ("prod", "block")):
        found = read(name, budget={"monthly": 1}).budget
        assert found is not None
        assert found.unknowns == unknowns


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"budget": {"monthly": 0}}, "budget.monthly must be an amount in USD above 0"),
        ({"budget": {"monthly": "much"}}, "budget.monthly is not an amount"),
        ({"budget": {"monthly": True}}, "budget.monthly is not an amount"),
        ({"budget": {"monthly": 9, "warnat": 8}}, 'budget: no such key "warnat"; did you mean "warnAt"?'),
        ({"budget": {"monthly": 9, "unknowns": "ignore"}}, "budget.unknowns must be block or warn; block applies"),
        (
            {"budget": {"monthly": 9, "acknowledgedOverrun": {"amount": 5, "reason": "because"}}},
            "at least 20 characters",
        ),
        ({"budget": [1]}, "budget is not an object"),
        ({"usage": "much"}, "usage is not an object"),
        ({"overrides": "x"}, "shop:overrides is not an object"),
        ({"tier": "production"}, "tier is none of dev, staging, prod"),
        ({"exceptions": {}}, "exceptions is not a list"),
        ({"exceptions": ["S3.9"]}, "exceptions[0] is not an object"),
        ({"exceptions": [{**AGREED, "owner": ""}]}, "exceptions[0].owner is missing"),
        ({"exceptions": [{**AGREED, "reason": "because"}]}, "exceptions[0].reason must say why"),
        ({"exceptions": [{**AGREED, "expires": "soon"}]}, "exceptions[0].expires must be a date"),
        ({"exceptions": [{**AGREED, "until": "x"}]}, 'exceptions[0]: no such key "until"'),
        ({"policies": {"levels": {"S3.9": "off"}}}, 'policies.levels: "S3.9" must be advisory or mandatory'),
        ({"policies": {"disabled": [{"rule": "S3.9", "reason": "no"}]}}, "policies.disabled[0] must name a rule"),
        ({"policies": {"disabled": {"S3.9": "x"}}}, "policies.disabled is not a list"),
        ({"policies": {"level": {}}}, 'policies: no such key "level"; did you mean "levels"?'),
        ({"policies": {"requiredTags": "owner"}}, "policies.requiredTags must be a list"),
    ],
)
def test_what_cannot_be_read_is_a_mandatory_finding(sections: dict[str, Any], problem: str) -> None:
    found = read(**sections)
    assert any(problem in text for text in found.problems), found.problems
    findings = [f for f in guardrails.evaluate(stack(), found, TODAY) if f.policy == "policy-config"]
    assert any(problem in finding.message for finding in findings)
    assert {finding.level for finding in findings} == {"mandatory"}


def test_a_rule_that_does_not_exist_is_named_with_the_nearest() -> None:
    settings = config(levels={"S3.99": "advisory"}, disabled={"RDS.333": "a reason that is long enough"})
    messages = [f.message for f in guardrails.evaluate(stack(), settings, TODAY) if f.policy == "policy-config"]
    assert any('no such rule "S3.99"; did you mean "S3.9"?' in message for message in messages)
    assert any('no such rule "RDS.333"; did you mean "RDS.3' in message for message in messages)


@pytest.mark.parametrize(
    ("written", "account"),
    [
        (None, None),
        ("321098765432", "321098765432"),
        ("012345678901", "012345678901"),
        ("12345", None),
        ("production", None),
        ('{"id": "321098765432"}', None),
        ("0", None),
    ],
)
def test_the_account_is_known_where_the_stack_names_it(written: str | None, account: str | None) -> None:
    """Another program may mean something else by the key: then the account is not known, and nothing is wrong."""
    flat = {} if written is None else {"shop:account": written}
    found = StackConfig.from_pulumi(flat, "shop", "prod")
    assert (found.account, found.problems) == (account, ())


def test_a_role_that_trusts_its_own_account_needs_no_proof() -> None:
    own, other = "321098765432", "999999999999"
    trust = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [own, other]}}}
    judged = stack(r("aws:iam/role:Role", {"assumeRolePolicy": json.dumps(trust)}, "vendor"))
    known = StackConfig.from_pulumi({"shop:account": own}, "shop", "prod")
    (finding,) = (f for f in guardrails.evaluate(judged, known) if f.policy == "P.IAM.external-id")
    assert f"trusts account {other} whoever" in finding.message
