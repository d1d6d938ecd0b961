"""Every rule passes what is right, refuses what is wrong, and never passes over what it cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import guardrails
from guardrails.evaluation import DEFERRED, ERROR, catalogue, judge
from guardrails.finding import Finding
from guardrails.resource import UNKNOWN, Resource, Stack, parse_path
from guardrails.rule import Rule, Scope
from guardrails.twins import canonical

from .build import TODAY, Case, config, stack
from .cases import account, application, data, foundation, operations, project

CASES: dict[str, Case] = {
    **data.CASES,
    **foundation.CASES,
    **application.CASES,
    **project.CASES,
    **account.CASES,
    **operations.CASES,
}
#: Rules about the pack itself have tests of their own.
OWN_TESTS = frozenset(rule.id for rule in guardrails.rules() if rule.id.startswith(("policy-", "exception-")))
RULES = [rule for rule in guardrails.rules() if rule.id not in OWN_TESTS]


def run(rule: Rule, judged: Stack, case: Case) -> list[Finding]:
    """What a single rule says of a stack, at the level mandatory whatever its own."""
    settings = config(**{"levels": {rule.id: "mandatory"}, **case.config})
    return list(judge(Scope(canonical(judged), settings, TODAY), [rule]))


def test_every_rule_has_cases() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(CASES)


@pytest.mark.parametrize("rule_id", CASES)
def test_accepts_what_is_right(rule_id: str) -> None:
    case = CASES[rule_id]
    for specs in case.ok:
        assert run(catalogue()[rule_id], stack(*specs), case) == []


@pytest.mark.parametrize("rule_id", CASES)
def test_refuses_what_is_wrong(rule_id: str) -> None:
    case = CASES[rule_id]
    rule = catalogue()[rule_id]
    for specs in case.bad:
        found = run(rule, stack(*specs), case)
        assert {finding.policy for finding in found} == {rule_id}, specs
        assert all(rule.fix in finding.message for finding in found)


def _with(resource: Resource, path: str, value: Any) -> Resource:
    """The resource with ``value`` at ``path``; blocks and a list member are made on the way."""

    def put(node: Any, segments: tuple[str | int | None, ...]) -> Any:
        if not segments:
            return value
        head, rest = segments[0], segments[1:]
        if isinstance(head, str):
            base = node if isinstance(node, dict) else {}
            return {**base, head: put(base.get(head), rest)}
        members = node if isinstance(node, list) and node else [{}]
        return [put(member, rest) for member in members]

    return replace(resource, props=put(dict(resource.props), parse_path(path)))


def _variants(judged: Stack, rule: Rule, value: Any) -> Iterator[tuple[str, Stack]]:
    """The stack with ``value`` at each property that the rule reads, one at a time, whole lists and blocks too."""
    for index, resource in enumerate(judged.resources):
        paths = rule.reads if resource.type in rule.types else rule.related.get(resource.type, ())
        for path in dict.fromkeys([*paths, *(path.split("[]")[0].split(".")[0] for path in paths)]):
            changed = [*judged.resources]
            changed[index] = _with(resource, path, value)
            yield f"{resource.name}.{path}", Stack(changed, judged.project, judged.name)


ODD: tuple[Any, ...] = (UNKNOWN, None, False, True, 0, -1, 3.5, "", "text", [], ["text"], [None], {}, [{}], {"a": None})


@pytest.mark.parametrize("rule_id", CASES)
def test_survives_any_value_anywhere(rule_id: str) -> None:
    rule, case = catalogue()[rule_id], CASES[rule_id]
    for specs in (*case.ok, *case.bad):
        for value in ODD:
            for where, judged in _variants(stack(*specs), rule, value):
                errors = [finding.message for finding in run(rule, judged, case) if finding.policy == ERROR]
                assert not errors, (where, value, errors)


@pytest.mark.parametrize("rule_id", CASES)
def test_says_so_when_it_cannot_know(rule_id: str) -> None:
    """What is wrong does not become right by being unknown: a violation or a deferral, unless being set is enough."""
    rule, case = catalogue()[rule_id], CASES[rule_id]
    silent: list[str] = []
    for specs in case.bad:
        for where, judged in _variants(stack(*specs), rule, UNKNOWN):
            found = run(rule, judged, case)
            assert all(finding.policy in (rule_id, DEFERRED) for finding in found)
            if not found:
                silent.append(where.partition(".")[2])
    enough = {path for reference in rule.references for path in (reference, re.split(r"[.\[]", reference)[0])}
    assert set(silent) <= enough
