"""Alarms that are made of others."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from settings.base import Name, Section


class CompositeAlarm(Section):
    """An alarm that rings by the state of others: one message for what is one incident."""

    enabled: bool = True
    """Whether the alarm exists in this stack."""
    description: str
    """What it means that it rings."""
    severity: Literal["warning", "critical"] = "critical"
    """How urgent it is; stands first in its description."""
    any: tuple[Name, ...] = ()
    """Alarms of ``metricAlarms`` of which one must ring."""
    all: tuple[Name, ...] = ()
    """Alarms of ``metricAlarms`` that must ring together."""
    channel: Name | None = None
    """Channel of ``notifications`` that is told; the addresses of all other news by default."""

    @property
    def parts(self) -> tuple[Name, ...]:
        """The alarms that it is made of."""
        return self.any or self.all

    @model_validator(mode="after")
    def _one_form(self) -> CompositeAlarm:
        if bool(self.any) == bool(self.all):
            raise ValueError("set either any (one alarm rings) or all (they ring together)")
        return self
