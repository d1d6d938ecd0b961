"""One refused input, and how it reads on one line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from tierwise.preview.values import Secret

Level = Literal["error", "warning"]
Kind = Literal["unknown-property", "missing", "type", "value"]

_LONGEST_VALUE: Final = 80
_MOST_CHOICES: Final = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that the SDK or AWS would refuse.

    Attributes:
        urn: URN of the resource; empty when the program failed before the resource was registered.
        type: Type token, such as ``aws:rds/instance:Instance``.
        resource: Logical name.
        path: Property path as Pulumi writes it, such as ``rules[0].status``.
        value: The value as text that is safe to print (``[secret]`` for a secret), or None when there is none.
        message: What is wrong, without the value.
        allowed: What AWS or the SDK accepts, or None when the message says it all.
        nearest: The nearest valid name or value, or None.
        source_position: ``project:///file.py#line`` of the code that declared the resource, when known.
        level: ``error`` stops the preview, ``warning`` does not.
        kind: What sort of failure it is.
    """

    urn: str
    type: str
    resource: str
    path: str
    value: str | None
    message: str
    allowed: str | None = None
    nearest: str | None = None
    source_position: str | None = None
    level: Level = "error"
    kind: Kind = "value"

    def __str__(self) -> str:
        line = f"{self.resource} ({self.type}) {self.path}"
        if self.value is not None:
            line += f" = {self.value}"
        line += f": {self.message}"
        if self.allowed:
            line += f"; allowed: {self.allowed}"
        if self.nearest:
            line += f'; did you mean "{self.nearest}"?'
        where = code_line(self.source_position)
        return f"{line} [{where}]" if where else line


def code_line(source_position: str | None) -> str | None:
    """``components/network/vpc.py:41`` for ``project:///components/network/vpc.py#41``; columns are dropped."""
    if not source_position:
        return None
    path, _, line = source_position.removeprefix("project:///").partition("#")
    line = line.partition(",")[0]
    return f"{path}:{line}" if line else path


def safe(value: Any, *, secret: bool = False) -> str:
    """A short text for ``value`` that never shows a secret.

    Args:
        value: A plain value, or one with markers inside.
        secret: Whether the value itself came out of a secret.
    """
    if secret or holds_secret(value):
        return "[secret]"
    if isinstance(value, str | int | float | bool) or value is None:
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def holds_secret(value: Any) -> bool:
    """Whether a secret is anywhere in ``value``."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, dict):
        return any(map(holds_secret, value.values()))  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return any(map(holds_secret, value))  # type: ignore[reportUnknownArgumentType]
    return False


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that ``name`` was most likely meant to be, or None when nothing is close."""
    by_folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def listed(choices: Iterable[Any], close_to: str = "") -> str:
    """Choices as text: all of them, or the ones closest to ``close_to`` and how many more there are."""
    texts = [str(choice) for choice in choices]
    if len(texts) <= _MOST_CHOICES:
        return ", ".join(texts)
    ranked = sorted(texts, key=lambda text: -difflib.SequenceMatcher(None, close_to, text).ratio())
    shown = ranked[: _MOST_CHOICES - 4] if close_to else texts[: _MOST_CHOICES - 4]
    return f"{', '.join(shown)} and {len(texts) - len(shown)} more"
