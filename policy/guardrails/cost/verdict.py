"""The budget rule: does the estimate fit, and if not, what are the largest lines and the levers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, Literal

from guardrails.cost.levers import Lever, find_levers
from guardrails.cost.model import ZERO, Estimate, Line, cents, money
from guardrails.cost.tokens import short
from guardrails.cost.values import as_object, to_decimal
from guardrails.stack_config import Budget

Status = Literal["pass", "warn", "block"]
#: Percentage of the budget above which the preview warns, when the budget does not say.
_WARN_AT: Final = Decimal(80)
_LARGEST: Final = 5
_NAMED_UNKNOWNS: Final = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an estimate fits its budget.

    Attributes:
        status: ``pass``, ``warn`` or ``block``.
        message: One paragraph that says why, for people.
        limit: The monthly budget in USD; None when none is declared.
        levers: What would bring it down, when it is too high.
    """

    status: Status
    message: str
    limit: Decimal | None
    levers: tuple[Lever, ...] = ()


def judge(estimate: Estimate, budget: Budget | Mapping[str, Any] | None) -> Verdict:
    """Judge an estimate against the stack's budget.

    Blocks when the expected amount (with the least that unknown amounts come to) is above the monthly limit plus an
    acknowledged overrun, when the usage section has errors, or when something is unknown and unknowns block; warns
    above the warning percentage, within an acknowledged overrun, or when something is unknown.

    Args:
        estimate: What the stack costs.
        budget: The ``budget`` section, as read or as written: ``{monthly, warnAt, unknowns, acknowledgedOverrun:
            {amount, reason}}``.
    """
    limits = _limits(budget)
    problems, notes = _gaps(estimate, blocks=limits is None or limits.unknowns == "block")
    levers: tuple[Lever, ...] = ()
    if limits is None:
        notes.append(f"{estimate.total} a month and no budget.monthly to judge it by.")
        return Verdict("block" if problems else "warn", " ".join(problems + notes), None)
    monthly, overrun = limits.monthly, limits.acknowledged_overrun or ZERO
    if cents(estimate.floor) > monthly + overrun:
        levers, together = find_levers(estimate)
        problems.insert(0, _too_high(estimate, monthly, overrun, levers, together))
    elif cents(estimate.expected) > monthly:
        reason = limits.overrun_reason or "no reason given"
        notes.insert(0, f"{estimate.total} a month is over the budget of {money(monthly)}, as acknowledged: {reason}")
    elif cents(estimate.expected) > monthly * limits.warn_at / 100:
        share = (estimate.expected / monthly * 100).quantize(Decimal(1), rounding=ROUND_FLOOR)
        notes.insert(
            0, f"{estimate.total} a month is {share} % of the budget of {money(monthly)}. {_largest(estimate)}"
        )
    if problems:
        return Verdict("block", " ".join(problems + notes), monthly, levers)
    if notes:
        return Verdict("warn", " ".join(notes), monthly)
    return Verdict("pass", f"{estimate.total} a month fits the budget of {money(monthly)}.", monthly)


def _limits(budget: Budget | Mapping[str, Any] | None) -> Budget | None:
    """The budget as typed values; None when there is no monthly limit."""
    if budget is None or isinstance(budget, Budget):
        return budget
    monthly = to_decimal(budget.get("monthly"))
    if monthly is None:
        return None
    overrun = budget.get("acknowledgedOverrun")
    agreed = as_object(overrun) or {"amount": overrun}
    warn_at = to_decimal(budget.get("warnAt"))
    return Budget(
        monthly=monthly,
        warn_at=_WARN_AT if warn_at is None else warn_at,
        unknowns="warn" if budget.get("unknowns") == "warn" else "block",
        acknowledged_overrun=to_decimal(agreed.get("amount")),
        overrun_reason=str(agreed.get("reason") or ""),
    )


def _gaps(estimate: Estimate, *, blocks: bool) -> tuple[list[str], list[str]]:
    """Sentences about wrong usage and about what could not be priced, as (problems, notes)."""
    problems = [f"{len(estimate.errors)} usage errors: {'; '.join(estimate.errors)}."] if estimate.errors else []
    if not estimate.unpriced:
        return problems, []
    keys = Counter(item.key for item in estimate.unknown if item.key)
    named = [f"{item.resource}: {item.name}, {item.reason}" for item in estimate.unknown if not item.key]
    named += [f"{item.resource}: {item.reason} ({item.type})" for item in estimate.unsupported]
    named += [
        f"declare usage.{key}" + (f" (for {count} resources)" if count > 1 else "") for key, count in keys.items()
    ]
    more = f"; and {len(named) - _NAMED_UNKNOWNS} more" if len(named) > _NAMED_UNKNOWNS else ""
    text = f"{estimate.unpriced} unknown: {'; '.join(named[:_NAMED_UNKNOWNS])}{more}."
    return ([*problems, text], []) if blocks else (problems, [text])


def _too_high(
    estimate: Estimate, monthly: Decimal, overrun: Decimal, levers: tuple[Lever, ...], together: Estimate | None
) -> str:
    allowed = f" (and {money(overrun)} acknowledged)" if overrun else ""
    over = money(cents(estimate.floor) - monthly - overrun)
    text = f"{estimate.total} a month at list price is {over} over the budget of {money(monthly)}{allowed}."
    text += f" {_largest(estimate)}"
    if levers:
        listed = "; ".join(f"{lever.change} saves {money(lever.saving)}" for lever in levers)
        text += f" Levers, each on its own: {listed}."
    if together is not None and len(levers) > 1:
        text += f" Together they bring it to {money(together.expected)}."
    return text


def _largest(estimate: Estimate) -> str:
    """The dearest types with how many resources they are."""
    groups: dict[str, list[Line]] = {}
    for line in estimate.lines:
        groups.setdefault(short(line.type), []).append(line)
    ranked = sorted(groups.items(), key=lambda item: -sum((line.expected for line in item[1]), ZERO))
    parts: list[str] = []
    for token, lines in ranked[:_LARGEST]:
        names = list(dict.fromkeys(line.resource for line in lines))
        count = f" ×{len(names)}" if len(names) > 1 else ""
        shown = ", ".join(names[:2]) + (", …" if len(names) > 2 else "")
        parts.append(f"{token}{count} ({shown}) {money(sum((line.expected for line in lines), ZERO))}")
    return f"Largest: {'; '.join(parts)}."
