"""What there is to say about reviewed stacks in a few words, for the comment and the report alike.

Read from the preview's JSON, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guardrails.cost.model import money
from tierwise.review.cost_diff import signed

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Reviewed:
    """A stack that was reviewed.

    Attributes:
        key: The target's key.
        entry: Its entry of the preview's JSON; None when it could not be previewed.
        problems: Why not.
    """

    key: str
    entry: Entry | None = None
    problems: tuple[str, ...] = ()


class Summary:
    """One stack in a few figures.

    Args:
        stack: The stack.
    """

    def __init__(self, stack: Reviewed) -> None:
        self.key = stack.key
        self.problems = stack.problems
        self.entry: Entry = stack.entry or {}
        self.diff: Entry | None = self.entry.get("diff")
        self.cost: Entry | None = self.entry.get("cost")

    @property
    def failed(self) -> bool:
        """Whether there is no whole plan."""
        return self.cost is None

    @property
    def mandatory(self) -> list[Entry]:
        """The findings that refuse the stack."""
        return [finding for finding in self.entry.get("policies", ()) if finding["level"] == "mandatory"]

    @property
    def input_errors(self) -> list[Entry]:
        """The inputs that would be refused."""
        return [failed for failed in self.entry.get("checks", ()) if failed["level"] == "error"]

    @property
    def losses(self) -> list[Entry]:
        """The losses of data that nobody approved."""
        return [loss for loss in (self.diff or {}).get("dataLoss", ()) if loss["blocks"]]

    @property
    def blockers(self) -> int:
        """How many things stop the deployment."""
        return len(self.mandatory) + len(self.input_errors) + len(self.losses) + int(self.failed)

    @property
    def compared(self) -> bool:
        """Whether there is something to compare with."""
        return self.diff is not None and bool(self.diff["compared"])

    @property
    def changes(self) -> bool | None:
        """Whether anything changes; None when there is nothing to compare with."""
        return bool(self.diff["changed"]) if self.diff is not None and self.compared else None

    @property
    def delta(self) -> Entry | None:
        """What happens to the cost; None when that is not known."""
        return self.diff["cost"] if self.diff is not None and self.compared else None

    @property
    def is_told(self) -> bool:
        """Whether it has more to say than a row of a table: only what changes or blocks is expanded."""
        return bool(self.changes or self.blockers or (self.diff is not None and not self.compared))


def headline(stacks: Sequence[Summary]) -> str:
    """How many stacks change, what that costs, and what blocks, in one sentence."""
    blockers = sum(stack.blockers for stack in stacks)
    blocking = f"{blockers} blocking {plural('finding', blockers)}" if blockers else "nothing blocks"
    compared = [stack for stack in stacks if stack.compared]
    total = len(stacks)
    if not compared:
        amount = sum((decimal(stack.cost["expected"]) for stack in stacks if stack.cost is not None), Decimal(0))
        return f"{total} {plural('stack', total)} previewed, {money(amount)} a month, {blocking}"
    changed = sum(1 for stack in compared if stack.changes)
    deltas = [stack.delta for stack in compared if stack.delta is not None]
    unknown = sum(delta["unknown"] for delta in deltas)
    delta = signed(sum((decimal(delta["delta"]) for delta in deltas), Decimal(0)))
    amount = f"{delta}{f' + {unknown} unknown' if unknown else ''} a month"
    what = f"{changed} of {total} stacks change" if changed else f"No stack changes ({total} previewed)"
    return f"{what}, {amount}, {blocking}" if changed or unknown else f"{what}, {blocking}"


def dollars(amount: float | None) -> str:
    """An amount of the preview's JSON as text; ``?`` when it is unknown."""
    return "?" if amount is None else money(decimal(amount))


def decimal(amount: float) -> Decimal:
    """An amount of the preview's JSON, exactly as written there."""
    return Decimal(str(amount))


def plural(word: str, count: int) -> str:
    """The word for one, or for another number."""
    return word if count == 1 else f"{word}s"
