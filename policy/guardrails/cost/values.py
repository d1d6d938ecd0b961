"""Reads property values as numbers, lists and objects, with unknown and absent ones told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from guardrails.resource import ABSENT, UNKNOWN, Resource


def to_decimal(value: Any) -> Decimal | None:
    """A number from a property (CrossGuard hands over floats, the SDK text); None when it is not a finite one."""
    if value is UNKNOWN or value is ABSENT or isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_true(value: Any) -> bool:
    """Whether a property is a known ``true``."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def as_object(value: Any) -> Mapping[str, Any]:
    """An object property; empty when it is absent, unknown or something else."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def members(value: Any) -> list[Any]:
    """The members of a list property; none when it is absent, unknown or no list."""
    return list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple) else []


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The members of a list property that are objects."""
    return [as_object(member) for member in members(value) if isinstance(member, Mapping)]


def first(found: Iterable[Resource]) -> Resource | None:
    """The first resource, or None."""
    return next(iter(found), None)
