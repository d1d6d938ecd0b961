"""``tierwise drift TARGET``."""

from __future__ import annotations

import json
from typing import Any, Final

from tierwise.operations.drift.engine import engine_differences
from tierwise.operations.drift.findings import Difference
from tierwise.operations.operation import Operation, Outcome, has_cli

_ORDER: Final = {"security": 0, "safety": 1, "money": 2, "other": 3}
_LONGEST: Final = 60


def drift(operation: Operation, *, cli: bool = True) -> Outcome:
    """Compare and report; any difference is a failure.

    Args:
        operation: The command.
        cli: Whether Pulumi itself is asked where it is on PATH.
    """
    if cli and has_cli():
        differences, how = engine_differences(operation), "pulumi refresh --preview-only"
    else:
        from tierwise.operations.drift.plan import plan_differences

        differences, compared = plan_differences(operation)
        how = f"{compared} resources through boto3: what matters for security, safety and money"
    differences.sort(key=lambda difference: (_ORDER[difference.matter], difference.resource, difference.name))
    _print(operation, differences, how)
    return Outcome(not differences, {"how": how, "differences": [found.to_json() for found in differences]})


def _print(operation: Operation, differences: list[Difference], how: str) -> None:
    say, style = operation.console.say, operation.console.style
    for found in differences:
        colour = "red" if found.matter == "security" else "yellow"
        what = f"{found.resource}  {found.name}".rstrip()
        say(f"{style(found.matter.ljust(8), colour)}  {what}: {_short(found.planned)} → {_short(found.actual)}")
    count = len(differences)
    say(f"{count} difference{'' if count == 1 else 's'}" if count else "as planned")
    operation.console.note(f"compared {how}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
