"""Guardrails: rules and cost for AWS stacks, judged before they are deployed.

The package knows nothing of the program that it judges; it reads resources (``guardrails.resource``) and the stack's
own configuration (``guardrails.stack_config``).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.finding import Finding
    from guardrails.resource import Stack
    from guardrails.rule import Rule
    from guardrails.stack_config import StackConfig

__all__ = ["evaluate", "rules"]


def rules() -> list[Rule]:
    """Every rule, in the order of the catalogue."""
    from guardrails.evaluation import catalogue

    return list(catalogue().values())


def evaluate(stack: Stack, config: StackConfig, day: date | None = None) -> list[Finding]:
    """Judge a stack with every rule; see ``guardrails.evaluation.evaluate``.

    Args:
        stack: All resources, with unknowns marked.
        config: The stack's tier, budget, exceptions and levels.
        day: The day that exceptions are judged at; today by default.
    """
    from guardrails.evaluation import evaluate as run
    from guardrails.rule import Scope, utc_today

    return run(Scope(stack, config, day or utc_today()))
