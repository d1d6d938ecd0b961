"""What a rule asks for, and where a stack does not do it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from tierwise.review.report_view import position_text
from tierwise.review.stack import StackReview
from tierwise.style import Style, clean


def findings(review: StackReview, rules: Sequence[str], style: Style, width: int | None) -> str:
    """What these rules say of one stack.

    Args:
        review: The stack's review.
        rules: Ids as the pack spells them.
        style: Paints, or not.
        width: Columns of the terminal; None to leave lines whole.
    """
    return "\n".join(line for rule in rules for line in _findings(review, rule, style, width))


def _findings(review: StackReview, rule: str, style: Style, width: int | None) -> Iterator[str]:
    found = [finding for finding in review.findings if finding.policy == rule]
    key = clean(review.target.key)
    if review.plan.error is not None:
        yield style(f"{key}: the program did not finish: {clean(review.plan.error.message.splitlines()[-1])}", "red")
        return
    if not found:
        yield style(f"{key}: {rule} finds nothing", "green")
        return
    yield style(f"{key}: {rule} finds {len(found)}", "bold")
    for finding in found:
        colour = "red" if finding.level == "mandatory" else "yellow"
        resource = review.plan.by_urn.get(finding.urn)
        place = position_text(resource.code_line) if resource is not None else ""
        level = style(f"[{finding.level}]", colour)
        yield f"    {level}  {clean(finding.resource)}  {style(clean(place), 'dim')}".rstrip()
        for line in finding.message.splitlines():
            folded = textwrap.wrap(clean(line), max(40, width - 8)) if width is not None else [clean(line)]
            yield from (f"        {part}" for part in folded)
        if finding.exception:
            waiver = finding.exception
            yield clean(f"        waived: {waiver['reason']} ({waiver['owner']}, until {waiver['expires']})")
