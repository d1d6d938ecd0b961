"""Always-free allowances of an account: shown beside the estimate, never part of the verdict.

They belong to the account, not to a stack, and accounts opened since July 2025 get credits instead of the twelve-month
offer; what is listed here does not expire.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from guardrails.cost.model import ZERO, Allowance, Line

_FILE: Final = Path(__file__).parent / "prices" / "allowances.yaml"
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_cache: list[tuple[str, frozenset[str], Decimal]] = []


def _table() -> list[tuple[str, frozenset[str], Decimal]]:
    if not _cache:
        raw: list[dict[str, Any]] = yaml.load(_FILE.read_bytes(), Loader=_LOADER)  # noqa: S506 (base loader: text only)
        _cache.extend((entry["name"], frozenset(entry["prices"]), Decimal(entry["quantity"])) for entry in raw)
    return _cache


def allowances(lines: Iterable[Line]) -> tuple[Allowance, ...]:
    """What each allowance would take off these lines, at most what they cost."""
    by_price: dict[str, list[Line]] = {}
    for line in lines:
        by_price.setdefault(line.price_id, []).append(line)
    found: list[Allowance] = []
    for name, price_ids, quantity in _table():
        left, saving = quantity, ZERO
        for price_id in sorted(price_ids):
            for line in by_price.get(price_id, ()):
                taken = min(left, line.quantity)
                left -= taken
                saving += taken * line.price
        if saving:
            found.append(Allowance(name, saving))
    return tuple(found)
