"""Builds the view of a stack by hand: camelCase properties, and references that become unknown with a dependency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from guardrails.cost import Estimate, estimate, load_book
from guardrails.cost.model import HOURS
from guardrails.resource import UNKNOWN, Resource, Stack

#: The committed prices, aged on the day that they were collected.
BOOK = load_book(["us-east-1", "us-west-2", "eu-west-1"], today=date(2026, 11, 21))


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


def priced(b: Build, usage: dict[str, dict[str, Any]] | None = None, region: str = "us-east-1") -> Estimate:
    """The estimate with no stack-wide load besides what ``usage`` says."""
    load = {"stack": {"crossAzGb": 0, "internetOutGb": 0, "tracesRecorded": 0}, **(usage or {})}
    return estimate(b.stack(), load, BOOK, region)


def quantities(found: Estimate) -> dict[str, Decimal]:
    """Expected quantity by price id, without zeros."""
    total: dict[str, Decimal] = {}
    for line in found.lines:
        total[line.price_id] = total.get(line.price_id, Decimal(0)) + line.quantity
    return {price_id: quantity for price_id, quantity in total.items() if quantity}


__all__ = ["BOOK", "HOURS", "Build", "priced", "quantities"]
