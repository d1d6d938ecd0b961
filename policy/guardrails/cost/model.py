"""What an estimate is made of: quantities, priced lines, unknown amounts, and their totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from guardrails.cost.book import PriceBook
    from guardrails.resource import Stack

#: Hours in a month, as AWS's own calculator counts them.
HOURS: Final = Decimal(730)
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_CENT: Final = Decimal("0.01")

Kind = Literal["fixed", "usage"]


def cents(amount: Decimal) -> Decimal:
    """``amount`` rounded half up to the cent: for showing. Sums are taken before rounding."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def money(amount: Decimal) -> str:
    """``amount`` as text, such as ``$1,164.12``."""
    rounded = cents(amount)
    return f"-${-rounded:,.2f}" if rounded < 0 else f"${rounded:,.2f}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An expected monthly quantity and the most that it may become. The budget is judged by the expected one."""

    expected: Decimal
    maximum: Decimal

    @classmethod
    def of(cls, expected: Decimal | int, maximum: Decimal | int | None = None) -> Quantity:
        """A quantity; without ``maximum``, one that does not vary."""
        low = Decimal(expected)
        return cls(low, low if maximum is None else max(low, Decimal(maximum)))

    def __mul__(self, factor: Decimal | int) -> Quantity:
        return Quantity(self.expected * factor, self.maximum * factor)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.expected + other.expected, self.maximum + other.maximum)

    def times(self, other: Quantity) -> Quantity:
        """The product, such as tasks × hours."""
        return Quantity(self.expected * other.expected, self.maximum * other.maximum)

    def at_least(self, floor: Decimal | int) -> Quantity:
        """Not below ``floor``, such as AWS's minimum charge."""
        return Quantity(max(self.expected, Decimal(floor)), max(self.maximum, Decimal(floor)))

    def above(self, included: Decimal | int) -> Quantity:
        """What goes beyond ``included``, such as backup storage beyond the size of the database."""
        return Quantity(max(self.expected - included, ZERO), max(self.maximum - included, ZERO))


@dataclass(frozen=True, slots=True)
class Line:
    """One priced component of one resource.

    Attributes:
        urn: The resource's URN; the stack's own for what no single resource causes.
        name: The component, such as ``NAT gateway hours``.
        price_id: Id in the price book.
        quantity: Expected units a month.
        unit: What one unit is.
        price: USD for one unit, after a discount such as Spot's.
        expected: USD a month, exact; round with ``cents`` to show it.
        maximum: USD in the worst month.
        kind: ``fixed`` is paid at rest, ``usage`` moves with the load.
        resource: Logical name of the resource.
        type: Type token of the resource.
        service: Heading that the line is grouped under.
        unconfirmed: Why the price needs a refresh, or None.
    """

    urn: str
    name: str
    price_id: str
    quantity: Decimal
    unit: str
    price: Decimal
    expected: Decimal
    maximum: Decimal
    kind: Kind
    resource: str
    type: str
    service: str
    unconfirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An amount that cannot be computed.

    Attributes:
        urn: The resource's URN.
        reason: What is missing and how to supply it.
        name: The component.
        resource: Logical name of the resource.
        at_least: USD a month that it costs at least, when that is known.
        key: The usage key that would make it known, such as ``aws:lb:LoadBalancer.lcu``, when one would.
    """

    urn: str
    reason: str
    name: str
    resource: str
    at_least: Decimal | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A resource without a line of its own, and why."""

    urn: str
    reason: str
    type: str
    resource: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an always-free allowance would take off the estimate: for information, never part of the verdict."""

    name: str
    saving: Decimal


@dataclass(frozen=True, slots=True)
class ServiceTotal:
    """The lines under one heading and their sums."""

    service: str
    lines: tuple[Line, ...]
    expected: Decimal
    maximum: Decimal


@dataclass(frozen=True)
class Estimate:
    """What a stack costs a month at list price, and what could not be priced.

    Attributes:
        lines: Priced components in the order of the resources.
        unknown: Amounts that lack a price, a usage figure or a property.
        free: Resources that AWS does not charge for.
        by_parent: Resources whose cost is in another resource's lines.
        unsupported: Resources of a type that the estimator has never heard of.
        errors: Usage keys and figures that are wrong; each one is a mandatory finding.
        not_counted: Minor charges that nobody declared usage for, as ``type: component``.
        stack: The resources estimated (levers estimate them again, changed).
    """

    stack: Stack
    usage: Mapping[str, Any]
    book: PriceBook
    region: str
    lines: tuple[Line, ...]
    unknown: tuple[Unknown, ...]
    free: tuple[Unpriced, ...]
    by_parent: tuple[Unpriced, ...]
    unsupported: tuple[Unpriced, ...]
    errors: tuple[str, ...]
    not_counted: tuple[str, ...]
    allowances: tuple[Allowance, ...] = ()
    currency: str = "USD"
    expected: Decimal = field(init=False)
    maximum: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "expected", sum((line.expected for line in self.lines), ZERO))
        object.__setattr__(self, "maximum", sum((line.maximum for line in self.lines), ZERO))

    @property
    def floor(self) -> Decimal:
        """The expected amount plus the least that the unknown amounts come to."""
        return self.expected + sum((item.at_least for item in self.unknown if item.at_least is not None), ZERO)

    @property
    def unpriced(self) -> int:
        """How many amounts are missing from the total: unknown ones and unsupported resources."""
        return len(self.unknown) + len(self.unsupported)

    @property
    def total(self) -> str:
        """The expected total as text, such as ``$87.20 + 2 unknown``."""
        text = money(self.expected)
        return f"{text} + {self.unpriced} unknown" if self.unpriced else text

    @property
    def counts(self) -> dict[str, int]:
        """How many resources are priced, free, priced by their parent and unsupported."""
        own = {resource.urn for resource in self.stack.resources if not resource.type.startswith("pulumi:")}
        return {
            "priced": len(own & {item.urn for item in (*self.lines, *self.unknown)}),
            "free": len(self.free),
            "byParent": len(self.by_parent),
            "unsupported": len(self.unsupported),
        }

    @property
    def saved_by_allowances(self) -> Decimal:
        """USD a month that the account's always-free allowances would take off."""
        return sum((item.saving for item in self.allowances), ZERO)

    def by_service(self) -> tuple[ServiceTotal, ...]:
        """The lines grouped by service, dearest first."""
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(line.service, []).append(line)
        totals = [ServiceTotal(name, tuple(found), *_sums(found)) for name, found in groups.items()]
        return tuple(sorted(totals, key=lambda total: (-total.expected, total.service)))

    def unconfirmed(self) -> tuple[Line, ...]:
        """The lines whose price is stale, remembered or assumed."""
        return tuple(line for line in self.lines if line.unconfirmed)


def _sums(lines: Iterable[Line]) -> tuple[Decimal, Decimal]:
    found = tuple(lines)
    return sum((line.expected for line in found), ZERO), sum((line.maximum for line in found), ZERO)


__all__ = [
    "HOURS",
    "ONE",
    "ZERO",
    "Allowance",
    "Estimate",
    "Kind",
    "Line",
    "Quantity",
    "ServiceTotal",
    "Unknown",
    "Unpriced",
    "cents",
    "money",
]
