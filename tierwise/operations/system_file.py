"""Files beside a system's ``Pulumi.yaml`` that operations read: what they may hold, and what is wrong by line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tierwise.preview.errors import ConfigError


class Part(BaseModel):
    """A part of such a file: frozen, and closed to keys that it does not declare."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Whole = TypeVar("Whole", bound=Part)


def read_system_file(file: Path, model: type[Whole]) -> Whole:
    """Read a file that exists.

    Args:
        file: The file.
        model: What it holds.

    Raises:
        ConfigError: It cannot be used, one line a problem.
    """
    from tierwise.preview.yamlfile import read_yaml

    content = read_yaml(file)
    try:
        return model.model_validate(content.value or {})
    except ValidationError as error:
        raise ConfigError(
            [content.problem(f"{'.'.join(map(str, e['loc']))}: {e['msg']}", *e["loc"]) for e in error.errors()]
        ) from None
