"""The price book: list prices by region with the date, source and confidence of each.

One YAML file a region and one for prices that are the same everywhere, so that an estimate parses only what its stack
uses. A price that a region's file does not have is unknown: never 0 and never another region's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

#: The committed price book.
PRICES: Final = Path(__file__).parent / "prices"
#: Name of the file with prices that do not depend on the region.
GLOBAL: Final = "global"
#: A price read longer ago than this is marked in the report.
STALE_AFTER: Final = timedelta(days=180)
#: Kinds of confidence that do not rest on a published figure.
UNCONFIRMED: Final = frozenset({"memory", "assumption"})
# Every value as text (prices become Decimal), with libyaml where PyYAML has it: 7 ms against 60 for a region.
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Price:
    """One list price.

    Attributes:
        id: Such as ``fargate.arm.vcpu_hour``.
        region: The region that it holds in, or ``global``.
        amount: USD for one unit, exact.
        unit: What one is, such as ``GB-month``.
        confidence: ``confirmed``, ``corroborated``, ``derived``, ``assumption`` or ``memory``.
        read: The day that the figure was published or read.
        source: Key into the sources of ``catalogue.yaml``.
    """

    id: str
    region: str
    amount: Decimal
    unit: str
    confidence: str
    read: date
    source: str

    def unconfirmed(self, today: date) -> str | None:
        """Why the figure should not be relied on without a refresh, or None."""
        if self.confidence in UNCONFIRMED:
            return "from memory" if self.confidence == "memory" else "an assumption, not a list price"
        if today - self.read > STALE_AFTER:
            return f"read {self.read.isoformat()}, more than {STALE_AFTER.days} days ago"
        return None


@dataclass(frozen=True)
class PriceBook:
    """Prices by region and id.

    Attributes:
        today: The day that ages are counted to.
    """

    prices: Mapping[str, Mapping[str, Price]]
    today: date = field(default_factory=date.today)

    def price(self, price_id: str, region: str) -> Price | None:
        """The price in ``region``, the worldwide price when there is one, or None when the book has neither."""
        found = self.prices.get(region, {}).get(price_id)
        return found if found is not None else self.prices.get(GLOBAL, {}).get(price_id)

    def has(self, price_id: str) -> bool:
        """Whether any loaded region has the price."""
        return any(price_id in table for table in self.prices.values())


@lru_cache(maxsize=32)
def _load_region(path: Path) -> Mapping[str, Price]:
    raw: dict[str, list[str]] = yaml.load(path.read_bytes(), Loader=_LOADER) or {}  # noqa: S506 (base loader: text only,)
    return {
        price_id: Price(price_id, path.stem, Decimal(amount), unit, confidence, date.fromisoformat(read), source)
        for price_id, (amount, unit, confidence, read, source) in raw.items()
    }


def available_regions(folder: Path = PRICES) -> tuple[str, ...]:
    """The regions that the book has a file for."""
    return tuple(sorted(path.stem for path in folder.glob("*-*-*.yaml")))


def load_book(regions: Iterable[str], *, today: date | None = None, folder: Path = PRICES) -> PriceBook:
    """Read the prices of the given regions; a region without a file has no prices, so its costs are unknown.

    Args:
        regions: AWS region names that the stack uses.
        today: The day that prices' ages are counted to; by default today.
        folder: Where the region files are.
    """
    wanted = {GLOBAL, *regions}
    tables = {name: _load_region(path) for name in wanted if (path := folder / f"{name}.yaml").is_file()}
    return PriceBook(tables, today or date.today())
