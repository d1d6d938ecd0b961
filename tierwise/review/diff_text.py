"""A comparison as text: the tree of what changes, each input old → new, and what it does to the cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from guardrails.cost.model import ZERO, money
from guardrails.cost.tokens import short as short_type
from tierwise.preview.urns import parse_urn
from tierwise.review.comparison import Comparison
from tierwise.review.cost_diff import signed
from tierwise.review.diff import ResourceDiff, StackDiff
from tierwise.review.values_diff import MISSING, Change
from tierwise.style import Style, clean

#: Symbol, word and colour of each operation, as the CLI has them.
MARKS: Final = {
    "create": ("+", "create", "green"),
    "import": ("=", "import", "cyan"),
    "read": (">", "read", "cyan"),
    "update": ("~", "update", "yellow"),
    "replace": ("+-", "replace", "red"),
    "delete": ("-", "delete", "red"),
    "same": ("", "", ""),
}
_SIGNS: Final = {"add": "+", "delete": "-", "update": "~"}
_VALUE_WIDTH: Final = 90
_CHANGES_SHOWN: Final = 12
_COSTS_SHOWN: Final = 12


def value_text(value: Any, width: int = _VALUE_WIDTH) -> str:
    """A value of a change as text, shortened to ``width`` characters."""
    if value is MISSING:
        return ""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    text = clean(text)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def change_text(change: Change, width: int = _VALUE_WIDTH) -> str:
    """One change on a line, such as ``~ tags.Name: "a" → "b"``, its values shortened to ``width`` characters."""
    old, new = value_text(change.old, width), value_text(change.new, width)
    same = change.kind != "update" or (change.note and old == new)
    values = new or old if same else f"{old} → {new}"
    forces = {True: " (forces replacement)", None: " (may replace)", False: ""}[change.forces]
    note = f" ({clean(change.note)})" if change.note else ""
    return f"{_SIGNS[change.kind]} {clean(change.path)}: {values}{note}{forces}"


def info(item: ResourceDiff) -> str:
    """The CLI's last column: ``[diff: ~tags,+port]``, and what else to know."""
    parts: list[str] = []
    if item.changes:
        tops: dict[str, set[str]] = {}
        for change in item.changes:
            tops.setdefault(change.top, set()).add(_SIGNS[change.kind] if change.path == change.top else "~")
        names = ",".join(f"{signs.pop() if len(signs) == 1 else '~'}{clean(top)}" for top, signs in tops.items())
        parts.append(f"[diff: {names}]")
    if item.forced_by:
        parts.append(f"forced by {clean(', '.join(item.forced_by))}")
    if item.old_urn:
        parts.append(f"was {clean(parse_urn(item.old_urn).name)}")
    parts += item.notes
    return "; ".join(parts)


