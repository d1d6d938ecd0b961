"""A review as text, in the order and words of ``pulumi preview``, with the cost after it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from guardrails.cost.model import money
from guardrails.cost.tokens import short as short_type
from guardrails.cost.verdict import Verdict
from guardrails.resource import UNKNOWN
from tierwise.preview.plan import Plan, PlannedResource
from tierwise.preview.values import Secret
from tierwise.review.comparison import Comparison
from tierwise.review.stack import StackReview
from tierwise.style import Style, clean, clipped

_MARKS = {"mandatory": "❌", "advisory": "⚠️ ", "": "✅"}
_VERDICTS = {"pass": "green", "warn": "yellow", "block": "red"}
#: Columns of running text, where the terminal is not narrower.
_WIDTH = 110
#: Least columns of a name in the tree.
_NAME = 16


def render(review: StackReview, style: Style, *, verbose: bool = False, width: int | None = None) -> str:
    """The whole review of one stack.

    Args:
        review: What to show.
        style: Paints, or not.
        verbose: Also show each priced line, and advisory findings one by one.
        width: Columns of the terminal; None to leave lines whole.
    """
    plan = review.plan
    if review.comparison is not None:
        return "\n".join(_compared(review, review.comparison, style, verbose, width))
    lines = [style(f"Previewing create ({clean(plan.project)}/{clean(plan.stack)}):", "bold"), ""]
    if plan.resources:
        lines += [*_tree(plan, style, width), ""]
    if review.judged and plan.error is None:
        lines += [*_policies(review, style, verbose, width), ""]
    diagnostics = list(_diagnostics(review, style))
    if diagnostics:
        lines += [style("Diagnostics:", "bold"), *diagnostics, ""]
    if plan.error is None:
        lines += _outputs(plan, style)
        lines += [*_resources(plan, style), ""]
        lines += cost(review, style, verbose=verbose, width=width)
    return "\n".join(lines)


def _compared(
    review: StackReview, comparison: Comparison, style: Style, verbose: bool, width: int | None
) -> Iterator[str]:
    """A review against another revision: only what changes is expanded, and all that stops the deployment."""
    from tierwise.review import diff_text

    plan, diff = review.plan, comparison.diff
    against = f"against {diff_text.clean(comparison.revision.text)}"
    yield style(f"Previewing update ({clean(plan.project)}/{clean(plan.stack)}) {against}:", "bold")
    if diff is None:
        yield style("    the base cannot be planned, so what changes is not known:", "yellow")
        yield from (f"    {diff_text.clean(line)}" for line in comparison.message.splitlines())
    elif not diff.changed:
        yield f"    no changes, {diff.same} resources"
        if review.ok:
            yield ""
            return
    elif diff.resources:
        yield ""
        yield from diff_text.tree(diff, style, verbose=verbose, width=width)
    yield ""
    policies = _policies(review, style, verbose, width) if review.judged else ()
    for section in (diff_text.losses(comparison, style), policies):
        lines = list(section)
        yield from [*lines, ""] if lines else []
    diagnostics = list(_diagnostics(review, style))
    yield from [style("Diagnostics:", "bold"), *diagnostics, ""] if diagnostics else []
    if diff is not None:
        for part in (diff_text.outputs(diff, style), diff_text.summary(diff, style), diff_text.costs(diff, style)):
            lines = list(part)
            yield from [*lines, ""] if lines else []
    yield from cost(review, style, verbose=verbose, width=width)


def _tree(plan: Plan, style: Style, width: int | None) -> Iterator[str]:
    children: dict[str | None, list[PlannedResource]] = {}
    shown = [resource for resource in plan.resources if not resource.is_default_provider]
    for resource in shown:
        children.setdefault(resource.parent, []).append(resource)
    rows: list[tuple[str, str, PlannedResource]] = []

    def walk(resource: PlannedResource, prefix: str, branch: str, below: str) -> None:
        rows.append((f"{prefix}{branch}{clean(short_type(resource.type))}", clean(resource.name), resource))
        members = children.get(resource.urn, [])
        for index, child in enumerate(members):
            last = index == len(members) - 1
            walk(child, prefix + below, "└─ " if last else "├─ ", "   " if last else "│  ")

    for root in children.get(None, []):
        walk(root, "", "", "")
    if not rows:
        return
    types = max(len(kind) for kind, _, _ in rows)
    names = max(len(name) for _, name, _ in rows)
    if width is not None:
        # Beside the two columns stand a symbol, a word and the blanks between them.
        flags = " [protected]" if any(resource.protect for resource in shown) else ""
        room = width - 5 - 2 - 2 - len("create") - len(flags)
        names = min(names, max(_NAME, room - types, room // 2))
        types = min(types, max(_NAME, room - names))
    yield style(f"     {'Type':<{types}}  {'Name':<{names}}  Plan", "bold")
    for kind, name, resource in rows:
        symbol, word, colour = (">", "read", "cyan") if resource.external else ("+", "create", "green")
        if resource.import_id:
            symbol, word, colour = "=", "import", "cyan"
        flags = " [protected]" if resource.protect else ""
        columns = f"{clipped(kind, types):<{types}}  {clipped(name, names):<{names}}"
        yield f" {style(symbol, colour)}   {columns}  {style(word, colour)}{style(flags, 'dim')}"


def _policies(review: StackReview, style: Style, verbose: bool, width: int | None) -> Iterator[str]:
    mandatory = [finding for finding in review.findings if finding.level == "mandatory"]
    advisory = [finding for finding in review.findings if finding.level != "mandatory"]
    mark = _MARKS["mandatory" if mandatory else "advisory" if advisory else ""]
    yield style("Policies:", "bold")
    yield f"    {mark} guardrails (local: policy)"
    for finding in mandatory:
        yield f"        - {style('[mandatory]', 'red')}  {finding.policy}  ({clean(finding.resource)})"
        yield f"          {finding.title}"
        yield from _told(finding.message, 10, width)
    active = [finding for finding in advisory if finding.exception]
    for finding in active:
        exception = finding.exception or {}
        left = f"{exception.get('owner')}, {exception.get('days_left')} days left"
        named = f"{finding.policy}  ({finding.resource}): {exception.get('reason')} ({left})"
        yield f"        - {style('[exception]', 'cyan')}  {clean(named)}"
    plain = [finding for finding in advisory if not finding.exception]
    if verbose:
        for finding in plain:
            yield f"        - {style('[advisory]', 'yellow')}  {finding.policy}  ({clean(finding.resource)})"
            yield from _told(finding.message, 10, width)
        return
    for policy, count in sorted(Counter(finding.policy for finding in plain).items()):
        title = next(finding.title for finding in plain if finding.policy == policy)
        times = f" ×{count}" if count > 1 else ""
        yield f"        - {style('[advisory]', 'yellow')}  {policy}{times}  {title}"
    if plain:
        yield style("          (--verbose says which resources and how to mend them)", "dim")


def _told(text: str, indent: int, width: int | None) -> Iterator[str]:
    """A message's lines, folded where a terminal is too narrow for them."""
    for line in text.splitlines():
        folded = textwrap.wrap(clean(line), max(40, width - indent)) if width is not None else [clean(line)]
        yield from (f"{'':<{indent}}{part}" for part in folded)


