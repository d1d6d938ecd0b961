"""Every property that a rule reads exists in the installed SDK: a misspelt one would pass for ever."""

from __future__ import annotations

import pytest

import guardrails
from guardrails.rule import STACK_TYPE, Rule

from .sdk import accepts, args_class

RULES = [rule for rule in guardrails.rules() if not rule.whole_stack]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_reads_only_properties_that_the_sdk_declares(rule: Rule) -> None:
    for path in rule.reads:
        assert any(accepts(token, path) for token in rule.types), f"{rule.types} has no input {path}"
    for token in rule.types:
        assert args_class(token)
        if rule.reads:
            assert any(accepts(token, path) for path in rule.reads), f"{token} has none of {rule.reads}"


@pytest.mark.parametrize("rule", guardrails.rules(), ids=lambda rule: rule.id)
def test_related_types_have_the_properties_that_link_them(rule: Rule) -> None:
    for token, paths in rule.related.items():
        assert token != STACK_TYPE
        for path in paths:
            assert accepts(token, path), f"{token} has no input {path}"
