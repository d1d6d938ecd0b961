"""How two property bags differ: path by path, secrets masked, unknowns told apart from values.

Values are as ``--json`` writes them: a sentinel stands for unknown, ``[secret]`` for a secret, and assets and archives
are objects with a signature and the hash of their content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal, TypeGuard

from tierwise.preview.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL

SECRET: Final = "[secret]"  # noqa: S105 - what is shown instead of a secret
UNKNOWN: Final = "[unknown]"

Kind = Literal["add", "delete", "update"]


class Missing:
    """Stands for a property that is not there, as opposed to one that is null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs.

    Attributes:
        path: Such as ``rules[0].cidrBlocks[1]``; a JSON text is entered as if it were an object.
        kind: Whether the property appears, disappears or gets another value.
        old: The value before, as shown: secrets and unknowns are words in brackets. MISSING when it appears.
        new: The value after; MISSING when it disappears.
        forces: True when it replaces the resource, None when that is not known.
        note: Why, when the values alone do not say.
    """

    path: str
    kind: Kind
    old: Any
    new: Any
    forces: bool | None = False
    note: str = ""

    @property
    def top(self) -> str:
        """The top-level property."""
        return self.path.partition(".")[0].partition("[")[0]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference between two property bags, by path.

    A secret that stays a secret is never a change: its value is in neither bag. Unknown on both sides is no difference
    either; where the unknown value comes from is judged by the caller.
    """
    return list(_compare_members("", old, new))


def contains_unknown(value: Any) -> bool:
    """True when any part of a value is not known."""
    if isinstance(value, str):
        return UNKNOWN_SENTINEL in value
    if _is_object(value):
        return any(contains_unknown(member) for member in value.values())
    if _is_list(value):
        return any(contains_unknown(member) for member in value)
    return False


def shown(value: Any) -> Any:
    """A value with words in place of sentinels, and assets as their hash."""
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_SENTINEL else value.replace(UNKNOWN_SENTINEL, UNKNOWN)
    if _is_object(value):
        if SIGNATURE_KEY in value:
            return _signed(value)
        return {key: shown(member) for key, member in value.items()}
    if _is_list(value):
        return [shown(member) for member in value]
    return value


def _compare_members(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in sorted({*old, *new}):
        inner = _join(path, key)
        yield from _compare(inner, old.get(key, MISSING), new.get(key, MISSING))


def _compare(path: str, old: Any, new: Any) -> Iterator[Change]:
    # null counts as absent, as it does for Pulumi
    old, new = (MISSING if value is None else value for value in (old, new))
    if old is MISSING or new is MISSING:
        if old is new:
            return
        yield Change(path, "add" if old is MISSING else "delete", _show(old), _show(new))
        return
    if type(old) is type(new) and old == new:
        return
    if SECRET in (old, new):
        yield Change(path, "update", SECRET, SECRET, note="is now secret" if new == SECRET else "is no longer secret")
        return
    if _is_object(old) and _is_object(new):
        if SIGNATURE_KEY in old or SIGNATURE_KEY in new:
            if not _same_content(old, new):
                yield Change(path, "update", shown(old), shown(new))
            return
        yield from _compare_members(path, old, new)
        return
    if _is_list(old) and _is_list(new):
        yield from _compare_lists(path, old, new)
        return
    parsed = _documents(old, new)
    if parsed is not None:
        # A document that is only written differently (spaces, order of keys) is no change to AWS, but is one to Pulumi.
        inner = list(_compare(path, *parsed))
        yield from inner or [Change(path, "update", "the same document", "written differently")]
        return
    yield Change(path, "update", shown(old), shown(new))


def _compare_lists(path: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Members that are the same are lined up first, so that one that is put in between moves no other."""
    texts = [[json.dumps(member, sort_keys=True) for member in members] for members in (old, new)]
    for tag, start, end, first, last in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for offset in range(max(end - start, last - first)):
            before = old[start + offset] if start + offset < end else MISSING
            after = new[first + offset] if first + offset < last else MISSING
            index = start + offset if after is MISSING else first + offset
            if before is None or after is None:  # a null member holds a place, unlike a null property
                kind: Kind = "add" if before is MISSING else "delete" if after is MISSING else "update"
                yield Change(f"{path}[{index}]", kind, _show(before), _show(after))
            else:
                yield from _compare(f"{path}[{index}]", before, after)


def _documents(old: Any, new: Any) -> tuple[Any, Any] | None:
    """Both values as JSON documents, when that is what both are."""
    texts = [value for value in (old, new) if isinstance(value, str) and value[:1] in ("{", "[")]
    if len(texts) != 2:
        return None
    try:
        first, second = json.loads(texts[0]), json.loads(texts[1])
    except ValueError:
        return None
    return (first, second) if type(first) is type(second) else None


def _same_content(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if old.get(SIGNATURE_KEY) != new.get(SIGNATURE_KEY):
        return False
    if "hash" in old or "hash" in new:
        return old.get("hash") == new.get("hash")
    return old == new


def _signed(value: Mapping[str, Any]) -> Any:
    names = {ASSET_SIGNATURE: "asset", ARCHIVE_SIGNATURE: "archive"}
    name = names.get(value[SIGNATURE_KEY])
    if name is None:
        return shown(value.get("urn", UNKNOWN))
    return f"[{name} {value['hash'][:12]}]" if "hash" in value else f"[{name}]"


def _show(value: Any) -> Any:
    return MISSING if value is MISSING else shown(value)


def _join(path: str, key: str) -> str:
    plain = key.replace("_", "a").replace("-", "a").isalnum()
    if not plain:
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
