"""What a run of the program has yielded so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tierwise.preview.plan import Diagnostic, PlannedResource
from tierwise.preview.sources import resource_number


@dataclass
class Recording:
    """What a run has yielded so far.

    Attributes:
        resources: By URN.
        numbers: The order in which the program made them, by URN; missing for default providers.
        diagnostics: In order.
        stack_outputs: What the program exported.
    """

    resources: dict[str, PlannedResource] = field(default_factory=dict[str, PlannedResource])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    stack_outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, planned: PlannedResource) -> None:
        """Add a resource that the program made."""
        self.resources[planned.urn] = planned
        self.numbers[planned.urn] = resource_number()

    def ordered(self) -> list[PlannedResource]:
        """The resources in the order in which the program made them, each default provider before its first user."""
        first: dict[str, int] = {}
        for urn, number in self.numbers.items():
            provider = self.resources[urn].provider.rpartition("::")[0]
            first[provider] = min(number, first.get(provider, number))
        # A provider that serves functions only comes right after the stack, whose number is the lowest.
        alone = min(self.numbers.values(), default=0) + 0.5

        def key(planned: PlannedResource) -> float:
            number = self.numbers.get(planned.urn)
            return first[planned.urn] - 0.5 if number is None and planned.urn in first else number or alone

        return sorted(self.resources.values(), key=key)

    def warn(self, message: str, urn: str = "") -> None:
        """Add a warning once."""
        diagnostic = Diagnostic("warning", message, urn)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)
