"""How the cross-field checks read a resource: only values that are wholly known, secrets unwrapped but never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from guardrails.resource import UNKNOWN, parse_path
from tierwise.preview.checks.failure import Failure, Level, holds_secret, safe
from tierwise.preview.checks.inputs import failure, unwrap
from tierwise.preview.plan import PlannedResource
from tierwise.preview.values import contains_unknown, plain


@dataclass(frozen=True, slots=True)
class Place:
    """A known value and where it is.

    Attributes:
        path: As Pulumi writes it, indexes filled in.
        value: Plain; secrets unwrapped.
        secret: Whether the value, or anything in it, is secret.
    """

    path: str
    value: Any
    secret: bool


class Inputs:
    """One resource's inputs as the cross-field checks read them."""

    def __init__(self, resource: PlannedResource) -> None:
        self.resource = resource

    def places(self, path: str) -> Iterator[Place]:
        """Every wholly known value at ``path``; ``[]`` stands for each member of a list."""
        yield from _places(self.resource.inputs, parse_path(path), "", secret=False)

    def get(self, path: str) -> Any:
        """The value at ``path`` when it is set and wholly known, else None."""
        place = next(self.places(path), None)
        return None if place is None else place.value

    def has(self, name: str) -> bool:
        """Whether a top-level property is set, known or not."""
        return unwrap(self.resource.inputs.get(name))[0] is not None

    def refuse(
        self,
        place: Place | str,
        message: str,
        *,
        allowed: str | None = None,
        nearest: str | None = None,
        level: Level = "error",
    ) -> Failure:
        """A failure at a place, or at a path that has no single value."""
        if isinstance(place, str):
            return failure(self.resource, place, None, message, allowed=allowed, nearest=nearest, level=level)
        shown = safe(place.value, secret=place.secret)
        return failure(self.resource, place.path, shown, message, allowed=allowed, nearest=nearest, level=level)


#: One cross-field check: the failures of one resource.
Check = Callable[[Inputs], Iterable[Failure]]


def _places(value: Any, segments: tuple[str | int | None, ...], path: str, *, secret: bool) -> Iterator[Place]:
    value, was_secret = unwrap(value)
    secret = secret or was_secret
    if value is None or value is UNKNOWN:
        return
    if not segments:
        if not contains_unknown(value):
            yield Place(path, plain(value), secret or holds_secret(value))
        return
    head, rest = segments[0], segments[1:]
    if head is None and isinstance(value, list):
        for index, member in enumerate(value):  # type: ignore[reportUnknownVariableType]
            yield from _places(member, rest, f"{path}[{index}]", secret=secret)
    elif isinstance(head, str) and isinstance(value, dict):
        yield from _places(value.get(head), rest, f"{path}.{head}" if path else head, secret=secret)  # type: ignore[reportUnknownMemberType]


def number(value: Any) -> float | None:
    """A number, also when it was written as text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