def _diagnostics(review: StackReview, style: Style) -> Iterator[str]:
    plan = review.plan
    names = {resource.urn: f"{short_type(resource.type)} ({resource.name})" for resource in plan.resources}
    #: Label, its colour and the message, by resource.
    grouped: dict[str, list[tuple[str, str, str]]] = {}
    for failure in review.failures:
        colour = "red" if failure.level == "error" else "yellow"
        grouped.setdefault(failure.urn, []).append((failure.level, colour, str(failure)))
    for diagnostic in plan.diagnostics:
        if diagnostic.severity.startswith("info"):
            grouped.setdefault(diagnostic.urn, []).append(("", "", diagnostic.message.rstrip("\n")))
        else:
            colour = "red" if diagnostic.severity == "error" else "yellow"
            grouped.setdefault(diagnostic.urn, []).append((diagnostic.severity, colour, diagnostic.message))
    if plan.error is not None:
        told = any(plan.error.message in message for found in grouped.values() for _, _, message in found)
        if not told:
            grouped.setdefault(plan.error.urn, []).append(("error", "red", plan.error.message))
    for urn, messages in grouped.items():
        yield f"  {clean(names.get(urn, f'pulumi:pulumi:Stack ({plan.project}-{plan.stack})'))}:"
        for severity, colour, message in messages:
            label = f"{style(severity, colour)}: " if severity else ""
            first, *rest = message.splitlines() or [""]
            yield f"    {label}{clean(first)}"
            yield from (f"    {clean(line)}" for line in rest)


