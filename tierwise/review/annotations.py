"""The issues of a preview as GitHub's workflow commands, which show them on the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from tierwise.review.diff_text import clean
from tierwise.review.issues import Issue

#: How many of each level a step may show; GitHub drops the rest without a word.
LIMIT: Final = 10
_MESSAGE: Final = 1_000


class Silence:
    """Keeps the runner from reading what is printed in between as commands, whoever chose the text.

    Attributes:
        begin: The line to print before it.
        end: The line to print after it; nobody can guess its word.
    """

    def __init__(self) -> None:
        word = secrets.token_hex(16)
        self.begin = f"::stop-commands::{word}"
        self.end = f"::{word}::"


def workflow_commands(issues: Iterable[Issue]) -> list[str]:
    """A command for each issue, errors first; what several stacks share is said once. Notes are left out.

    Args:
        issues: What was found.
    """
    lines: list[str] = []
    found = list(issues)
    for level in ("error", "warning"):
        merged = _merged(issue for issue in found if issue.level == level)
        shown = merged if len(merged) <= LIMIT else merged[: LIMIT - 1]
        lines += [_command(level, same) for same in shown]
        if len(shown) < len(merged):
            more = len(merged) - len(shown)
            lines.append(f"::{level} title=tierwise::{more} more like these; the preview's summary has them all")
    return lines


def _merged(issues: Iterable[Issue]) -> list[Sequence[Issue]]:
    by_fault: dict[tuple[object, ...], list[Issue]] = {}
    for issue in issues:
        by_fault.setdefault((issue.rule, issue.place, issue.message), []).append(issue)
    return list(by_fault.values())


def _command(level: str, same: Sequence[Issue]) -> str:
    first = same[0]
    stacks = ", ".join(dict.fromkeys(issue.stack for issue in same if issue.stack))
    properties = {"title": f"{first.rule} ({stacks})" if stacks else first.rule}
    if first.place is not None:
        properties = {"file": first.place.file, "line": str(first.place.line), **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {written}::{_data(clean(first.message)[:_MESSAGE])}"


def _data(value: str) -> str:
    """Text in which no line ends and nothing is a command."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(clean(value)).replace(":", "%3A").replace(",", "%2C")
