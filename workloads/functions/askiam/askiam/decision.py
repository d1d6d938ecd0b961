"""How the two validators' answers become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Reasons of the rules that no precedent outweighs.
HARD_REASONS = frozenset({"unknown user", "user is not active", "unknown role"})


@dataclass(frozen=True)
class Decision:
    """What was decided, by which path, and why.

    Attributes:
        status: ``VALID`` or ``INVALID``.
        path: ``rules``, ``precedents`` or ``none``.
        reason: One sentence.
    """

    status: str
    path: str
    reason: str


def decide(
    rag: Mapping[str, Any] | None, mcp: Mapping[str, Any] | None, threshold: float, *, sql_hard_fail: bool = True
) -> Decision:
    """Precedents that are more than ``threshold`` sure decide, for or against; otherwise the rules; otherwise no.

    Args:
        rag: Answer of the precedents, or None where it failed or took too long.
        mcp: Answer of the rules, or None likewise.
        threshold: Confidence that precedents must pass.
        sql_hard_fail: Whether an inactive user or an unknown role is refused whatever the precedents say.
    """
    if sql_hard_fail and mcp is not None and not mcp["is_valid"] and mcp["reason"] in HARD_REASONS:
        return Decision("INVALID", "rules", mcp["reason"])
    if rag is not None and rag["confidence"] > threshold:
        return Decision("VALID" if rag["is_valid"] else "INVALID", "precedents", rag["reason"])
    if mcp is not None:
        return Decision("VALID" if mcp["is_valid"] else "INVALID", "rules", mcp["reason"])
    return Decision("INVALID", "none", "neither rules nor precedents could be asked")
