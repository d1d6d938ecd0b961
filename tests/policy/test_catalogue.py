"""The catalogue: the ids that others rely on, and what every rule tells about itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import guardrails
from guardrails.page import PAGE, RUNTIME, coverage, equivalents, render
from guardrails.rule import Kind, Registry, Rule

PINNED = Path(__file__).parent / "rules.txt"


def test_the_ids_are_pinned() -> None:
    """Exceptions and levels name rules by id: one that goes or changes its name breaks stacks."""
    assert [rule.id for rule in guardrails.rules()] == PINNED.read_text(encoding="utf-8").split()


@pytest.mark.parametrize("rule", guardrails.rules(), ids=lambda rule: rule.id)
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert rule.title
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix
    assert rule.url.startswith("https://")
    if rule.kind is Kind.OFF:
        assert rule.why.startswith("Off by default: ")


def test_levels_by_tier() -> None:
    """Encryption, exposure, rights and budget bind everywhere, the rest by tier."""
    always = {"dev": "mandatory", "staging": "mandatory", "prod": "mandatory"}
    for rule in guardrails.rules():
        if rule.kind in (Kind.ENCRYPTION, Kind.EXPOSURE, Kind.IAM, Kind.BUDGET, Kind.PACK):
            assert rule.levels == always, rule.id
        else:
            assert rule.levels["dev"] != "mandatory", rule.id


def test_two_rules_cannot_share_an_id() -> None:
    registry = Registry()
    rule = guardrails.rules()[0]
    registry.add(rule)
    with pytest.raises(ValueError, match=rule.id):
        registry.add(rule)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run make generate"


def test_equivalents_belong_to_rules() -> None:
    """A row for a rule that has gone, or that was renamed, would be left out of the page without a word."""
    assert equivalents().keys() <= {rule.id for rule in guardrails.rules()}
    for other in equivalents().values():
        assert all(re.fullmatch(r"CKV2?_AWS_\d+|-", check) for check in other.checkov.split(","))


def test_coverage_counts_every_control_of_the_standard_once() -> None:
    judged = [control for row in coverage() for control in row.judged]
    assert sorted(judged) == sorted(rule.id for rule in guardrails.rules() if "FSBP" in rule.frameworks)
    assert RUNTIME.keys().isdisjoint(judged)
