"""What a rule or the estimator sees of a stack: resources with three-valued properties, and the links between them.

The same view is built from CrossGuard's arguments (``crossguard.py``) and from the embedded preview's plan, so that a
rule gives the same answer in both. A property is known, absent or unknown, and the three are never confused: reading an
unknown never raises, and ``null`` counts as absent, as it does for Pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final


class _Marker:
    """A value that stands for "no answer"; falsy, so that ``if value`` never takes it for a real one."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self._name

    def __copy__(self) -> _Marker:
        return self

    def __deepcopy__(self, _memo: object) -> _Marker:
        return self


#: The property is set, but AWS decides its value when the stack is deployed.
UNKNOWN: Final = _Marker("UNKNOWN")
#: The property is not set, or set to null.
ABSENT: Final = _Marker("ABSENT")

_SEGMENT: Final = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


@lru_cache(maxsize=4096)
def parse_path(path: str) -> tuple[str | int | None, ...]:
    """Split ``rules[0].status`` into segments; ``[]`` (every element) becomes ``None``.

    Args:
        path: A property path in Pulumi's camelCase, such as ``origins[].customOriginConfig.originProtocolPolicy``.
    """
    segments: list[str | int | None] = []
    for key, index in _SEGMENT.findall(path):
        segments.append(key if key else int(index) if index else None)
    return tuple(segments)


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of the stack as the program declares it.

    Attributes:
        urn: The resource's URN.
        type: The type token, such as ``aws:s3/bucket:Bucket``.
        name: The logical name.
        props: Inputs in camelCase as plain dicts, lists, strings, numbers and booleans. ``UNKNOWN`` stands where AWS
            decides. Secrets appear as plain text: never put a value in a message.
        parent: URN of the parent, or None.
        dependencies: URNs of everything that this resource depends on.
        property_dependencies: For each top-level property, the URNs of the resources that its value comes from.
        region: The AWS region that it is created in, or UNKNOWN.
        provider: URN of the provider that makes it, or None when not told.
        provider: URN of its provider, whose default tags it inherits, or None for components.
        custom: False for components.
        protect: Whether Pulumi refuses to delete it.
        retain_on_delete: Whether deleting it from the program leaves it in AWS.
    """

    urn: str
    type: str
    name: str
    props: Mapping[str, Any]
    parent: str | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    region: Any = UNKNOWN
    provider: str | None = None
    custom: bool = True
    protect: bool = False
    retain_on_delete: bool = False

    def get(self, path: str) -> Any:
        """The value at ``path``, ``ABSENT`` or ``UNKNOWN``. Does not accept ``[]``; see ``all``."""
        value: Any = self.props
        for segment in parse_path(path):
            if value is UNKNOWN:
                return UNKNOWN
            if isinstance(segment, str) and isinstance(value, Mapping):
                value = value.get(segment, ABSENT)  # type: ignore[reportUnknownVariableType]
            elif isinstance(segment, int) and isinstance(value, Sequence) and not isinstance(value, str):
                value = value[segment] if segment < len(value) else ABSENT  # type: ignore[reportUnknownVariableType]
            else:
                return ABSENT
            if value is None or value is ABSENT:
                return ABSENT
        return value  # pyright: ignore[reportUnknownVariableType]

    def all(self, path: str) -> list[Any]:
        """Every value that ``path`` reaches, ``[]`` meaning every element.

        An unknown list or member contributes one ``UNKNOWN``; an absent leaf contributes ``ABSENT``; an absent or empty
        list contributes nothing.
        """
        return list(_walk(self.props, parse_path(path)))

    def is_set(self, path: str) -> bool:
        """True when the property has a value, known or not ("set but unknown" satisfies an existence check)."""
        return self.get(path) is not ABSENT


def _walk(value: Any, segments: tuple[str | int | None, ...]) -> Iterator[Any]:
    if value is UNKNOWN:
        yield UNKNOWN
        return
    if value is None or value is ABSENT:
        if None not in segments:
            yield ABSENT
        return
    if not segments:
        yield value
        return
    head, rest = segments[0], segments[1:]
    if head is None:
        if isinstance(value, Sequence) and not isinstance(value, str):
            for member in value:  # type: ignore[reportUnknownVariableType]
                yield from _walk(member, rest)
        return
    if isinstance(head, str) and isinstance(value, Mapping):
        yield from _walk(value.get(head, ABSENT), rest)  # type: ignore[reportUnknownVariableType]
    elif isinstance(head, int) and isinstance(value, Sequence) and not isinstance(value, str):
        yield from _walk(value[head] if head < len(value) else ABSENT, rest)  # type: ignore[reportUnknownVariableType]
    elif None not in rest:
        yield ABSENT


class Stack:
    """All resources of one stack, indexed by type and URN.

    Args:
        resources: In registration order.
        project: The Pulumi project's name.
        name: The stack's name.
    """

    def __init__(self, resources: Iterable[Resource], project: str, name: str) -> None:
        self.resources: tuple[Resource, ...] = tuple(resources)
        self.project = project
        self.name = name

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        """Resources by type token."""
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            index.setdefault(resource.type, []).append(resource)
        return {token: tuple(found) for token, found in index.items()}

    def of_type(self, *tokens: str) -> tuple[Resource, ...]:
        """Every resource of the given types, type by type."""
        return tuple(resource for token in tokens for resource in self.by_type.get(token, ()))

    def referenced(self, resource: Resource, prop: str) -> tuple[Resource, ...]:
        """The resources of this stack that the top-level property ``prop`` takes its value from."""
        urns = resource.property_dependencies.get(prop, ())
        return tuple(self.by_urn[urn] for urn in urns if urn in self.by_urn)

    def referring(self, target: Resource, token: str, prop: str) -> tuple[Resource, ...]:
        """The resources of type ``token`` whose top-level property ``prop`` takes its value from ``target``."""
        return tuple(r for r in self.by_type.get(token, ()) if target.urn in r.property_dependencies.get(prop, ()))
