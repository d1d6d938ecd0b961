"""Reviews one stack: plans it, checks its inputs, judges it and prices it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guardrails.cost import as_json
from guardrails.cost.model import Estimate
from guardrails.cost.verdict import Verdict
from guardrails.finding import Finding
from tierwise.preview.checks.failure import Failure
from tierwise.preview.plan import Plan
from tierwise.targets import Target

if TYPE_CHECKING:
    from tierwise.review.base import BaseStack
    from tierwise.review.comparison import Comparison
    from tierwise.review.what_if import WhatIf


@dataclass
class StackReview:
    """Everything that a preview says about one stack.

    Attributes:
        target: The stack.
        plan: What would be created.
        failures: Inputs that the SDK or AWS would refuse.
        findings: What the policies say; empty when they were not asked.
        estimate: The monthly cost, or None when the program did not finish.
        verdict: The cost against the budget.
        judged: Whether the policies were asked.
        duration: Seconds.
        comparison: What changes against another revision, when that was asked for and the program finished.
    """

    target: Target
    plan: Plan
    failures: list[Failure] = field(default_factory=list[Failure])
    findings: list[Finding] = field(default_factory=list[Finding])
    estimate: Estimate | None = None
    verdict: Verdict | None = None
    judged: bool = True
    duration: float = 0.0
    comparison: Comparison | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing stops the deployment."""
        return (
            self.plan.error is None
            and not any(failure.level == "error" for failure in self.failures)
            and not any(finding.level == "mandatory" for finding in self.findings)
            and not (self.comparison is not None and self.comparison.blocks)
        )

    def to_json(self) -> dict[str, Any]:
        """The stack's entry in ``--json``."""
        from tierwise.preview.state import preview_json

        types = {resource.urn: resource for resource in self.plan.resources}
        checks = [
            {
                "urn": failure.urn,
                "resource": failure.resource,
                "type": failure.type,
                "path": failure.path,
                "value": failure.value,
                "message": failure.message,
                "allowed": failure.allowed,
                "nearest": failure.nearest,
                "level": failure.level,
                "kind": failure.kind,
                "sourcePosition": failure.source_position,
            }
            for failure in self.failures
        ]
        policies = [
            {
                "policy": finding.policy,
                "pack": "guardrails",
                "level": finding.level,
                "severity": finding.severity,
                "urn": finding.urn,
                "resource": finding.resource,
                "type": types[finding.urn].type if finding.urn in types else None,
                "message": finding.message,
                **({"exception": finding.exception} if finding.exception else {}),
            }
            for finding in self.findings
        ]
        return {
            "preview": preview_json(self.plan),
            "checks": checks,
            "policies": policies,
            "cost": as_json(self.estimate, self.verdict) if self.estimate is not None else None,
            **({"diff": self.comparison.to_json()} if self.comparison is not None else {}),
            "ok": self.ok,
            "duration_s": round(self.duration, 3),
        }


def review(
    target: Target, *, judge: bool = True, base: BaseStack | None = None, what_if: WhatIf | None = None
) -> StackReview:
    """Plan, check, judge and price one stack.

    Args:
        target: The stack.
        judge: Whether the policies are asked.
        base: The stack at another revision, to compare it with.
        what_if: Changes of its configuration that are only thought.

    Raises:
        ConfigError: The configuration is wrong; nothing was planned.
    """
    started = time.perf_counter()
    # Loaded before the clock of the plan, so that a stack's own duration is not the tool's start-up.
    from tierwise.preview.engine import plan as run_program

    plan = run_program(target.directory, target.stage, alter=what_if.apply if what_if is not None else None)
    result = StackReview(target, plan, judged=judge)
    _check(result)
    if plan.error is None:
        _judge(result)
        if base is not None:
            _compare(result, base)
    result.duration = time.perf_counter() - started
    return result


def _check(result: StackReview) -> None:
    from tierwise.preview.checks import check, explain_type_error

    result.failures = check(result.plan.resources)
    raised = None if result.plan.error is None else result.plan.error.raised
    if isinstance(raised, TypeError):
        # A misspelt argument is refused by the SDK's constructor, before anything reaches the plan.
        explained = explain_type_error(raised, raised.__traceback__, result.target.directory)
        if explained is not None:
            result.failures.append(explained)


def _compare(result: StackReview, base: BaseStack) -> None:
    from tierwise.review.comparison import compare_with

    result.comparison = compare_with(base, result.plan, result.to_json())


def _judge(result: StackReview) -> None:
    from guardrails.evaluation import evaluate
    from guardrails.rule import Scope
    from guardrails.stack_config import StackConfig

    plan = result.plan
    scope = Scope(plan.view(), StackConfig.from_pulumi(plan.config, plan.project, plan.stack))
    if result.judged:
        result.findings = evaluate(scope)
    result.estimate, result.verdict = scope.estimate, scope.verdict
