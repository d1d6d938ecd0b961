"""Judges a stack: every enabled rule on every resource of its types, exceptions applied, in one fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from guardrails import exceptions
from guardrails.finding import Finding
from guardrails.resource import Resource, Stack
from guardrails.rule import STACK_TYPE, Deferred, Kind, On, Outcome, Rule, Scope
from guardrails.stack_config import StackConfig, nearest
from guardrails.twins import canonical

ERROR = "policy-error"
CONFIG = "policy-config"
DEFERRED = "policy-deferred"


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by id, in the order of the service modules."""
    from guardrails import services

    return {rule.id: rule for rule in services.rules()}


def evaluate(scope: Scope) -> list[Finding]:
    """Judge a stack.

    Args:
        scope: The stack, its configuration, and the day that exceptions are judged at.

    Returns:
        Findings, mandatory first, then by severity, rule and URN.
    """
    rules = catalogue()
    scope = replace(scope, stack=canonical(scope.stack))
    ledger = exceptions.Ledger(scope, rules)
    found = [*ledger.apply(judge(scope, rules.values())), *config_findings(scope)]
    return sorted((*found, *ledger.findings(root_of(scope.stack))), key=lambda finding: finding.sort_key)


def root_of(stack: Stack) -> tuple[str, str]:
    """URN and name of the root, which findings about the whole stack hang on."""
    roots = stack.of_type(STACK_TYPE)
    if roots:
        return roots[0].urn, roots[0].name
    name = f"{stack.project}-{stack.name}"
    return f"urn:pulumi:{stack.name}::{stack.project}::{STACK_TYPE}::{name}", name


def judge(scope: Scope, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the rules find, before exceptions.

    Args:
        scope: The stack and its configuration.
        rules: The rules to apply; those that are off are skipped.
    """
    deferred: dict[str, _Waiting] = {}
    for rule in rules:
        level = rule.level(scope.config)
        if level == "off":
            continue
        for resource in _targets(scope.stack, rule):
            yield from _judge_one(rule, level, resource, scope, deferred)
    yield from (waiting.finding() for waiting in deferred.values())


def _targets(stack: Stack, rule: Rule) -> Iterable[Resource]:
    if rule.whole_stack:
        roots = stack.of_type(STACK_TYPE)
        urn, name = root_of(stack)
        return roots[:1] or (Resource(urn, STACK_TYPE, name, {}, custom=False),)
    return stack.of_type(*rule.types)


@dataclass(slots=True)
class _Waiting:
    """Rules that wait for one resource's documents to be known."""

    resource: Resource
    paths: dict[str, None]
    rules: dict[str, None]

    def finding(self) -> Finding:
        rule = catalogue()[DEFERRED]
        return Finding(
            policy=rule.id,
            title=rule.title,
            level="advisory",
            severity=rule.severity,
            urn=self.resource.urn,
            resource=self.resource.name,
            message=f"{', '.join(self.paths)} holds values that AWS decides, so {', '.join(self.rules)} "
            f"cannot be judged yet; judged at deployment, as soon as it is known",
        )


def _judge_one(
    rule: Rule,
    level: Literal["advisory", "mandatory"],
    resource: Resource,
    scope: Scope,
    deferred: dict[str, _Waiting],
) -> Iterator[Finding]:
    try:
        outcomes: list[Outcome] = list(rule.check(resource, scope))
    except Exception as error:  # A rule that breaks must stop the deployment, not the review.
        yield error_finding(rule, resource, error)
        return
    for outcome in outcomes:
        if isinstance(outcome, Deferred):
            holder = outcome.resource or resource
            waiting = deferred.setdefault(holder.urn, _Waiting(holder, {}, {}))
            waiting.paths[outcome.path] = None
            waiting.rules[rule.id] = None
            continue
        target, message = (outcome.resource, outcome.message) if isinstance(outcome, On) else (resource, outcome)
        yield Finding(
            policy=rule.id,
            title=rule.title,
            level=level,
            severity=rule.severity,
            urn=target.urn,
            resource=target.name,
            message=f"{target.name}: {message}. Fix: {rule.fix}",
        )


def error_finding(rule: Rule, resource: Resource, error: Exception) -> Finding:
    """The finding for a rule that broke: mandatory, because a rule that cannot judge has not passed anything.

    Args:
        rule: The rule.
        resource: What it was judging.
        error: Only its type is told; its text might hold a value.
    """
    own = catalogue()[ERROR]
    where = ""
    trace = error.__traceback__
    while trace is not None:
        where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return Finding(
        policy=own.id,
        title=own.title,
        level="mandatory",
        severity=own.severity,
        urn=resource.urn,
        resource=resource.name,
        message=f"{resource.name}: rule {rule.id} failed with {type(error).__name__} in {where}. Fix: {own.fix}",
    )


def config_findings(scope: Scope) -> Iterator[Finding]:
    """Findings about the pack's own settings: what could not be read, and rules that do not exist."""
    config, rules = scope.config, catalogue()
    own = rules[CONFIG]
    urn, name = root_of(scope.stack)
    messages = list(config.problems)
    for section, named in (("policies.levels", config.levels), ("policies.disabled", config.disabled)):
        for rule_id in named:
            if rule_id not in rules:
                messages.append(f'{section}: no such rule "{rule_id}"{nearest(rule_id, rules)}')
            elif _is_held(rules[rule_id], config):
                messages.append(f"{section}: {rule_id} cannot be lowered{_on_prod(rules[rule_id])}; it keeps its level")
    for message in messages:
        yield Finding(own.id, own.title, "mandatory", own.severity, urn, name, message)


def _on_prod(rule: Rule) -> str:
    return "" if rule.kind is Kind.PACK else " on prod"


def _is_held(rule: Rule, config: StackConfig) -> bool:
    asked = "off" if rule.id in config.disabled else config.levels[rule.id]
    return rule.fixed(config) and rule.level(config) != asked
