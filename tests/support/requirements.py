"""The requirement rows of every described system, read from docs/requirements/*.yaml."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

LEVELS = ("MUST", "SHOULD", "FUTURE")
CHECKS = ("plan", "app", "ops", "ci", "pol", "doc")
STAGES = ("dev", "staging", "prod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement.

    Args:
        id: The row's id, for instance ``PIKA-32``.
        system: The system's name, which is also its folder under ``systems/``.
        level: One of `LEVELS`.
        derived: Not stated by the system's owners, but nothing runs without it.
        stages: The stages it applies to.
        checks: The kinds of check that show it; all of them must pass.
        title: One line.
    """

    id: str
    system: str
    level: str
    derived: bool
    stages: tuple[str, ...]
    checks: tuple[str, ...]
    title: str


class InventoryError(ValueError):
    """A requirement file does not hold what it should."""


def load(directory: Path) -> dict[str, Row]:
    """Read every row of every file in `directory`, in file order.

    Raises:
        InventoryError: A file has an unknown key or value, or an id occurs twice.
    """
    rows: dict[str, Row] = {}
    for path in sorted(directory.glob("*.yaml")):
        document = cast("dict[str, Any]", yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))  # noqa: S506
        for entry in cast("list[dict[str, Any]]", document["rows"]):
            row = _row(path, document["system"], entry)
            if row.id in rows:
                raise InventoryError(f"{path.name}: {row.id} occurs twice")
            rows[row.id] = row
    return rows


def nearest(row_id: str, known: Iterable[str]) -> str | None:
    """The known id that is most like `row_id`, if any is like it."""
    return next(iter(difflib.get_close_matches(row_id.upper(), list(known), n=1, cutoff=0.5)), None)


def _row(path: Path, system: str, entry: Mapping[str, Any]) -> Row:
    try:
        row = Row(
            id=entry["id"],
            system=system,
            level=entry["level"],
            derived=entry.get("derived", False),
            stages=tuple(entry["stages"]),
            checks=tuple(entry["checks"]),
            title=entry["title"],
        )
    except KeyError as missing:
        raise InventoryError(f"{path.name}: {entry.get('id', entry)}: {missing} is missing") from None
    for name, values, allowed in (
        ("level", (row.level,), LEVELS),
        ("stages", row.stages, STAGES),
        ("checks", row.checks, CHECKS),
    ):
        wrong = [value for value in values if value not in allowed]
        if wrong or not values:
            raise InventoryError(f"{path.name}: {row.id}: {name} is {wrong or 'empty'}; allowed: {', '.join(allowed)}")
    return row


# The C loader reads the five files in a tenth of the time; both are safe loaders.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
