"""What a changed property does to a resource: an update in place, or a new resource and the old one's end.

The answer comes from a file that ``python -m tierwise.preview.replacement_generate`` compiles out of CloudFormation's
create-only properties and the SDK's documentation. A property that neither speaks of is taken for updatable, as the
provider's own default is; ``report`` tells how many these are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.preview.checks import sdk
from tierwise.preview.checks.datafile import lines_by_token

DATA: Final = Path(__file__).parent / "data" / "replacement.tsv"
_INDEX: Final = re.compile(r"\[[^\]]*\]")
#: Every AWS resource has it since version 7 of the provider, and nothing moves between regions.
_REGION: Final = "region"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of one resource type.

    Attributes:
        replacing: Property paths without list positions (``rules.name``) whose change makes a new resource.
        updating: Top-level properties whose change is made in place.
        immutable: Nothing of the resource can be changed in place.
    """

    replacing: frozenset[str] = frozenset()
    updating: frozenset[str] = frozenset()
    immutable: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts over the top-level properties of one resource type.

    Attributes:
        type: The type token.
        properties: Declared ones.
        replacing: Known to make a new resource.
        updating: Known to be changed in place.
    """

    type: str
    properties: int
    replacing: int
    updating: int

    @property
    def assumed(self) -> int:
        """Those that are taken for updatable without a source."""
        return self.properties - self.replacing - self.updating


def replaces(token: str, path: str) -> bool:
    """Whether a change of a property makes a new resource.

    Args:
        token: The resource type.
        path: The property path, such as ``cidrBlock`` or ``rules[0].name``.
    """
    return answer(token, path) or False


def answer(token: str, path: str) -> bool | None:
    """As ``replaces``; None for a property that no source speaks of."""
    steps = _INDEX.sub("", path).split(".")
    if steps[0] in ("tags", "tagsAll"):
        return False
    if steps[0] == _REGION and token.startswith("aws:"):
        return True
    known = knowledge(token)
    if known.immutable or any(".".join(steps[: end + 1]) in known.replacing for end in range(len(steps))):
        return True
    return False if steps[0] in known.updating else None


@functools.cache
def knowledge(token: str) -> Knowledge:
    """What the data file knows of a type; nothing for a type that it does not list."""
    line = _lines().get(token)
    if line is None:
        return Knowledge()
    replacing, updating = line.split("\t")
    return Knowledge(frozenset(replacing.split()) - {"*"}, frozenset(updating.split()), replacing == "*")


@functools.cache
def _lines() -> dict[str, str]:
    return lines_by_token(DATA)


def report(types: Iterable[str]) -> list[Coverage]:
    """One row a resource type, in the order given; a type that no installed SDK knows has no row."""
    rows: list[Coverage] = []
    for token in types:
        args = sdk.args_class(token)
        if args is None:
            continue
        answers = [answer(token, name) for name in sdk.describe(args)]
        rows.append(Coverage(token, len(answers), answers.count(True), answers.count(False)))
    return rows