def _outputs(plan: Plan, style: Style) -> list[str]:
    if not plan.outputs:
        return []
    width = max(len(name) for name in plan.outputs)
    rows = [f"    {clean(name):<{width}}: {clean(_value(value))}" for name, value in sorted(plan.outputs.items())]
    return [style("Outputs:", "bold"), *rows, ""]


def _value(value: Any) -> str:
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, dict | list):
        import json

        return json.dumps(_jsonable(value), ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_jsonable(item) for item in value]  # type: ignore[reportUnknownVariableType]
    if value is UNKNOWN or isinstance(value, Secret):
        return _value(value)
    return value


def _resources(plan: Plan, style: Style) -> Iterator[str]:
    shown = [resource for resource in plan.resources if not resource.is_default_provider]
    counts = Counter("read" if r.external else "import" if r.import_id else "create" for r in shown)
    symbols = {"create": "+", "import": "=", "read": ">"}
    yield style("Resources:", "bold")
    for word in ("create", "import", "read"):
        if counts[word]:
            yield f"    {symbols[word]} {counts[word]} to {word}"
    if sum(1 for count in counts.values() if count) > 1:
        yield f"    {sum(counts.values())} total"


def cost(review: StackReview, style: Style, *, verbose: bool = False, width: int | None = None) -> Iterator[str]:
    """The cost by service, and how it stands against the budget.

    Args:
        review: What is priced; nothing is said of a program that did not finish.
        style: Paints, or not.
        verbose: Also show each priced line.
        width: As for ``render``.
    """
    estimate = review.estimate
    if estimate is None or review.verdict is None:
        return
    yield style("Cost a month at list price:", "bold")
    groups = estimate.by_service()
    names = max((len(group.service) for group in groups), default=0)
    for group in groups:
        worst = f"   up to {money(group.maximum):>10}" if group.maximum != group.expected else ""
        yield f"    {group.service:<{names}}  {money(group.expected):>10}{worst}"
        if verbose:
            for line in group.lines:
                quantity = f"{line.quantity:,.4f}".rstrip("0").rstrip(".")
                what = f"{clean(line.resource)}: {line.name}, {quantity} {line.unit} × {line.price}"
                yield style(f"        {money(line.expected):>10}  {what}", "dim")
    for item in estimate.unknown if verbose else ():
        yield f"    {'?':>{names + 12}}   {clean(item.resource)}: {clean(item.reason)}"
    for item in estimate.unsupported:
        yield f"    {'?':>{names + 12}}   {clean(item.resource)} ({clean(short_type(item.type))}): {clean(item.reason)}"
    colour = _VERDICTS[review.verdict.status]
    budget = f" of {money(review.verdict.limit)}" if review.verdict.limit is not None else ""
    yield style(f"    {'total':<{names}}  {estimate.total:>10}", "bold") + style(budget, colour)
    yield from verdict(review.verdict, style, width=width)


def verdict(judged: Verdict, style: Style, *, width: int | None = None) -> Iterator[str]:
    """How a cost stands against its budget, in a paragraph.

    Args:
        judged: The verdict.
        style: Paints, or not.
        width: As for ``render``.
    """
    lines = textwrap.wrap(clean(judged.message), min(_WIDTH, max(40, (width or _WIDTH) - 4)))
    yield from (style(f"    {line}", _VERDICTS[judged.status]) for line in lines)
