"""One line for one stack, where many are reviewed at once."""

from __future__ import annotations

from guardrails.cost.model import money
from tierwise.review.stack import StackReview
from tierwise.style import Style


def headline(review: StackReview, style: Style) -> str:
    """Resources, what stops it, advice, and cost against budget, in one line."""
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
    return f"{mark} {', '.join(parts)}"
