"""Settings of a thing, each looked at first and put right where it differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tierwise.operations.operation import Operation


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: What it is, for people.
        read: What it is now; None where nothing is set.
        right: Whether that is as it should be.
        put: Puts it right.
    """

    name: str
    read: Callable[[], Any]
    right: Callable[[Any], bool]
    put: Callable[[], object]


@dataclass
class Report:
    """What was found and what was done.

    Attributes:
        rows: Name of the thing or setting, and ``made``, ``put right`` or ``as it should be``.
    """

    rows: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def settle(self, operation: Operation, settings: list[Setting], *, fresh: bool) -> None:
        """Put right what differs.

        Args:
            operation: The command.
            settings: The settings.
            fresh: Whether the thing was only just made, or would have been: there is nothing to look at in a dry run.
        """
        for setting in settings:
            now = None if fresh and operation.options.dry_run else setting.read()
            if setting.right(now):
                self.add(setting.name, "as it should be")
                continue
            setting.put()
            self.add(setting.name, "set" if fresh else "put right")

    def add(self, name: str, state: str) -> None:
        """Note something."""
        self.rows.append((name, state))

    @property
    def changed(self) -> list[str]:
        """What was made, set or put right."""
        return [name for name, state in self.rows if state != "as it should be"]
