"""Where it is explained what to do when an alarm rings; each alarm's description ends in it."""

from __future__ import annotations

from typing import Final

from components.names import Names

#: The runbook of alarms that every system has, under a heading for each kind.
SHARED: Final = "docs/runbooks/alarms.md"


def shared(heading: str) -> str:
    """The entry of a kind of alarm that every system has."""
    return f"{SHARED}#{heading}"


def own(names: Names, alarm: str) -> str:
    """The entry of an alarm that a system names itself, in the system's own runbook."""
    return f"docs/runbooks/{names.system}.md#{alarm}"
