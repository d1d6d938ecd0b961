"""A stack's review against another revision of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guardrails.rule import utc_today
from tierwise.preview.plan import Plan
from tierwise.preview.replacement import answer
from tierwise.review.base import BaseStack, Revision
from tierwise.review.diff import StackDiff, compare_stacks, unchanged
from tierwise.review.stateful import DataLoss, approvals, data_losses


@dataclass(frozen=True)
class Comparison:
    """What deploying this revision would do to what the base revision describes.

    Attributes:
        revision: The base revision.
        diff: The difference; None when the base could not be planned.
        losses: Replacements and deletions of what holds data.
        message: Why the base could not be planned.
    """

    revision: Revision
    diff: StackDiff | None
    losses: tuple[DataLoss, ...] = ()
    message: str = ""

    @property
    def blocks(self) -> bool:
        """Whether data would be lost without approval."""
        return any(loss.blocks for loss in self.losses)

    def to_json(self) -> dict[str, Any]:
        """The ``diff`` object of the preview's JSON."""
        return {
            "base": self.revision.name,
            "commit": self.revision.commit,
            "behind": self.revision.behind,
            "compared": self.diff is not None,
            "message": self.message,
            **(self.diff.to_json() if self.diff is not None else {}),
            "dataLoss": [loss.to_json() for loss in self.losses],
        }


def compare_with(base: BaseStack, plan: Plan, entry: dict[str, Any]) -> Comparison:
    """Compare a stack's review with the base revision's.

    Args:
        base: The stack as the base revision describes it.
        plan: This revision's plan, whose program finished.
        entry: This revision's entry of the preview's JSON.

    Raises:
        ConfigError: The stack's approvals cannot be read.
    """
    if base.status == "failed":
        return Comparison(base.revision, None, message=base.message)
    if base.status == "unaffected":
        return Comparison(base.revision, unchanged(entry))
    aliases: dict[str, Sequence[str]] = {resource.urn: resource.aliases for resource in plan.resources}
    diff = compare_stacks(base.entry, entry, aliases, answer)
    return Comparison(
        base.revision, diff, data_losses(diff.resources, approvals(plan.config, plan.project), utc_today())
    )
