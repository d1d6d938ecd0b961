"""The checks that most rules are made of: one property, one requirement, and three answers instead of two.

An absent property is judged by AWS's default. An unknown one satisfies only a check for existence; where its value
decides, the violation says that it cannot be decided. Every check carries the paths that it reads, so that a test can
look each of them up in the SDK and feed it anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Check, Outcome, Scope, undecided
from guardrails.secrets import looks_secret

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/ -]{0,63}")


@dataclass(frozen=True, slots=True)
class PathCheck:
    """A check that knows which properties it reads.

    Attributes:
        run: The check.
        reads: Every property path that it reads.
        references: Those of them for which "set but unknown" is a full answer.
    """

    run: Check
    reads: tuple[str, ...]
    references: tuple[str, ...] = ()

    def __call__(self, resource: Resource, scope: Scope) -> Iterable[Outcome]:
        return self.run(resource, scope)


def show(value: Any) -> str:
    """A value for a message: booleans, numbers and plain words; anything that may be a secret is only described."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and not looks_secret(value) else "another value"
    return "another value"


def _values(resource: Resource, path: str) -> list[Any]:
    return resource.all(path) if "[]" in path else [resource.get(path)]


def number(value: Any) -> float | None:
    """A number written as one or as text (``"365"``); None for anything else, booleans included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def flag(value: Any) -> Any:
    """A boolean written as one or as text (the SDK has both); anything else comes back as it is."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def is_true(path: str) -> PathCheck:
    """``path`` must be true; absent fails."""

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
            elif value is ABSENT:
                yield f"{path} is not set; it must be true"
            elif flag(value) is not True:
                yield f"{path} is {show(value)}; it must be true"

    return PathCheck(run, (path,))


def not_true(path: str) -> PathCheck:
    """``path`` must not be true; absent passes, because AWS's default is false."""
    return _unless_said(path, wanted=False)


def not_false(path: str) -> PathCheck:
    """``path`` must not be false; absent passes, because AWS's default is true."""
    return _unless_said(path, wanted=True)


def _unless_said(path: str, *, wanted: bool) -> PathCheck:
    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
            elif value is not ABSENT and flag(value) is not wanted:
                yield f"{path} is {show(value)}; it must be {show(wanted)}"

    return PathCheck(run, (path,))


def is_set(*paths: str) -> PathCheck:
    """At least one of ``paths`` has a value; an empty text or list is none, a reference not known yet is one."""

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        if not any(has_value(resource.get(path)) for path in paths):
            yield f"{' or '.join(paths)} is not set"

    return PathCheck(run, paths, paths)


def has_value(value: Any) -> bool:
    """True for a reference that is set, known or not."""
    return value is UNKNOWN or (value is not ABSENT and value not in ("", [], {}, False, 0))


def is_absent(path: str, instead: str) -> PathCheck:
    """``path`` must not be used.

    Args:
        path: The property.
        instead: What to use in its place.
    """

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        if has_value(resource.get(path)):
            yield f"{path} is set; {instead}"

    return PathCheck(run, (path,))


def one_of(path: str, allowed: Iterable[str], *, absent: bool = False) -> PathCheck:
    """``path`` must be one of ``allowed``.

    Args:
        path: The property.
        allowed: The values, in the order in which the message lists them.
        absent: Whether an absent property passes (AWS's default is among the allowed).
    """
    names = tuple(allowed)

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
            elif value is ABSENT:
                if not absent:
                    yield f"{path} is not set; it must be {' or '.join(names)}"
            elif value not in names:
                yield f"{path} is {show(value)}; it must be {' or '.join(names)}"

    return PathCheck(run, (path,))


def none_of(path: str, refused: Iterable[str]) -> PathCheck:
    """``path`` must not be one of ``refused``; absent passes."""
    names = tuple(refused)

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
            elif value is not ABSENT and (value in names or not isinstance(value, str)):
                yield f"{path} is {show(value)}"

    return PathCheck(run, (path,))


def at_least(path: str, minimum: float, *, absent: float | None = None) -> PathCheck:
    """``path`` must be a number of at least ``minimum``.

    Args:
        path: The property.
        minimum: The smallest value that passes.
        absent: AWS's default, judged in place of an absent value; None fails it.
    """

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
                continue
            judged = absent if value is ABSENT else number(value)
            if judged is None or judged < minimum:
                told = "not set" if value is ABSENT else show(value)
                yield f"{path} is {told}; it must be at least {minimum:g}"

    return PathCheck(run, (path,))


def at_most(path: str, maximum: float, *, absent: float | None = None) -> PathCheck:
    """``path`` must be a number of at most ``maximum``; see ``at_least``."""

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        for value in _values(resource, path):
            if value is UNKNOWN:
                yield undecided(path)
                continue
            judged = absent if value is ABSENT else number(value)
            if judged is None or judged > maximum:
                told = "not set" if value is ABSENT else show(value)
                yield f"{path} is {told}; it must be at most {maximum:g}"

    return PathCheck(run, (path,))


def contains(path: str, wanted: str) -> PathCheck:
    """The list ``path`` must have the member ``wanted``."""

    def run(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        members = resource.all(f"{path}[]")
        if wanted not in members:
            yield undecided(path) if UNKNOWN in members else f"{path} lacks {wanted}"

    return PathCheck(run, (path,))


def every(*checks: PathCheck) -> PathCheck:
    """All checks must pass."""

    def run(resource: Resource, scope: Scope) -> Iterator[Outcome]:
        for check in checks:
            yield from check.run(resource, scope)

    return PathCheck(
        run,
        tuple(path for check in checks for path in check.reads),
        tuple(path for check in checks for path in check.references),
    )


def when(path: str, passes: Callable[[Any], bool], check: PathCheck) -> PathCheck:
    """Judge only resources whose ``path`` answers ``passes``; an unknown one is judged, so that nothing slips by.

    Args:
        path: The property that decides whether the rule applies.
        passes: Given its value, which may be ABSENT.
        check: The check that then applies.
    """

    def run(resource: Resource, scope: Scope) -> Iterator[Outcome]:
        value = resource.get(path)
        if value is UNKNOWN or passes(value):
            yield from check.run(resource, scope)

    return PathCheck(run, (path, *check.reads), check.references)


def block(path: str, check: PathCheck) -> PathCheck:
    """Judge ``check`` only where the optional block ``path`` is set."""
    return when(path, lambda value: value is not ABSENT, check)


def is_block(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """True for a known object, such as one member of ``rules``."""
    return isinstance(value, Mapping)
