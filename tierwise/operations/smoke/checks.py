"""One thing that was looked at, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["pass", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Check:
    """A finding.

    Attributes:
        group: What kind of thing, such as ``services``.
        name: Which one.
        state: ``fail`` makes the command fail; ``warn`` and ``skip`` say why they do not.
        detail: What was found, in one line.
        lines: More of it: reasons of stopped tasks, latest events.
        seconds: How long the answer took, 0 where that means nothing.
    """

    group: str
    name: str
    state: State
    detail: str
    lines: Sequence[str] = ()
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "group": self.group,
            "name": self.name,
            "state": self.state,
            "detail": self.detail,
            "lines": list(self.lines),
            "seconds": round(self.seconds, 3),
        }


def failed(checks: Sequence[Check]) -> list[Check]:
    """Those that make the command fail."""
    return [check for check in checks if check.state == "fail"]
