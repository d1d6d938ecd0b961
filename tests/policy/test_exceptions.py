"""Exceptions downgrade, stay visible and expire; none waives a budget or a public store on production."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import guardrails
from guardrails.finding import Finding
from guardrails.stack_config import RuleException
from tests.policy.build import TODAY, budget, config, r, stack

DATABASE = r("aws:rds/instance:Instance", {"engine": "postgres"}, "database")


def agreed(rule: str, resource: str = "database", days: int = 30) -> RuleException:
    """An exception that ends in so many days."""
    return RuleException(rule, resource, "agreed in the review of June", "a@example.com", TODAY + timedelta(days=days))


def judge(*exceptions: RuleException, **settings: Any) -> list[Finding]:
    """Findings about one plain database."""
    return guardrails.evaluate(stack(DATABASE), config(exceptions=exceptions, **settings), TODAY)


def named(findings: list[Finding], policy: str) -> list[Finding]:
    return [finding for finding in findings if finding.policy == policy]


@pytest.mark.parametrize("pattern", ["database", "data*", "*"])
def test_an_active_exception_downgrades_and_stays_visible(pattern: str) -> None:
    (finding,) = named(judge(agreed("RDS.3", pattern)), "RDS.3")
    assert finding.level == "advisory"
    assert finding.exception == {
        "reason": "agreed in the review of June",
        "owner": "a@example.com",
        "expires": "2026-12-21",
        "days_left": 30,
    }


def test_it_holds_on_its_last_day_and_not_after() -> None:
    (finding,) = named(judge(agreed("RDS.3", days=0)), "RDS.3")
    assert finding.exception is not None
    findings = judge(agreed("RDS.3", days=-1))
    (expired,) = named(findings, "exception-expired")
    assert expired.level == "mandatory"
    assert "expired 1 day ago" in expired.message
    assert named(findings, "RDS.3")[0].level == "mandatory"


def test_one_that_matches_nothing_is_reported() -> None:
    (unused,) = named(judge(agreed("RDS.3", "other")), "exception-unused")
    assert unused.level == "advisory"
    assert 'RDS.3 on "other"' in unused.message


def test_a_rule_that_does_not_exist_is_refused() -> None:
    (refused,) = named(judge(agreed("RDS.333")), "exception-refused")
    assert refused.level == "mandatory"
    assert "did you mean" in refused.message


@pytest.mark.parametrize("rule", [rule.id for rule in guardrails.rules() if not rule.waivable])
def test_budget_and_public_stores_cannot_be_waived_on_production(rule: str) -> None:
    assert named(judge(agreed(rule, "*")), "exception-refused")
    assert not named(judge(agreed(rule, "*"), tier="dev"), "exception-refused")


def test_what_cannot_be_waived() -> None:
    fixed = {rule.id for rule in guardrails.rules() if not rule.waivable}
    assert {"P.Budget.estimate", "P.Budget.exists", "S3.2", "S3.3", "S3.8", "RDS.1", "RDS.2", "RDS.46"} <= fixed


def test_levels_and_disabling_leave_what_cannot_be_waived_alone_on_production() -> None:
    public = r("aws:rds/instance:Instance", {"publiclyAccessible": True}, "database")
    reason = {"RDS.2": "a reason that is long enough"}
    for settings in ({"levels": {"RDS.2": "advisory"}}, {"disabled": reason}):
        findings = guardrails.evaluate(stack(public), config(**settings), TODAY)
        assert named(findings, "RDS.2")[0].level == "mandatory"
        assert "cannot be lowered on prod" in named(findings, "policy-config")[0].message
        on_dev = guardrails.evaluate(stack(public), config(tier="dev", **settings), TODAY)
        assert [finding.level for finding in named(on_dev, "RDS.2")] in ([], ["advisory"])


def test_the_budget_rule_uses_the_stacks_budget() -> None:
    nats = [r("aws:ec2/natGateway:NatGateway", {}, f"nat-{zone}") for zone in "ab"]
    findings = guardrails.evaluate(stack(*nats), config(budget=budget(50)), TODAY)
    (over,) = named(findings, "P.Budget.estimate")
    assert over.level == "mandatory"
    assert "nat-a" in over.message
    assert not named(guardrails.evaluate(stack(*nats), config(budget=budget(500)), TODAY), "P.Budget.estimate")


def test_findings_come_in_one_order() -> None:
    findings = judge()
    assert findings == sorted(findings, key=lambda finding: finding.sort_key)
    assert findings == judge()
