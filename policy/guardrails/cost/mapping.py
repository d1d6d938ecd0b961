"""The table of resource types, and the sheet on which a type's mapper writes what a resource costs.

A mapper is a function ``(bill) -> None`` that is registered for one or more types. It writes fixed and usage-driven
components, or says that the resource is free or priced elsewhere. The estimator supplies prices and usage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias

from guardrails.cost.model import Kind, Quantity
from guardrails.cost.tokens import short
from guardrails.cost.values import is_true, members, to_decimal
from guardrails.resource import ABSENT, UNKNOWN, Resource


@dataclass(frozen=True, slots=True)
class Key:
    """A usage component that a type takes.

    Attributes:
        name: As written in the ``usage`` section.
        what: What to count, with its unit, for one month.
        when: When the figure is needed; without it the amount is unknown. ``optional``: a minor charge that counts only
            when declared (the report lists it as not counted).
    """

    name: str
    what: str
    when: str = "always"

    @property
    def optional(self) -> bool:
        """Whether leaving it out leaves the amount known."""
        return self.when == "optional"


def optional(name: str, what: str) -> Key:
    """A usage component that counts only when declared."""
    return Key(name, what, "optional")


#: Writes what a resource costs on its bill.
Pricer: TypeAlias = "Callable[[Bill], None]"


@dataclass(frozen=True, slots=True)
class Mapper:
    """How one type is priced.

    Attributes:
        service: Heading of its lines.
        keys: Usage components that it takes.
        price: Writes the components of a resource.
        free: Why the type is free, when it always is.
        parent: Which resource carries its cost, when another one always does.
    """

    service: str
    keys: tuple[Key, ...] = ()
    price: Pricer | None = None
    free: str | None = None
    parent: str | None = None


#: Every type that the estimator knows, by canonical token.
REGISTRY: Final[dict[str, Mapper]] = {}


def prices(*tokens: str, service: str, keys: tuple[Key, ...] = ()) -> Callable[[Pricer], Pricer]:
    """Register a mapper for the given types."""

    def register(function: Pricer) -> Pricer:
        for token in tokens:
            _add(token, Mapper(service, keys, price=function))
        return function

    return register


def free(service: str, reason: str, *tokens: str) -> None:
    """Register types that AWS never charges for."""
    for token in tokens:
        _add(token, Mapper(service, free=reason))


def by_parent(service: str, reason: str, *tokens: str) -> None:
    """Register types whose cost is always in another resource's lines."""
    for token in tokens:
        _add(token, Mapper(service, parent=reason))


def _add(token: str, mapper: Mapper) -> None:
    if token in REGISTRY:
        raise ValueError(f"{token} is mapped twice")
    REGISTRY[token] = mapper


class Links(Protocol):
    """The relations between the resources of a stack, by property dependency."""

    def targets(self, resource: Resource, prop: str, *tokens: str) -> tuple[Resource, ...]:
        """The resources (of the given types) that ``prop`` takes its value from."""
        ...

    def referrers(self, target: Resource, token: str, prop: str) -> tuple[Resource, ...]:
        """The resources of type ``token`` whose ``prop`` takes its value from ``target``."""
        ...

    def of_type(self, token: str) -> tuple[Resource, ...]:
        """Every resource of a type, its twins included."""
        ...


class Sheet(Protocol):
    """Where a bill's entries end up."""

    def price(self, bill: Bill, name: str, price_id: str, quantity: Quantity, kind: Kind, discount: str | None) -> None:
        """Price a component; an unknown price becomes an unknown amount."""
        ...

    def unknown(self, bill: Bill, name: str, reason: str, at_least: Decimal | None, key: str | None) -> None:
        """Note an amount that cannot be computed."""
        ...

    def has_price(self, bill: Bill, price_id: str) -> bool:
        """Whether the book has the price in the resource's region."""
        ...

    def amount(self, bill: Bill, price_id: str, quantity: Decimal) -> Decimal | None:
        """USD for a quantity, or None without a price."""
        ...

    def not_counted(self, bill: Bill, key: str) -> None:
        """Note a minor charge that nobody declared."""
        ...


