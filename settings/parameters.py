"""The ``parameters`` section: plain settings and copies that the application reads by name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from settings.base import Section, form

#: A parameter's name below system and stage, such as ``origins`` or ``app/threshold``.
ParameterName = Annotated[str, form(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", "mail/sender", max_length=128)]


class Parameter(Section):
    """A parameter ``/<system>/<stage>/<name>`` of Systems Manager. Name one source of its value."""

    description: str = Field(max_length=1024)
    """What it is for."""
    value: str | None = Field(default=None, min_length=1, max_length=4096)
    """Its value, in plain text. Not for secrets."""
    cors_origins: bool = False
    """The API's ``cors.origins`` as a JSON list, so that gateway and application read one source."""
    secret: str | None = form(r"^[a-z][a-z0-9-]*/[A-Za-z0-9_]+$", "stripe/api_key", default=None)
    """A copy of a secret's field, ``<secret>/<field>``, as a SecureString."""

    @model_validator(mode="after")
    def _one_source(self) -> Parameter:
        if [self.value is not None, self.cors_origins, self.secret is not None].count(True) != 1:
            raise ValueError("set exactly one of value, corsOrigins and secret")
        return self
