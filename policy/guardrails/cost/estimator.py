"""Price a stack: one pure function from resources, usage, prices and a region to an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.allowances import allowances
from guardrails.cost.book import PriceBook
from guardrails.cost.mapping import Bill, Mapper
from guardrails.cost.model import ONE, ZERO, Estimate, Kind, Line, Quantity, Unknown, Unpriced
from guardrails.cost.services import REGISTRY
from guardrails.cost.stackwide import stack_wide
from guardrails.cost.tokens import canonical, short
from guardrails.cost.usage import parse_usage
from guardrails.resource import Resource, Stack

#: Packages whose resources make nothing in AWS, or only by way of aws resources that are priced themselves.
_NOT_AWS: Final = frozenset(
    {"awsx", "command", "docker", "docker-build", "null", "random", "time", "tls", "std", "archive"}
)
_NO_USAGE: Final[Mapping[str, Quantity]] = {}


def estimate(stack: Stack, usage: Mapping[str, Any], book: PriceBook, default_region: str) -> Estimate:
    """Price every resource of a stack at public list price for a month of 730 hours.

    Args:
        stack: The resources as the program declares them.
        usage: The stack's ``usage`` section.
        book: Prices of every region that the stack uses.
        default_region: The region of resources that name none.
    """
    return _Estimator(stack, usage, book, default_region).run()


def regions_of(stack: Stack, default_region: str) -> frozenset[str]:
    """The regions whose prices an estimate of ``stack`` needs."""
    return frozenset({default_region, *(region_of(resource, default_region) for resource in stack.resources)})


def region_of(resource: Resource, default_region: str) -> str:
    """The region that a resource is created in: its own ``region`` input, its provider's, or the default."""
    own = resource.props.get("region")
    if isinstance(own, str):
        return own
    return resource.region if isinstance(resource.region, str) else default_region


