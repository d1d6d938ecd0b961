"""How often a schedule expression fires in a month of 730 hours."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from guardrails.cost.model import HOURS

_RATE: Final = re.compile(r"^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$")
_CRON: Final = re.compile(r"^cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)$")
_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1440}
_DAYS: Final = HOURS / 24


def runs_per_month(expression: str) -> Decimal | None:
    """Firings a month of ``rate(…)``, ``cron(…)`` or ``at(…)``; None for text that is none of them.

    A cron expression's days of the month and months are taken as every day, so the figure is never too low.
    """
    rate = _RATE.match(expression)
    if rate:
        every = int(rate[1]) * _MINUTES[rate[2]]
        return HOURS * 60 / every if every else None
    if expression.startswith("at("):
        return Decimal(1)
    cron = _CRON.match(expression)
    if not cron:
        return None
    minutes, hours = _values(cron[1], 60), _values(cron[2], 24)
    days = _values(cron[5], 7) if cron[5] not in ("*", "?") else 7
    return None if minutes is None or hours is None or days is None else _DAYS * (minutes * hours * days) / 7


def _values(field: str, size: int) -> int | None:
    """How many of ``size`` values a cron field selects."""
    total = 0
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            count = size
        elif "-" in span:
            count = _span(span, size)
        else:
            count = size if step else 1
        if count is None or (step and not (step.isdigit() and int(step))):
            return None
        total += -(-count // int(step)) if step else count
    return min(total, size)


def _span(text: str, size: int) -> int | None:
    low, high = (_WEEKDAYS.get(end.upper(), end) for end in text.split("-", 1))
    if not str(low).isdigit() or not str(high).isdigit():
        return None
    return (int(high) - int(low)) % size + 1


_WEEKDAYS: Final = {
    name: str(number) for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)
}
