"""Parts of AWS's answers, which leave out what is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast


def listed(answer: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects; empty where the answer has none."""
    return cast("list[dict[str, Any]]", answer.get(key) or [])


def texts(answer: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts; empty where the answer has none."""
    return [str(text) for text in cast("Sequence[Any]", answer.get(key) or ())]


def part(answer: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; empty where the answer has none."""
    return cast("dict[str, Any]", answer.get(key) or {})


def as_mapping(value: Any) -> dict[str, Any] | None:
    """A value that is an object, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:
    """A value that is a list, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None
