"""What to do after a preview, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.review.stack import StackReview
from tierwise.targets import Target

#: The rule that holds the estimate against the budget.
_BUDGET = "P.Budget.estimate"


def after(review: StackReview) -> str:
    """What to do after the preview of one stack.

    Args:
        review: The stack's review.
    """
    key = review.target.key
    if review.plan.error is not None or any(failure.level == "error" for failure in review.failures):
        return f"Next: mend what the diagnostics name, then tierwise preview {key}"
    if review.comparison is not None and review.comparison.blocks:
        return "Next: take one of the ways out above, or the data is lost"
    refused = [finding.policy for finding in review.findings if finding.level == "mandatory"]
    if refused and refused[0] == _BUDGET:
        return f"Next: see what a change would save: tierwise cost {key} --what-if KEY=VALUE"
    if refused:
        return f"Next: tierwise preview {key} --explain {refused[0]}"
    return f"Next: {_up(review.target)}"


def after_many(reviewed: Sequence[tuple[str, bool]]) -> str:
    """What to do after the preview of many stacks.

    Args:
        reviewed: Each stack's key, and whether it is fine.
    """
    refused = [key for key, ok in reviewed if not ok]
    return f"Next: tierwise preview {refused[0]}" if refused else "Next: read it all in a browser: --html report.html"


def _up(target: Target) -> str:
    system = f"SYSTEM={target.system} " if target.system else ""
    return f"make up {system}STACK={target.stage}"
