"""One difference between AWS and the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Matter = Literal["security", "safety", "money", "other"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as planned.

    Attributes:
        resource: What differs.
        name: Which property.
        planned: As the program says.
        actual: As AWS says.
        matter: Why it matters.
    """

    resource: str
    name: str
    planned: Any
    actual: Any
    matter: Matter = "other"

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "resource": self.resource,
            "property": self.name,
            "planned": self.planned,
            "actual": self.actual,
            "matter": self.matter,
        }
