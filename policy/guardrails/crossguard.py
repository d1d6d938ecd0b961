"""Speaks CrossGuard: turns what the engine hands to a policy into ``Resource`` and ``Stack``, findings into reports.

Three things of the SDK shape this module:

- A policy's properties are proxies that raise on an unknown value and so drop the policy to a note. ``plain`` reads
  behind the proxies and marks unknowns instead.
- The engine judges each resource on its *inputs*, but the whole stack on *outputs*, where everything that AWS computes
  is unknown and so looks as if it were set. The inputs of the first pass are kept for the second.
- The level belongs to a policy, not to a report: findings that an exception made advisory go out under
  ``exception-active``, and a rule that broke under ``policy-error``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import proxy as _proxy

from guardrails import exceptions
from guardrails.evaluation import catalogue, evaluate, judge
from guardrails.finding import Finding
from guardrails.remediation import REMEDIATIONS, Inputs, Remediation
from guardrails.resource import UNKNOWN, Resource, Stack
from guardrails.rule import Rule, Scope, utc_today
from guardrails.stack_config import Level, StackConfig
from guardrails.twins import TWINS

#: What the SDK writes where a value is not known, one text for each kind of value.
SENTINELS: Final = frozenset(
    {
        _proxy.UNKNOWN_BOOLEAN_VALUE,
        _proxy.UNKNOWN_NUMBER_VALUE,
        _proxy.UNKNOWN_STRING_VALUE,
        _proxy.UNKNOWN_ARRAY_VALUE,
        _proxy.UNKNOWN_ASSET_VALUE,
        _proxy.UNKNOWN_ARCHIVE_VALUE,
        _proxy.UNKNOWN_OBJECT_VALUE,
    }
)
ACTIVE: Final = "exception-active"
LEVELS: Final[dict[Level, EnforcementLevel]] = {
    "off": EnforcementLevel.DISABLED,
    "advisory": EnforcementLevel.ADVISORY,
    "mandatory": EnforcementLevel.MANDATORY,
}


def plain(value: Any) -> Any:
    """A value without the SDK's proxies: dicts, lists, whole numbers as ``int``, and ``UNKNOWN`` for sentinels."""
    if isinstance(value, str):
        return UNKNOWN if value in SENTINELS else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        raw: Mapping[str, Any] = value["__target"] if isinstance(value, _proxy._DictProxy) else value  # pyright: ignore
        return {key: plain(member) for key, member in raw.items() if not key.startswith("__")}
    if isinstance(value, Sequence):
        items: Sequence[Any] = value["__target"] if isinstance(value, _proxy._ListProxy) else value  # pyright: ignore
        return [plain(member) for member in items]
    return value


def configuration() -> StackConfig:
    """The stack's own configuration, as the engine hands it to the pack's process."""
    environment = pulumi.runtime.get_config_env()
    return StackConfig.from_lookup(
        lambda key: environment.get(key) or pulumi.runtime.get_config(key), pulumi.get_project(), pulumi.get_stack()
    )


class Session:
    """One pack at work: converts once, judges once, and answers every policy from the result.

    Args:
        config: The stack's configuration.
        day: The day that exceptions are judged at; today by default.
    """

    def __init__(self, config: StackConfig, day: date | None = None) -> None:
        self.config = config
        self._day = day
        self._inputs: dict[str, Resource] = {}
        self._alone = threading.local()
        self._stack_round: _Round | None = None
        rules = catalogue()
        self._rules = rules
        self._alone_by_type: dict[str, list[Rule]] = {}
        for rule in rules.values():
            if not rule.about_stack:
                for token in rule.types:
                    self._alone_by_type.setdefault(token, []).append(rule)

    def resource_findings(self, policy: str, args: ResourceValidationArgs) -> Iterable[Finding]:
        """What the rules that judge a resource alone say of it, for the policy asked.

        The engine asks policy after policy, in one thread for a resource; the first question converts and judges.
        """
        current: _Round | None = getattr(self._alone, "round", None)
        if current is None or not current.asks(args.urn, policy):
            current = _Round(args.urn, self.judge_resource(args))
            self._alone.round = current
            current.asks(args.urn, policy)
        return current.findings.get(policy, ())

    def judge_resource(self, args: ResourceValidationArgs) -> Iterable[Finding]:
        """What the rules that judge a resource alone say of it; its inputs are kept for ``judge_stack``."""
        resource = self._resource(args)
        self._inputs[resource.urn] = resource
        rules = self._alone_by_type.get(resource.type)
        if not rules:
            return ()
        scope = Scope(Stack((resource,), self.config.project, self.config.stack), self.config, self._day or utc_today())
        found = exceptions.Ledger(scope, self._rules).apply(judge(scope, rules))
        # What an exception covers, what waits and what broke is reported once, with the stack.
        return [f for f in found if not f.exception and not self._rules[f.policy].about_stack]

    def stack_findings(self, policy: str, args: StackValidationArgs) -> Iterable[Finding]:
        """As ``resource_findings``, for the stack as a whole; a policy that asks twice starts a new evaluation."""
        current = self._stack_round
        if current is None or not current.asks("", policy):
            current = _Round("", self.judge_stack(args))
            self._stack_round = current
            current.asks("", policy)
        return current.findings.get(policy, ())

    def judge_stack(self, args: StackValidationArgs) -> Iterable[Finding]:
        """What the rules that judge the stack say, exceptions and the pack's own findings included."""
        for finding in evaluate(Scope(self._stack(args), self.config, self._day or utc_today())):
            if finding.exception:
                yield replace(finding, policy=ACTIVE)
            elif self._rules[finding.policy].about_stack:
                yield finding

    def _stack(self, args: StackValidationArgs) -> Stack:
        resources: dict[str, Resource] = {}
        for declared in args.resources:
            seen = self._inputs.get(declared.urn) or self._resource(declared)
            resources[declared.urn] = replace(
                seen,
                parent=declared.parent.urn if declared.parent else None,
                dependencies=tuple(dependency.urn for dependency in declared.dependencies),
                property_dependencies={
                    prop: tuple(dependency.urn for dependency in found)
                    for prop, found in declared.property_dependencies.items()
                },
            )
            provider = declared.provider
            if provider is not None and provider.urn not in resources:
                resources[provider.urn] = Resource(
                    provider.urn, provider.resource_type, provider.name, plain(provider.props)
                )
        return Stack(resources.values(), self.config.project, self.config.stack)

    def _resource(self, args: ResourceValidationArgs | PolicyResource) -> Resource:
        props = plain(args.props)
        provider = args.provider
        region = props.get("region") or (plain(provider.props).get("region") if provider else None)
        return Resource(
            urn=args.urn,
            type=TWINS.get(args.resource_type, args.resource_type),
            name=args.name,
            props=props,
            parent=args.opts.parent,
            region=region or self.config.region or UNKNOWN,
            provider=provider.urn if provider else None,
            # The engine does not say what is a component; a bridged provider's types have a module with a slash.
            custom=provider is not None or "/" in args.resource_type,
            protect=args.opts.protect,
        )


