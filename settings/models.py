"""The ``models`` section: language models on Amazon Bedrock that functions may ask."""

from __future__ import annotations

from pydantic import Field

from settings.base import Region, Section


class Model(Section):
    """A foundation model. It costs by the token; declare them in ``usage``."""

    id: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9.-]+(:\d+)?$")
    """Id at Bedrock, such as ``amazon.nova-lite-v1:0``. The account must have asked for access to it, once."""
    region: Region | None = None
    """Region that offers it; the stack's own by default."""
