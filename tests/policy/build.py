"""Builds the smallest stacks that a rule can be tried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from guardrails.resource import UNKNOWN, Resource, Stack
from guardrails.stack_config import Budget, StackConfig

PROJECT = "shop"
STACK = "prod"
TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Spec:
    """One resource: its links name other resources of the stack, and stand as unknown values in its properties."""

    token: str
    props: dict[str, Any]
    name: str = "it"
    links: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict[str, "str | tuple[str, ...]"])
    protect: bool = False
    spelled: str = ""
    provider: str | None = None

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{STACK}::{PROJECT}::{self.spelled or self.token}::{self.name}"

    def but(self, **changes: Any) -> Spec:
        """The same with properties changed; ``None`` removes one."""
        merged = {**self.props, **changes}
        return replace(self, props={key: value for key, value in merged.items() if value is not None})


def r(token: str, props: dict[str, Any] | None = None, name: str = "it", /, **links: str | tuple[str, ...]) -> Spec:
    """A resource; keywords are links from a property to resources by name."""
    return Spec(token, props or {}, name, links)


def stack(*specs: Spec, project: str = PROJECT, name: str = STACK) -> Stack:
    """The specs as a stack, links resolved."""
    urns = {spec.name: spec.urn for spec in specs}
    resources: list[Resource] = []
    for spec in specs:
        links = {
            prop: tuple(urns[target] for target in ((targets,) if isinstance(targets, str) else targets))
            for prop, targets in spec.links.items()
        }
        resources.append(
            Resource(
                urn=spec.urn,
                type=spec.token,
                name=spec.name,
                props={**dict.fromkeys(links, UNKNOWN), **spec.props},
                dependencies=tuple(urn for found in links.values() for urn in found),
                property_dependencies=links,
                protect=spec.protect,
                provider=spec.provider,
            )
        )
    return Stack(resources, project, name)


def config(**changes: Any) -> StackConfig:
    """A production stack's configuration, changed where a test needs it."""
    return replace(StackConfig(PROJECT, STACK, "prod", region="us-east-1"), **changes)


def budget(monthly: int, **changes: Any) -> Budget:
    """A budget in USD a month."""
    from decimal import Decimal

    return replace(Budget(Decimal(monthly), unknowns="warn"), **changes)


@dataclass(frozen=True)
class Case:
    """What a rule accepts and what it refuses; each entry is the specs of one stack."""

    ok: tuple[tuple[Spec, ...], ...]
    bad: tuple[tuple[Spec, ...], ...]
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])


def one(token: str, ok: dict[str, Any], bad: dict[str, Any], *more_bad: dict[str, Any]) -> Case:
    """A case about one resource, judged by its properties."""
    return Case(((r(token, ok),),), tuple((r(token, props),) for props in (bad, *more_bad)))
