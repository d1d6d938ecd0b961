"""Items as DynamoDB keeps them: made from rows, changed, measured and compared. Nothing here calls AWS.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, cast

from tierwise.operations.answers import as_list, as_mapping
from tierwise.operations.migration.mapping import COLUMN, VERSION, Change, Mapping, Rows

#: Largest item, in bytes.
MAX_BYTES: Final = 400 * 1024
_MODULUS: Final = 1 << 256

#: Values as the API writes them: ``{"S": "text"}``.
Item = dict[str, Any]


class UnfitError(ValueError):
    """A row or an item that cannot become what it must."""


@dataclass
class Tally:
    """Items, counted and summed up so that their order does not matter.

    Attributes:
        count: How many.
        largest: Bytes of the largest.
        total: Sum of their digests.
        keys: Digests of their keys.
    """

    count: int = 0
    largest: int = 0
    total: int = 0
    keys: set[bytes] = field(default_factory=set[bytes])

    def add(self, item: Item, key: tuple[str, ...]) -> None:
        """Count an item.

        Raises:
            UnfitError: It is too large, or its key was there before.
        """
        size = size_of(item)
        if size > MAX_BYTES:
            raise UnfitError(f"{named(item, key)} has {size} bytes, an item holds {MAX_BYTES}")
        digest = hashlib.sha256(named(item, key).encode()).digest()[:16]
        if digest in self.keys:
            raise UnfitError(f"{named(item, key)} is there twice")
        self.keys.add(digest)
        self.count += 1
        self.largest = max(self.largest, size)
        self.total = (self.total + digest_of(item)) % _MODULUS

    @property
    def checksum(self) -> str:
        """The sum, short."""
        return f"{self.total:064x}"[:16]


def from_row(row: MappingType[str, Any], rows: Rows, mapping: Mapping) -> Item:
    """The item that a row becomes.

    Raises:
        UnfitError: A column is missing, or the key is empty.
    """
    attributes: dict[str, Any] = {}
    if rows.item is not None:
        held = row.get(rows.item)
        members = as_mapping(json.loads(held) if isinstance(held, str) else held)
        if members is None:
            raise UnfitError(f"{rows.item} of {_short(row)} is no JSON object")
        attributes |= members
    for name, value in rows.set.items():
        filled = _filled(value, row)
        if filled is not None:
            attributes[name] = filled
    attributes[VERSION] = mapping.version
    return _item(attributes, mapping.key)


def changed(item: Item, mapping: Mapping) -> tuple[Item, int]:
    """An item in its newest form, and the version that it had.

    Raises:
        UnfitError: Its version is newer, or nothing leads on from it.
    """
    had = version_of(item)
    if had > mapping.version:
        raise UnfitError(f"{named(item, mapping.key)} is version {had}, newer than {mapping.version}")
    made = dict(item)
    for change in mapping.changes or ():
        if change.since >= had:
            made = _apply(made, change)
    first = min((change.since for change in mapping.changes or ()), default=mapping.version)
    if had < first:
        raise UnfitError(f"{named(item, mapping.key)} is version {had}, and no change leads on from there")
    if had < mapping.version:
        # As it was written, a number or a text.
        kind = next(iter(item.get(VERSION, {"N": ""})))
        made[VERSION] = {kind: str(mapping.version)}
    return made, had


def version_of(item: Item) -> int:
    """The version that an item carries; 0 for none."""
    value = item.get(VERSION)
    try:
        return int(str(next(iter(value.values())))) if value else 0
    except ValueError:
        return 0


def named(item: Item, key: tuple[str, ...]) -> str:
    """An item's key, for people."""
    return " / ".join(str(next(iter(item.get(name, {"": ""}).values()))) for name in key)


def size_of(item: Item) -> int:
    """Bytes of an item, a little more than DynamoDB counts."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def digest_of(item: Item) -> int:
    """A number that two items share only where they are equal."""
    return int.from_bytes(hashlib.sha256(json.dumps(_canonical(item), sort_keys=True).encode()).digest(), "big")


def attribute(value: Any) -> dict[str, Any]:
    """A value as the API writes it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float, Decimal)):
        return {"N": _number(str(value))}
    if (members := as_mapping(value)) is not None:
        return {"M": {name: attribute(member) for name, member in members.items()}}
    if (several := as_list(value)) is not None:
        return {"L": [attribute(member) for member in several]}
    return {"S": str(value)}


def _item(attributes: MappingType[str, Any], key: tuple[str, ...]) -> Item:
    item = {name: attribute(value) for name, value in attributes.items()}
    for name in key:
        if next(iter(item.get(name, {"S": ""}).values())) in ("", True):
            raise UnfitError(f"{_short(attributes)} has no {name}")
    return item


def _apply(item: Item, change: Change) -> Item:
    made = {change.rename.get(name, name): value for name, value in item.items() if name not in change.remove}
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    for name, value in change.set.items():
        made[name] = attribute(_filled(value, plain))
    return made


def _filled(value: Any, row: MappingType[str, Any]) -> Any:
    if not isinstance(value, str):
        return value
    whole = COLUMN.fullmatch(value)
    for column in COLUMN.findall(value):
        if column not in row:
            raise UnfitError(f"{_short(row)} has no {column}")
    if whole:
        return row[whole[1]]
    return COLUMN.sub(lambda found: str(row[found[1]]), value)


def _short(row: MappingType[str, Any]) -> str:
    """A row by its first column, which is enough to find it."""
    return f"the row with {next(iter(row), 'nothing')} {next(iter(row.values()), '')!s:.40}"


def _number(text: str) -> str:
    number = Decimal(text)
    return f"{number.normalize():f}" if number else "0"


def _size(value: MappingType[str, Any]) -> int:
    kind, held = next(iter(value.items()))
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _size(member) for name, member in held.items())
    if kind == "L":
        return 3 + sum(1 + _size(member) for member in held)
    if kind in ("BOOL", "NULL"):
        return 1
    return len(held if isinstance(held, bytes) else str(held).encode())


def _canonical(value: Any) -> Any:
    if (members := as_mapping(value)) is not None:
        if len(members) == 1 and isinstance(members.get("N"), str):
            return {"N": _number(cast("str", members["N"]))}
        return {name: _canonical(member) for name, member in members.items()}
    if (several := as_list(value)) is not None:
        return [_canonical(member) for member in several]
    return value.hex() if isinstance(value, bytes) else value
