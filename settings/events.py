"""Events that the application puts on the account's event bus, and who is told of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.base import Name, Section, form

#: What happened, as the application names it: ``DocumentFailed`` or ``Order shipped``.
DetailType = Annotated[str, form(r"^[A-Za-z0-9 ._-]{1,128}$", "AccessDecided")]


class EventRule(Section):
    """A rule that tells people of some of the application's events."""

    enabled: bool = True
    """Whether the rule exists in this stack."""
    description: str = Field(min_length=1, max_length=512)
    """What it means that such an event comes."""
    detail_types: Annotated[tuple[DetailType, ...], Field(min_length=1)]
    """The events, by their ``detail-type``; their ``source`` is the system's name."""
    channel: Name | None = None
    """Channel of ``notifications`` that is told; the addresses of all other news by default."""
