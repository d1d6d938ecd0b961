"""Lists that the cross-field checks look things up in, generated beside the constraints."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final

TABLES: Final = Path(__file__).parent / "data" / "tables.json"


@functools.cache
def table(name: str) -> Any:
    """A table of the generated file.

    ``regions``: AWS regions. ``lambdaRuntimes``: runtime to its ``deprecated``, ``create-block`` and ``successor``.
    ``fargate``: CPU units to the memory sizes in MiB that go with them. ``rdsVersions``: engine to versions.
    ``rdsDeprecated``: the same, for the versions that RDS has retired. ``containerDefinition``: the shape of an ECS
    container definition.
    """
    return _tables()[name]


@functools.cache
def _tables() -> dict[str, Any]:
    return json.loads(TABLES.read_text(encoding="utf-8"))
