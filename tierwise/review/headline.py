"""One line for one stack, where many are reviewed at once."""

from __future__ import annotations

from guardrails.cost.model import money
from tierwise.review.comparison import Comparison
from tierwise.review.diff_text import MARKS
from tierwise.review.stack import StackReview
from tierwise.style import Style


def headline(review: StackReview, style: Style) -> str:
    """Resources, what stops it, advice, cost against budget, and what changes, in one line."""
    mark = style("ok     ", "green") if review.ok else style("refused", "red")
    count = sum(1 for resource in review.plan.resources if not resource.is_default_provider)
    parts = [f"{count:>4} resources"]
    if review.plan.error is not None:
        return f"{mark} {parts[0]}, {review.plan.error.message.splitlines()[-1]}"
    errors = sum(1 for failure in review.failures if failure.level == "error")
    mandatory = sum(1 for finding in review.findings if finding.level == "mandatory")
    advisory = len(review.findings) - mandatory
    parts += [f"{errors} input errors"] if errors else []
    parts += [f"{mandatory} mandatory, {advisory} advisory findings"] if review.judged else []
    if review.estimate is not None and review.verdict is not None:
        limit = f" of {money(review.verdict.limit)}" if review.verdict.limit is not None else ""
        parts.append(f"{review.estimate.total}{limit} a month")
    if review.comparison is not None:
        parts.append(_against(review.comparison))
    return f"{mark} {', '.join(parts)}"


def _against(comparison: Comparison) -> str:
    if comparison.diff is None:
        return "the base cannot be planned"
    if not comparison.diff.changed:
        return "no changes"
    blocked = sum(1 for loss in comparison.losses if loss.blocks)
    counts = " ".join(f"{MARKS[op][0]}{count}" for op, count in comparison.diff.counts.items())
    parts = [counts] if counts else []
    parts += [f"{blocked} {'loss' if blocked == 1 else 'losses'} of data blocked"] if blocked else []
    if comparison.diff.cost is not None and comparison.diff.cost.changes:
        parts.append(comparison.diff.cost.text)
    return ", ".join(parts) or "only outputs change"
