"""What a change does to the monthly cost, joined by resource.

A line that became unknown, or that was unknown before, has no difference: it shows as ``?`` and is never a saving.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guardrails.cost.model import ZERO, cents, money


@dataclass(frozen=True, slots=True)
class CostChange:
    """One resource whose cost differs.

    Attributes:
        urn: The resource's URN after the change, or before it when it is deleted.
        resource: Its logical name, or "" for the stack as a whole.
        before: USD a month; None when some of it is unknown.
        after: The same after the change.
    """

    urn: str
    resource: str
    before: Decimal | None
    after: Decimal | None

    @property
    def delta(self) -> Decimal | None:
        """USD a month more; None when either side is unknown."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class CostDiff:
    """The cost of a stack before and after.

    Attributes:
        before: Expected USD a month before, as far as known.
        after: The same after the change.
        changes: The resources whose cost differs, the largest difference first, unknown ones before those.
    """

    before: Decimal
    after: Decimal
    changes: tuple[CostChange, ...]

    @property
    def delta(self) -> Decimal:
        """USD a month more, over the lines that are known on both sides."""
        return sum((change.delta for change in self.changes if change.delta is not None), ZERO)

    @property
    def unknown(self) -> int:
        """How many resources have a difference that nobody can tell."""
        return sum(1 for change in self.changes if change.delta is None)

    @property
    def text(self) -> str:
        """``+$12.40 a month``, ``+$12.40 + 1 unknown a month``, or ``no change in cost``."""
        if not self.changes:
            return "no change in cost"
        return f"{signed(self.delta)}{f' + {self.unknown} unknown' if self.unknown else ''} a month"

    def to_json(self) -> dict[str, Any]:
        """The ``cost`` member of ``diff``."""
        return {
            "before": float(cents(self.before)),
            "after": float(cents(self.after)),
            "delta": float(cents(self.delta)),
            "unknown": self.unknown,
            "text": self.text,
            "changes": [
                {
                    "urn": change.urn,
                    "resource": change.resource,
                    "before": _number(change.before),
                    "after": _number(change.after),
                    "delta": _number(change.delta),
                }
                for change in self.changes
            ],
        }


def signed(amount: Decimal) -> str:
    """``amount`` with its sign, such as ``+$3.90``; ``$0.00`` has none."""
    text = money(amount)
    return f"+{text}" if cents(amount) > 0 else text


def compare_costs(old: Mapping[str, Any], new: Mapping[str, Any], renamed: Mapping[str, str]) -> CostDiff:
    """Compare two ``cost`` objects of the preview's JSON.

    Args:
        old: Before.
        new: After.
        renamed: New URN by old URN, for resources that go by another name now.
    """
    before, after = _by_resource(old, renamed), _by_resource(new, {})
    changes = [
        CostChange(urn, _name(urn), before.get(urn, ZERO), after.get(urn, ZERO))
        for urn in dict.fromkeys([*after, *before])
        if _differs(before.get(urn, ZERO), after.get(urn, ZERO))
    ]
    changes.sort(key=lambda change: (change.delta is not None, -abs(change.delta or ZERO), change.urn))
    return CostDiff(_total(old), _total(new), tuple(changes))


def _differs(before: Decimal | None, after: Decimal | None) -> bool:
    if before is None and after is None:
        return False
    return before is None or after is None or cents(before) != cents(after)


def _by_resource(cost: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Decimal | None]:
    amounts: dict[str, Decimal | None] = {}
    for line in cost["lines"]:
        urn = renamed.get(line["urn"], line["urn"])
        amounts[urn] = (amounts.get(urn) or ZERO) + Decimal(str(line["expected"]))
    for item in (*cost["unknown"], *cost["unsupported"]):
        amounts[renamed.get(item["urn"], item["urn"])] = None
    return amounts


def _total(cost: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(str(line["expected"])) for line in cost["lines"]), ZERO)


def _name(urn: str) -> str:
    return "" if "::pulumi:pulumi:Stack::" in urn else urn.rpartition("::")[2]


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(cents(amount))