class _Index:
    """Relations between resources, indexed on first use so that large stacks stay linear."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._by_type: dict[str, list[Resource]] = {}
        for resource in stack.resources:
            if resource.custom:
                self._by_type.setdefault(canonical(resource.type), []).append(resource)
        self._referrers: dict[tuple[str, str], dict[str, list[Resource]]] = {}

    def targets(self, resource: Resource, prop: str, *tokens: str) -> tuple[Resource, ...]:
        found = self._stack.referenced(resource, prop)
        return tuple(r for r in found if canonical(r.type) in tokens) if tokens else found

    def referrers(self, target: Resource, token: str, prop: str) -> tuple[Resource, ...]:
        index = self._referrers.get((token, prop))
        if index is None:
            index = dict[str, list[Resource]]()
            for resource in self._by_type.get(token, ()):
                for urn in resource.property_dependencies.get(prop, ()):
                    index.setdefault(urn, []).append(resource)
            self._referrers[token, prop] = index
        return tuple(index.get(target.urn, ()))

    def of_type(self, token: str) -> tuple[Resource, ...]:
        return tuple(self._by_type.get(token, ()))


class _Estimator:
    def __init__(self, stack: Stack, usage: Mapping[str, Any], book: PriceBook, default_region: str) -> None:
        self._stack = stack
        self._raw_usage = usage
        self._usage = parse_usage(usage, stack)
        self._book = book
        self._region = default_region
        self._index = _Index(stack)
        self._lines: list[Line] = []
        self._unknown: list[Unknown] = []
        self._free: list[Unpriced] = []
        self._by_parent: list[Unpriced] = []
        self._unsupported: list[Unpriced] = []
        self._not_counted: dict[str, None] = {}

    def run(self) -> Estimate:
        for resource in self._stack.resources:
            if resource.custom and not resource.type.startswith("pulumi:"):
                self._add(resource)
        stack_wide(self._root(), self._index, self, self._usage.stack, self._region)
        lines = tuple(self._lines)
        return Estimate(
            stack=self._stack,
            usage=self._raw_usage,
            book=self._book,
            region=self._region,
            lines=lines,
            unknown=tuple(self._unknown),
            free=tuple(self._free),
            by_parent=tuple(self._by_parent),
            unsupported=tuple(self._unsupported),
            errors=self._usage.errors,
            not_counted=tuple(self._not_counted),
            allowances=allowances(lines),
        )

    def _add(self, resource: Resource) -> None:
        mapper = REGISTRY.get(canonical(resource.type))
        if mapper is None:
            if resource.type.partition(":")[0] in _NOT_AWS:
                self._free.append(_unpriced(resource, "makes nothing in AWS"))
            else:
                self._unsupported.append(_unpriced(resource, "the estimator does not know this type"))
        elif mapper.free is not None:
            self._free.append(_unpriced(resource, mapper.free))
        elif mapper.parent is not None:
            self._by_parent.append(_unpriced(resource, mapper.parent))
        else:
            self._price(resource, mapper)

    def _price(self, resource: Resource, mapper: Mapper) -> None:
        assert mapper.price is not None
        usage = self._usage.of(resource) if mapper.keys else _NO_USAGE
        bill = Bill(resource, mapper, self._index, self, usage, region_of(resource, self._region))
        before = len(self._lines) + len(self._unknown)
        mapper.price(bill)
        if bill.status is not None and len(self._lines) + len(self._unknown) == before:
            kind, reason = bill.status
            (self._free if kind == "free" else self._by_parent).append(_unpriced(resource, reason))

    def _root(self) -> Resource:
        """The stack's own resource, which carries what no single resource causes."""
        for resource in self._stack.resources:
            if resource.type == "pulumi:pulumi:Stack":
                return resource
        project, name = self._stack.project, self._stack.name
        urn = f"urn:pulumi:{name}::{project}::pulumi:pulumi:Stack::{project}-{name}"
        return Resource(urn, "pulumi:pulumi:Stack", f"{project}-{name}", {})

    # --- Sheet ------------------------------------------------------------------------------------------------------

    def price(self, bill: Bill, name: str, price_id: str, quantity: Quantity, kind: Kind, discount: str | None) -> None:
        resource = bill.resource
        factor, doubt = ONE, None
        price = self._book.price(price_id, bill.region)
        if price is None and not quantity.maximum:
            return
        if price is None:
            self.unknown(bill, name, f"no price for {price_id} in {bill.region}", None, None)
            return
        if discount is not None:
            off = self._book.price(discount, bill.region)
            if off is None:
                self.unknown(bill, name, f"no price for {discount} in {bill.region}", None, None)
                return
            factor, doubt = ONE - off.amount, off.unconfirmed(self._book.today)
        amount = price.amount * factor
        self._lines.append(
            Line(
                urn=resource.urn,
                name=name,
                price_id=price_id,
                quantity=quantity.expected,
                unit=price.unit,
                price=amount,
                expected=quantity.expected * amount,
                maximum=quantity.maximum * amount,
                kind=kind,
                resource=resource.name,
                type=resource.type,
                service=bill.mapper.service,
                unconfirmed=doubt or price.unconfirmed(self._book.today),
            )
        )

    def unknown(self, bill: Bill, name: str, reason: str, at_least: Decimal | None, key: str | None) -> None:
        resource = bill.resource
        bound = at_least if at_least is not None and at_least > ZERO else None
        self._unknown.append(Unknown(resource.urn, reason, name, resource.name, bound, key))

    def has_price(self, bill: Bill, price_id: str) -> bool:
        return self._book.price(price_id, bill.region) is not None

    def amount(self, bill: Bill, price_id: str, quantity: Decimal) -> Decimal | None:
        price = self._book.price(price_id, bill.region)
        return None if price is None else price.amount * quantity

    def not_counted(self, bill: Bill, key: str) -> None:
        self._not_counted[f"{short(bill.resource.type)}: {key}"] = None


def _unpriced(resource: Resource, reason: str) -> Unpriced:
    return Unpriced(resource.urn, reason, resource.type, resource.name)