def tree(diff: StackDiff, style: Style, *, verbose: bool, width: int | None = None) -> Iterator[str]:
    """The resources that change, below their parents.

    Args:
        diff: What changes.
        style: Paints, or not.
        verbose: Also show every input of a resource, not only the first ones.
        width: Columns of the terminal; None to leave lines whole.
    """
    rows = list(_rows(diff))
    types = max((len(f"{prefix}{short_type(kind)}") for prefix, kind, _, _ in rows), default=0)
    names = max((len(clean(name)) for _, _, name, _ in rows), default=0)
    yield style(f"      {'Type':<{types}}  {'Name':<{names}}  Plan     Info", "bold")
    for prefix, kind, name, item in rows:
        symbol, word, colour = MARKS[item.op] if item is not None else MARKS["same"]
        mark = style(f"{symbol:<2}", colour) if colour else f"{symbol:<2}"
        plan = style(f"{word:<7}", colour) if colour else f"{word:<7}"
        line = f" {mark}   {prefix + clean(short_type(kind)):<{types}}  {clean(name):<{names}}  {plan}"
        yield f"{line}  {info(item) if item is not None else ''}".rstrip()
        if item is None:
            continue
        shown = item.changes if verbose else item.changes[:_CHANGES_SHOWN]
        indent = " " * (len(prefix) + 9)
        for change in shown:
            values = _VALUE_WIDTH if width is None else max(16, (width - len(indent) - len(change.path) - 7) // 2)
            yield style(f"{indent}{change_text(change, min(values, _VALUE_WIDTH))}", "red" if change.forces else "dim")
        if len(shown) < len(item.changes):
            yield style(f"{indent}… {len(item.changes) - len(shown)} more inputs (--verbose)", "dim")


def _rows(diff: StackDiff) -> Iterator[tuple[str, str, str, ResourceDiff | None]]:
    """Branch, type, name and change of each resource that changes, and of their parents."""
    items = {item.urn: item for item in diff.resources}
    parents: dict[str, str | None] = {}
    for item in diff.resources:
        urn: str | None = item.urn
        while urn and urn not in parents:
            parent = diff.parents.get(urn)
            parents[urn] = parent
            urn = parent
    children: dict[str | None, list[str]] = {}
    for urn, parent in parents.items():
        children.setdefault(parent, []).append(urn)

    def walk(urn: str, prefix: str, branch: str, below: str) -> Iterator[tuple[str, str, str, ResourceDiff | None]]:
        parts = parse_urn(urn)
        yield prefix + branch, parts.type, parts.name, items.get(urn)
        members = children.get(urn, [])
        for index, child in enumerate(members):
            last = index == len(members) - 1
            yield from walk(child, prefix + below, "└─ " if last else "├─ ", "   " if last else "│  ")

    for root in children.get(None, []):
        yield from walk(root, "", "", "")


def summary(diff: StackDiff, style: Style) -> Iterator[str]:
    """The CLI's closing count."""
    yield style("Resources:", "bold")
    for op, count in diff.counts.items():
        symbol, word, colour = MARKS[op]
        yield f"    {style(f'{symbol:<2}', colour)}{count} to {word}"
    total = sum(diff.counts.values())
    if total:
        yield f"    {total} {'change' if total == 1 else 'changes'}. {diff.same} unchanged"
    else:
        yield f"    {diff.same} unchanged"


def outputs(diff: StackDiff, style: Style) -> Iterator[str]:
    """The stack's outputs that differ."""
    if diff.outputs:
        yield style("Outputs:", "bold")
        for change in diff.outputs:
            yield f"    {change_text(change)}"


def costs(diff: StackDiff, style: Style) -> Iterator[str]:
    """The resources whose cost differs, and the difference of the total."""
    cost = diff.cost
    if cost is None or not cost.changes:
        return
    yield style(f"Cost against before: {cost.text}", "bold")
    shown = cost.changes[:_COSTS_SHOWN]
    width = max(len(clean(change.resource or "the stack")) for change in shown)
    for change in shown:
        delta = change.delta
        colour = "yellow" if delta is None or delta > 0 else "green"
        before = "?" if change.before is None else money(change.before)
        after = "?" if change.after is None else money(change.after)
        difference = "?" if delta is None else signed(delta)
        name = clean(change.resource or "the stack")
        yield f"    {name:<{width}}  {style(f'{difference:>12}', colour)}   {before} → {after}"
    if len(shown) < len(cost.changes):
        rest = sum((change.delta or ZERO for change in cost.changes[_COSTS_SHOWN:]), ZERO)
        yield style(f"    … {len(cost.changes) - len(shown)} more, {signed(rest)} together", "dim")


def losses(comparison: Comparison, style: Style) -> Iterator[str]:
    """What would lose data, and the ways out."""
    if not comparison.losses:
        return
    yield style("Data:", "bold")
    for loss in comparison.losses:
        label = style("[blocked]", "red") if loss.blocks else style("[approved]", "cyan")
        yield f"    - {label}  {clean(loss.message)}"
        if loss.approval is not None:
            approval = loss.approval
            yield f"      {clean(approval.reason)} ({clean(approval.owner)}, until {approval.expires})"
            continue
        yield from (f"      {clean(way)}" for way in loss.ways_out)
