"""The assumed monthly load, as the stack's ``usage`` section declares it.

Keys are a short type (``aws:lb:LoadBalancer``: for each resource of that type), a logical name, a glob over logical
names, or ``stack`` for what no single resource causes. A name beats a glob, a longer glob a shorter one, and a glob the
type.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.mapping import Key
from guardrails.cost.model import Quantity
from guardrails.cost.services import REGISTRY
from guardrails.cost.stackwide import STACK_KEYS
from guardrails.cost.tokens import canonical, short
from guardrails.cost.values import as_object, to_decimal
from guardrails.resource import Resource, Stack

#: The key for what no single resource causes.
STACK: Final = "stack"
_FIELDS: Final = frozenset({"expected", "max", "why"})
_GLOB: Final = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Usage:
    """Parsed usage: look-ups by resource, and what is wrong with the section.

    Attributes:
        stack: Quantities of the stack as a whole.
        errors: One sentence for each key or figure that is wrong.
    """

    stack: Mapping[str, Quantity]
    errors: tuple[str, ...]
    _types: Mapping[str, Mapping[str, Quantity]] = field(repr=False)
    _names: Mapping[str, Mapping[str, Quantity]] = field(repr=False)
    _globs: tuple[tuple[re.Pattern[str], Mapping[str, Quantity]], ...] = field(repr=False)

    def of(self, resource: Resource) -> Mapping[str, Quantity]:
        """The quantities that hold for one resource, the most specific key winning component by component."""
        by_type = self._types.get(short(resource.type))
        by_name = self._names.get(resource.name)
        matching = [values for pattern, values in self._globs if pattern.match(resource.name)] if self._globs else []
        if not matching and by_name is None:
            return by_type or {}
        merged: dict[str, Quantity] = dict(by_type or {})
        for values in matching:
            merged.update(values)
        merged.update(by_name or {})
        return merged


def parse_usage(raw: Mapping[str, Any], stack: Stack) -> Usage:
    """Read the ``usage`` section against the stack that it is for.

    A type key that the estimator knows may lack a resource in this stack (a stage may switch a part off); a name
    that no resource has is an error, and so is a component that the resource does not have.

    Args:
        raw: The section as configured; a null entry counts as not written.
        stack: The resources that keys may name.
    """
    parser = _Parser(stack)
    for key, components in raw.items():
        parser.add(str(key), components)
    return parser.finish()


class _Parser:
    def __init__(self, stack: Stack) -> None:
        self._takers = [r for r in stack.resources if r.custom and keys_of(r.type)]
        self._errors: list[str] = []
        self._stack: dict[str, Quantity] = {}
        self._types: dict[str, dict[str, Quantity]] = {}
        self._names: dict[str, dict[str, Quantity]] = {}
        self._globs: list[tuple[str, dict[str, Quantity]]] = []

    def add(self, key: str, components: Any) -> None:
        if components is None:
            return
        if not isinstance(components, Mapping):
            self._errors.append(
                f"usage.{key}: write components and their monthly quantities, such as {{requests: 1000}}"
            )
            return
        known = self._known(key)
        if known is None:
            return
        values = self._values(key, as_object(components), known)
        if key == STACK:
            self._stack.update(values)
        elif ":" in key:
            self._types.setdefault(short(key), {}).update(values)
        elif _GLOB.search(key):
            self._globs.append((key, values))
        else:
            self._names.setdefault(key, {}).update(values)

    def finish(self) -> Usage:
        # The most literal glob last, so that it wins.
        self._globs.sort(key=lambda entry: len(_GLOB.sub("", entry[0])))
        patterns = tuple((re.compile(fnmatch.translate(glob)), values) for glob, values in self._globs)
        return Usage(self._stack, tuple(self._errors), self._types, self._names, patterns)

    def _known(self, key: str) -> frozenset[str] | None:
        """The components that ``key`` may declare, or None when the key itself is wrong."""
        if key == STACK:
            return frozenset(item.name for item in STACK_KEYS)
        if ":" in key:
            known = _TYPE_KEYS.get(short(key))
            if known is None:
                self._errors.append(f"usage.{key}: no such type with usage{nearest(key, _TYPE_KEYS)}")
            return known
        matched = [r for r in self._takers if r.name == key or (_GLOB.search(key) and fnmatch.fnmatchcase(r.name, key))]
        if not matched:
            names = sorted({r.name for r in self._takers})
            self._errors.append(
                f"usage.{key}: no resource of this stack that takes usage has this name{nearest(key, names)}"
            )
            return None
        return frozenset(item.name for r in matched for item in keys_of(r.type))

    def _values(self, key: str, components: Mapping[str, Any], known: frozenset[str]) -> dict[str, Quantity]:
        values: dict[str, Quantity] = {}
        for name, raw in components.items():
            path = f"usage.{key}.{name}"
            if raw is None:
                continue
            if name not in known:
                self._errors.append(f"{path}: no such component{nearest(str(name), sorted(known))}")
                continue
            quantity = self._quantity(path, raw)
            if quantity is not None:
                values[str(name)] = quantity
        return values

    def _quantity(self, path: str, raw: Any) -> Quantity | None:
        if isinstance(raw, Mapping):
            spec = as_object(raw)
            extra = sorted(str(name) for name in spec if name not in _FIELDS)
            if extra:
                self._errors.append(f"{path}: {extra[0]} is not a field; use expected, max and why")
                return None
            expected, maximum = _number(spec.get("expected")), spec.get("max")
            most = expected if maximum is None else _number(maximum)
        else:
            expected = most = _number(raw)
        if expected is None or most is None:
            self._errors.append(f"{path}: write a number of 0 or more, or {{expected, max, why}}")
            return None
        if most < expected:
            self._errors.append(f"{path}: max {most} is below expected {expected}")
            return None
        return Quantity(expected, most)


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        return None
    value = to_decimal(raw)
    return value if value is not None and value >= 0 else None


def keys_of(token: str) -> tuple[Key, ...]:
    """The usage components that a type takes; empty for a type that takes none."""
    mapper = REGISTRY.get(canonical(token))
    return mapper.keys if mapper else ()


def nearest(name: str, names: Iterable[str]) -> str:
    """A suffix for a message: `` (did you mean "x"?)``, the choices when nothing is near, or nothing."""
    import difflib  # only needed for a mistake, and slow to import

    choices = sorted(names)
    lowered = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    if close:
        return f'; did you mean "{lowered[close[0]]}"?'
    return f"; it takes {', '.join(choices)}" if choices and len(choices) <= 12 else ""


_TYPE_KEYS: Final[Mapping[str, frozenset[str]]] = {
    short(token): frozenset(key.name for key in mapper.keys) for token, mapper in REGISTRY.items() if mapper.keys
}
