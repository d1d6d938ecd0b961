"""``recovery.yaml`` beside a system's ``Pulumi.yaml``: how fast it must be back, and how much may be lost.

::

    objectives:
      - {scenario: data corruption, rto: 2h, rpo: 1h, stores: [table], how: docs/runbooks/restore.md}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tierwise.operations.answers import as_mapping
from tierwise.preview.errors import ConfigError
from tierwise.preview.yamlfile import YamlFile, read_yaml
from tierwise.targets import Target

FILE: Final = "recovery.yaml"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_KEYS: Final = {"scenario", "rto", "rpo", "stores", "how", "note"}


@dataclass(frozen=True, slots=True)
class Objective:
    """What a recovery must reach.

    Attributes:
        scenario: What is lost.
        rto: Seconds until the system answers again.
        rpo: Seconds of data that may be lost.
        stores: Kinds of stores that it is rehearsed with: ``database``, ``aurora``, ``cache``, ``table``.
        how: The runbook.
        note: What else there is to say.
    """

    scenario: str
    rto: float
    rpo: float
    stores: tuple[str, ...] = ()
    how: str = ""
    note: str = ""


def read_objectives(directory: Path) -> list[Objective]:
    """A system's objectives; none without a file.

    Raises:
        ConfigError: The file cannot be used.
    """
    file = directory / FILE
    if not file.is_file():
        return []
    content = read_yaml(file)
    entries = (as_mapping(content.value) or {}).get("objectives")
    if not isinstance(entries, list):
        raise ConfigError([content.problem("a recovery file holds `objectives`, a list")])
    return [_objective(content, number, entry) for number, entry in enumerate(entries)]  # pyright: ignore


def objective_for(target: Target, label: str) -> Objective | None:
    """The objective that a store's restore is measured by, or None."""
    kind = label.partition(":")[0]
    return next((found for found in read_objectives(target.directory) if kind in found.stores), None)


def _objective(content: YamlFile, number: int, entry: Any) -> Objective:
    values = as_mapping(entry)
    if values is None or not {"scenario", "rto", "rpo"} <= set(values) or set(values) - _KEYS:
        known = ", ".join(sorted(_KEYS))
        raise ConfigError(
            [content.problem(f"an objective holds scenario, rto and rpo, of {known}", "objectives", number)]
        )
    return Objective(
        scenario=str(values["scenario"]),
        rto=_seconds(content, number, "rto", values["rto"]),
        rpo=_seconds(content, number, "rpo", values["rpo"]),
        stores=tuple(str(kind) for kind in values.get("stores") or ()),
        how=str(values.get("how", "")),
        note=str(values.get("note", "")),
    )


def _seconds(content: YamlFile, number: int, key: str, value: Any) -> float:
    found = re.fullmatch(r"([0-9]+)([smhd])", str(value)) if value != 0 else None
    if value == 0:
        return 0.0
    if found is None:
        line = content.problem(f"{key}: {value!r} is no time, such as 15m or 4h", "objectives", number, key)
        raise ConfigError([line])
    return float(found[1]) * _SECONDS[found[2]]