class _Round:
    """The findings of one evaluation, and which policies have asked for theirs."""

    def __init__(self, key: str, findings: Iterable[Finding]) -> None:
        self._key = key
        self._asked: set[str] = set()
        self.findings: dict[str, list[Finding]] = {}
        for finding in findings:
            self.findings.setdefault(finding.policy, []).append(finding)

    def asks(self, key: str, policy: str) -> bool:
        """Note a question; False when it belongs to another evaluation."""
        if key != self._key or policy in self._asked:
            return False
        self._asked.add(policy)
        return True


def policies(session: Session) -> list[Policy]:
    """One CrossGuard policy a rule, its level that of the stack's tier, and one a remediation, which are off.

    Args:
        session: Answers them all.
    """
    return [
        *(_policy(rule, session) for rule in catalogue().values()),
        *(_remediation(found, session.config) for found in REMEDIATIONS),
    ]


def policy_name(rule_id: str) -> str:
    """The name of a rule's CrossGuard policy."""
    return rule_id


def _policy(rule: Rule, session: Session) -> Policy:
    name = policy_name(rule.id)
    common: dict[str, Any] = {
        "name": name,
        "description": rule.title,
        "enforcement_level": LEVELS[rule.level(session.config)],
        "severity": Severity(rule.severity),
        "framework": _framework(rule),
        "tags": ["aws", rule.kind.value, *(name.lower() for name in rule.frameworks)],
        "remediation_steps": f"{rule.why} {rule.fix}",
        "url": rule.url,
        "display_name": f"{rule.id}: {rule.title}",
    }
    if rule.about_stack:

        def validate_stack(args: StackValidationArgs, report: ReportViolation) -> None:
            for finding in session.stack_findings(name, args):
                report(message_of(finding), finding.urn)

        return StackValidationPolicy(validate=validate_stack, **common)

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for finding in session.resource_findings(name, args):
            report(message_of(finding), None)

    return ResourceValidationPolicy(validate=validate, **common)


def _remediation(remediation: Remediation, config: StackConfig) -> Policy:
    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        token = TWINS.get(args.resource_type, args.resource_type)
        if not remediation.applies(token):
            return None
        props: Any = args.props
        changed = remediation.change(Inputs(plain(props), props), config, plain(args.get_config()))
        # The very same object: a copy would lose the marks of its secrets.
        return props if changed else None

    return ResourceValidationPolicy(
        name=remediation.id,
        description=remediation.title,
        # The SDK's annotation names the awaitable alone; it takes what its documentation says, a plain answer too.
        remediate=remediate,  # type: ignore[reportArgumentType]
        enforcement_level=EnforcementLevel.DISABLED,
        config_schema=PolicyConfigSchema(dict(remediation.schema)) if remediation.schema else None,
        severity=Severity(catalogue()[remediation.rule].severity),
        tags=["aws", "remediation"],
        url=remediation.url,
        display_name=f"{remediation.id}: {remediation.title}",
    )


def message_of(finding: Finding) -> str:
    """A finding's message, with the exception that made it advisory."""
    agreed = finding.exception
    if agreed is None:
        return finding.message
    days = agreed["days_left"]
    return (
        f"{finding.message} [excepted until {agreed['expires']}, {days} {'day' if days == 1 else 'days'} left; "
        f"{agreed['owner']}: {agreed['reason']}]"
    )


def _framework(rule: Rule) -> PolicyComplianceFramework | None:
    if not rule.frameworks:
        return None
    name = "AWS Foundational Security Best Practices" if "FSBP" in rule.frameworks else " and ".join(rule.frameworks)
    return PolicyComplianceFramework(name=name, reference=rule.id, specification=rule.url)
