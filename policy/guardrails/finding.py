"""What a rule's verdict looks like to everything that prints, counts or serialises it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Severity = Literal["low", "medium", "high", "critical"]

SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation on one resource.

    Attributes:
        policy: Rule id.
        title: The rule in one sentence.
        level: A mandatory finding stops the deployment.
        severity: The rule's severity.
        urn: The resource; the root stack for a finding about the whole stack.
        resource: Its logical name.
        message: What is wrong and the fix. Never holds a value that may be secret.
        exception: ``{reason, owner, expires, days_left}`` when an active exception made it advisory.
    """

    policy: str
    title: str
    level: Literal["advisory", "mandatory"]
    severity: Severity
    urn: str
    resource: str
    message: str
    exception: dict[str, Any] | None = None

    @property
    def sort_key(self) -> tuple[bool, int, str, str, str]:
        """Mandatory first, then the most severe, then by rule, resource and message: the CLI's own order."""
        return (self.level != "mandatory", -SEVERITIES.index(self.severity), self.policy, self.urn, self.message)
