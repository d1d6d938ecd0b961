"""How much of the inputs of the stacks' resource types is checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.targets import find_root, resolve


def checks_as_text(targets: Sequence[str]) -> str:
    """For each resource type of the stacks: properties, how many are true or false, how many have their values checked.

    Args:
        targets: As the command line names them.
    """
    from tierwise.preview.checks import coverage, report

    types = _types(targets)
    rows = report(sorted(types))
    width = max(len(row.type) for row in rows)
    lines = [f"{'type':<{width}}  properties  booleans  value-checked"]
    for row in (*rows, coverage(types)):
        name = row.type or "total"
        lines.append(f"{name:<{width}}  {row.properties:>10}  {row.booleans:>8}  {row.values:>13}")
    return "\n".join(lines)


def replacement_as_text(targets: Sequence[str]) -> str:
    """For each resource type of the stacks: properties, and how many of them make a new resource when they change.

    Of the rest a source says that they are changed in place, or none says anything and the provider's default, a change
    in place, is assumed.

    Args:
        targets: As the command line names them.
    """
    from tierwise.preview.replacement import Coverage, report
    from tierwise.preview.urns import PROVIDER_PREFIX

    rows = report(sorted(token for token in _types(targets) if not token.startswith(PROVIDER_PREFIX)))
    total = Coverage(
        "total",
        sum(row.properties for row in rows),
        sum(row.replacing for row in rows),
        sum(row.updating for row in rows),
    )
    width = max(len(row.type) for row in (*rows, total))
    lines = [f"{'type':<{width}}  properties  replaced  changed in place  assumed in place"]
    lines += [
        f"{row.type:<{width}}  {row.properties:>10}  {row.replacing:>8}  {row.updating:>16}  {row.assumed:>16}"
        for row in (*rows, total)
    ]
    return "\n".join(lines)


def _types(targets: Sequence[str]) -> set[str]:
    from tierwise.preview.engine import plan

    chosen = resolve(find_root(Path.cwd()), targets)
    return {r.type for t in chosen for r in plan(t.directory, t.stage).resources if r.custom and ":" in r.type}
