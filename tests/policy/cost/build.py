"""Builds the view of a stack by hand: camelCase properties, and references that become unknown with a dependency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guardrails.resource import UNKNOWN, Resource, Stack


class Build:
    """Collects resources; one inside a property becomes UNKNOWN plus a property dependency, as in a preview."""

    def __init__(self, project: str = "demo", stack: str = "prod") -> None:
        self.project, self.name = project, stack
        self.resources: list[Resource] = []

    def add(self, token: str, name: str, /, region: Any = UNKNOWN, **props: Any) -> Resource:
        links: dict[str, tuple[str, ...]] = {}
        plain: dict[str, Any] = {}
        for key, value in props.items():
            urns: list[str] = []
            plain[key] = _plain(value, urns)
            if urns:
                links[key] = tuple(urns)
        urn = f"urn:pulumi:{self.name}::{self.project}::{token}::{name}"
        resource = Resource(urn, token, name, plain, property_dependencies=links, region=region)
        self.resources.append(resource)
        return resource

    def many(self, token: str, count: int, prefix: str, /, **props: Any) -> list[Resource]:
        return [self.add(token, f"{prefix}-{number}", **props) for number in range(count)]

    def stack(self) -> Stack:
        return Stack(self.resources, self.project, self.name)


def _plain(value: Any, urns: list[str]) -> Any:
    if isinstance(value, Resource):
        urns.append(value.urn)
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _plain(member, urns) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member, urns) for member in value]
    return value
