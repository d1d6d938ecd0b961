"""What AWS's published models say about a value, and whether a value keeps to it.

The constraints are compiled into ``data/constraints.tsv`` by ``generate.py``: one line a resource type, so that a type
costs nothing until a stack uses it. A line holds the type's distinct constraints (``c``) and, for the resource itself
(``""``) and each of its nested SDK classes, the number of the constraint of each constrained property (``b``).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.checks.datafile import lines_by_token
from tierwise.preview.checks.failure import listed, nearest

DATA: Final = Path(__file__).parent / "data" / "constraints.tsv"

#: One constraint as in the data file: any of enum, pattern, minLength, maxLength, minimum, maximum, minItems, maxItems;
#: ``items`` for the members of a list, ``keys`` and ``values`` for those of a map; ``why`` is a sentence for the user.
Constraint = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value is outside a constraint.

    Attributes:
        message: What is wrong.
        allowed: What AWS accepts.
        nearest: The nearest valid value of an enumeration.
    """

    message: str
    allowed: str | None = None
    nearest: str | None = None


class TypeConstraints:
    """The constraints of one resource type.

    Args:
        line: The type's JSON from the data file.
    """

    def __init__(self, line: str) -> None:
        parsed = json.loads(line)
        self._constraints: list[Constraint] = parsed["c"]
        self._blocks: dict[str, dict[str, int]] = parsed["b"]

    def of(self, block: str) -> dict[str, Constraint]:
        """Constraints by property of a nested class, or of the resource itself for ``""``."""
        numbers = self._blocks.get(block)
        return {name: self._constraints[number] for name, number in numbers.items()} if numbers else {}


@functools.cache
def _lines() -> dict[str, str]:
    return lines_by_token(DATA)


@functools.cache
def constraints_of(token: str) -> TypeConstraints | None:
    """The value constraints of a resource type; None when no model maps to it."""
    line = _lines().get(token)
    return TypeConstraints(line) if line else None


def mapped_types() -> list[str]:
    """Every type that the data file knows, sorted."""
    return sorted(_lines())


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def judge(value: Any, constraint: Constraint) -> Refusal | None:
    """Why ``value`` breaks ``constraint``, or None.

    Members of lists and maps are not looked into; the caller walks them. Unknown values are never refused, and neither
    are ``""``, ``[]`` and ``0`` under a lower bound: the provider sends no such value to AWS, it takes it as not set.
    """
    if value is UNKNOWN or value is None or value == "" or value == []:
        return None
    if isinstance(value, bool):
        return _judge_enum("true" if value else "false", value, constraint) if "enum" in constraint else None
    if isinstance(value, str):
        return _judge_text(value, constraint)
    if isinstance(value, int | float):
        return _judge_number(value, constraint)
    if isinstance(value, list):
        return _judge_size(len(value), "item", constraint, "minItems", "maxItems")  # type: ignore[reportUnknownArgumentType]
    return None


def _judge_text(value: str, constraint: Constraint) -> Refusal | None:
    if "minimum" in constraint or "maximum" in constraint:
        try:
            return _judge_number(float(value), constraint)
        except ValueError:
            return None  # not a number: the type check's business
    if "enum" in constraint:
        return _judge_enum(value, value, constraint)
    refusal = _judge_size(len(value), "character", constraint, "minLength", "maxLength")
    if refusal:
        return refusal
    pattern = constraint.get("pattern")
    if pattern and not _compiled(pattern).search(value):
        return Refusal(constraint.get("why") or "does not have the form that AWS accepts", f"the pattern {pattern}")
    return None


def _judge_enum(text: str, value: Any, constraint: Constraint) -> Refusal | None:
    choices: list[Any] = constraint["enum"]
    if value in choices or text in choices:
        return None
    close = nearest(text, map(str, choices))
    return Refusal(constraint.get("why") or "AWS does not accept this value", listed(choices, text), close)


def _judge_number(value: float, constraint: Constraint) -> Refusal | None:
    if "enum" in constraint:
        choices: list[Any] = constraint["enum"]
        if not value or value in choices or _number_text(value) in choices:
            return None
        numbers = [choice for choice in choices if isinstance(choice, int | float)]
        close = str(min(numbers, key=lambda choice: abs(choice - value))) if numbers else None
        why = constraint.get("why") or "AWS does not accept this value"
        return Refusal(why, ", ".join(map(str, choices)), close)
    low, high = constraint.get("minimum"), constraint.get("maximum")
    if (low is not None and value < low and value != 0) or (high is not None and value > high):
        return Refusal(constraint.get("why") or "outside the range that AWS accepts", _range(low, high, ""))
    return None


def _judge_size(size: int, unit: str, constraint: Constraint, low_key: str, high_key: str) -> Refusal | None:
    low, high = constraint.get(low_key), constraint.get(high_key)
    if (low is not None and size < low) or (high is not None and size > high):
        count = f"{size} {unit}{'' if size == 1 else 's'}"
        return Refusal(f"{count}, which AWS does not accept", _range(low, high, f" {unit}s"))
    return None


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None:
        return f"at most {_number_text(high)}{unit}"
    if high is None:
        return f"at least {_number_text(low)}{unit}"
    return f"{_number_text(low)} to {_number_text(high)}{unit}"


def _number_text(value: float | None) -> str:
    return str(int(value)) if value is not None and float(value).is_integer() else str(value)
