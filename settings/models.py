"""The ``models`` section: language models on Amazon Bedrock that functions may ask."""

from __future__ import annotations

from settings.base import Region, Section, form


class Model(Section):
    """A foundation model. It costs by the token; declare them in ``usage``."""

    id: str = form(r"^[a-z0-9-]+\.[a-z0-9.-]+(:\d+)?$", "anthropic.claude-3-haiku-20240307-v1:0")
    """Id at Bedrock, such as ``amazon.nova-lite-v1:0``. The account must have asked for access to it, once."""
    region: Region | None = None
    """Region that offers it; the stack's own by default."""
