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
    from tierwise.preview.engine import plan

    chosen = resolve(find_root(Path.cwd()), targets)
    types = {r.type for t in chosen for r in plan(t.directory, t.stage).resources if r.custom and ":" in r.type}
    rows = report(sorted(types))
    width = max(len(row.type) for row in rows)
    lines = [f"{'type':<{width}}  properties  booleans  value-checked"]
    for row in (*rows, coverage(types)):
        name = row.type or "total"
        lines.append(f"{name:<{width}}  {row.properties:>10}  {row.booleans:>8}  {row.values:>13}")
    return "\n".join(lines)
