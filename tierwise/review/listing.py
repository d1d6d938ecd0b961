"""Lists: the rules of the policy pack, and how much of the inputs is checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from guardrails import rules
from tierwise.targets import find_root, resolve


def rules_as_json() -> str:
    """Every rule as JSON: id, title, severity, frameworks, types, levels by tier, url."""
    return json.dumps(
        [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity,
                "frameworks": list(rule.frameworks),
                "types": list(rule.types),
                "levels": dict(rule.levels),
                "url": rule.url,
            }
            for rule in rules()
        ],
        indent=2,
        ensure_ascii=False,
    )


def rules_as_text() -> str:
    """Every rule on a line: id, severity, levels on dev, staging and prod, title."""
    listed = rules()
    width = max(len(rule.id) for rule in listed)
    lines = [f"{'rule':<{width}}  severity  dev        staging    prod       title"]
    for rule in listed:
        levels = "  ".join(f"{rule.levels[tier]:<9}" for tier in ("dev", "staging", "prod"))
        lines.append(f"{rule.id:<{width}}  {rule.severity:<8}  {levels}  {rule.title}")
    return "\n".join([*lines, f"{len(listed)} rules"])


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
