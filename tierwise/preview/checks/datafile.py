"""Reads the compiled data files: a line a resource type, parsed only when the type is used."""

from __future__ import annotations

from pathlib import Path


def lines_by_token(file: Path) -> dict[str, str]:
    """What follows the tab after each type token; comment lines are skipped."""
    lines: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            token, _, rest = line.partition("\t")
            lines[token] = rest
    return lines