class Bill:
    """What one resource costs, as its mapper writes it.

    Attributes:
        resource: The resource being priced.
        links: Relations to the other resources.
        status: ``free`` or ``parent`` with a reason, when the mapper said so.
    """

    __slots__ = ("_keys", "_sheet", "_usage", "links", "mapper", "region", "resource", "status")

    def __init__(
        self, resource: Resource, mapper: Mapper, links: Links, sheet: Sheet, usage: Mapping[str, Quantity], region: str
    ) -> None:
        self.resource = resource
        self.mapper = mapper
        self.links = links
        self.region = region
        self.status: tuple[str, str] | None = None
        self._sheet = sheet
        self._usage = usage

    # --- properties -------------------------------------------------------------------------------------------------

    def get(self, path: str) -> Any:
        """A property's value, ``ABSENT`` or ``UNKNOWN``."""
        return self.resource.get(path)

    def text(self, path: str, default: str | None = None) -> str | None:
        """A property as text; ``default`` when absent, None when unknown."""
        value = self.resource.get(path)
        if value is ABSENT:
            return default
        return None if value is UNKNOWN else str(value)

    def flag(self, path: str) -> bool | None:
        """A boolean property: False when absent, None when unknown."""
        value = self.resource.get(path)
        if value is ABSENT:
            return False
        if value is UNKNOWN:
            return None
        return is_true(value)

    def number(self, path: str, default: Decimal | int | None = None, *, of: Resource | None = None) -> Decimal | None:
        """A number, ``default`` when absent, None when it is unknown or not a number."""
        value = (of or self.resource).get(path)
        if value is ABSENT:
            return None if default is None else Decimal(default)
        return to_decimal(value)

    def length(self, path: str) -> int | None:
        """How many members a list has (0 when absent), None when the list itself is unknown."""
        value = self.resource.get(path)
        if value is ABSENT:
            return 0
        return len(members(value)) if isinstance(value, list | tuple) else None

    # --- entries ----------------------------------------------------------------------------------------------------

    def fixed(
        self, name: str, price_id: str, quantity: Quantity | Decimal | int, *, discount: str | None = None
    ) -> None:
        """A component that is paid at rest.

        Args:
            name: Shown in the report.
            price_id: Id in the price book.
            quantity: Units a month.
            discount: Id of a fraction that is taken off the price, such as Spot's.
        """
        self._sheet.price(self, name, price_id, _quantity(quantity), "fixed", discount)

    def metered(self, name: str, price_id: str, quantity: Quantity, *, discount: str | None = None) -> None:
        """A component whose quantity the mapper computed from usage."""
        self._sheet.price(self, name, price_id, quantity, "usage", discount)

    def usage(self, key: str, name: str, price_id: str, *, per_unit: Decimal | int = 1) -> None:
        """A component whose quantity is the usage key ``key`` times ``per_unit``; unknown when undeclared."""
        quantity = self.declared(key, name)
        if quantity is not None:
            self.metered(name, price_id, quantity * per_unit)

    def declared(self, key: str, name: str, *, at_least: Decimal | None = None) -> Quantity | None:
        """The declared quantity of ``key``; undeclared, None, having noted an unknown amount (or "not counted")."""
        found = self._usage.get(key)
        if found is None:
            spec = next(item for item in self.mapper.keys if item.name == key)
            if spec.optional:
                self._sheet.not_counted(self, key)
            else:
                by_type = f"{short(self.resource.type)}.{key}"
                where = f"usage.{self.resource.name}.{key} or usage.{by_type}"
                self.unknown(name, f"declare {where} ({spec.what})", at_least=at_least, key=by_type)
        return found

    def declares(self, key: str) -> Quantity | None:
        """The declared quantity of ``key`` or None, noting nothing."""
        return self._usage.get(key)

    def unknown(self, name: str, reason: str, *, at_least: Decimal | None = None, key: str | None = None) -> None:
        """An amount that cannot be computed, and why; ``key`` is the usage key that would make it known."""
        self._sheet.unknown(self, name, reason, at_least, key)

    def undecided(self, name: str, prop: str, *, at_least: Decimal | None = None) -> None:
        """An amount that depends on a property which is not known before the deployment."""
        self.unknown(name, f"{prop} is not known before the deployment", at_least=at_least)

    def has_price(self, price_id: str) -> bool:
        """Whether the book has the price in the resource's region."""
        return self._sheet.has_price(self, price_id)

    def amount(self, price_id: str, quantity: Decimal | int) -> Decimal | None:
        """USD for a quantity, for a bound; None without a price."""
        return self._sheet.amount(self, price_id, Decimal(quantity))

    def free(self, reason: str) -> None:
        """This resource, as configured, is not charged for."""
        self.status = ("free", reason)

    def by_parent(self, reason: str) -> None:
        """This resource's cost is in another resource's lines."""
        self.status = ("parent", reason)


def _quantity(value: Quantity | Decimal | int) -> Quantity:
    return value if isinstance(value, Quantity) else Quantity.of(value)
