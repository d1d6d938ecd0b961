"""What the tests of the pages share: where they are, what a section says, and what is configured."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

ROOT = Path(__file__).parents[2]
#: A link to a file or a heading, but not to a site.
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")


def flowing(text: str) -> str:
    """Text with line breaks and emphasis taken out, so that a sentence is found wherever it breaks."""
    return re.sub(r"\s+", " ", text.replace("**", ""))


def section_as_written(file: Path, heading: str) -> str:
    """The text below a heading, up to the next, with its lines and emphasis."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", file.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{file.name} has no section {heading}"
    return found[1]


def section_of(file: Path, heading: str) -> str:
    """The text below a heading, up to the next, as it flows."""
    return flowing(section_as_written(file, heading))


@cache
def configured(system: str) -> dict[str, Any]:
    """The sections of a system's configuration."""
    document = yaml.safe_load((ROOT / "systems" / system / "Pulumi.yaml").read_text())
    return {name: entry["value"] for name, entry in cast("dict[str, dict[str, Any]]", document["config"]).items()}


def headings(file: Path) -> set[str]:
    """A file's headings, as GitHub links them."""
    found = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def dead_links(page: Path) -> list[str]:
    """Links of a page that lead to no file, or to no heading of it."""
    dead: list[str] = []
    for target, anchor in _LINK.findall(page.read_text()):
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in headings(file)):
            dead.append(f"{target}#{anchor}" if anchor else target)
    return dead
