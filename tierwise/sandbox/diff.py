"""What changed between two sets of inputs, and what each change does to the resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from tierwise.preview.replacement import replaces
from tierwise.preview.values import Archive, Asset
from tierwise.sandbox.wire import reveal

Kind = Literal["add", "update", "delete"]
#: What the provider notes for itself among the inputs; no property.
DEFAULTS: Final = "__defaults"
#: Inputs that are means, not ends: a new login to the registry is no reason to build the image again.
_MEANS: Final[Mapping[str, frozenset[str]]] = {"docker-build:index:Image": frozenset({"registries"})}


@dataclass(frozen=True, slots=True)
class Change:
    """One changed property.

    Attributes:
        path: Such as ``rules[0].name``.
        kind: What happened to it.
        replaces: Whether it makes a new resource.
    """

    path: str
    kind: Kind
    replaces: bool


def changes(token: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The differences, innermost paths first in the order of names; secrets compare by their values.

    Args:
        token: The resource type.
        old: Inputs as last applied.
        new: Inputs as wanted; an unknown one differs from everything.
    """
    passed_over = {DEFAULTS, *_MEANS.get(token, ())}
    found = _compared(
        {name: value for name, value in reveal(dict(old)).items() if name not in passed_over},
        {name: value for name, value in reveal(dict(new)).items() if name not in passed_over},
        "",
    )
    return [Change(path, kind, replaces(token, path)) for path, kind in found]


def _compared(old: Any, new: Any, path: str) -> Iterator[tuple[str, Kind]]:
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for name in sorted(before.keys() | after.keys()):
            where = f"{path}.{_member(name)}" if path else _member(name)
            if name not in after or (after[name] is None and before.get(name) is not None):
                yield where, "delete"
            elif name not in before or (before[name] is None and after[name] is not None):
                yield where, "add"
            else:
                yield from _compared(before[name], after[name], where)
    elif isinstance(old, list) and isinstance(new, list):
        first, second = cast("list[Any]", old), cast("list[Any]", new)
        for index in range(max(len(first), len(second))):
            where = f"{path}[{index}]"
            if index >= len(second):
                yield where, "delete"
            elif index >= len(first):
                yield where, "add"
            else:
                yield from _compared(first[index], second[index], where)
    elif not _same(old, new):
        yield path, "update"


def _same(old: Any, new: Any) -> bool:
    """Equal as the provider sees it, to which ``"80"`` and ``80`` are one where text was declared."""
    if isinstance(old, Asset | Archive) and isinstance(new, Asset | Archive):
        return old.hash == new.hash
    if type(old) is type(new) or not isinstance(old, str | int | float) or not isinstance(new, str | int | float):
        return bool(old == new)
    return str(old).lower() == str(new).lower()


def _member(name: str) -> str:
    return name if name.isidentifier() else f'["{name}"]'
