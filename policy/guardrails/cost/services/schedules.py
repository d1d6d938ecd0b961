"""Schedule expressions: how often they fire in a month, and what they keep something at over a week.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from guardrails.cost.model import HOURS, ZERO

_RATE: Final = re.compile(r"^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$")
_CRON: Final = re.compile(r"^cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)$")
_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1440}
_DAY_MINUTES: Final = 1440
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_WEEKDAYS: Final = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}


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
    minutes, hours, days = _values(cron[1], 0, 59), _values(cron[2], 0, 23), _values(cron[5], 1, 7)
    if minutes is None or hours is None or days is None:
        return None
    return HOURS / 24 * (len(minutes) * len(hours) * len(days)) / 7


def weekly_minutes(expression: str) -> list[int] | None:
    """The minutes of the week at which a cron expression fires; None unless it repeats every week."""
    cron = _CRON.match(expression)
    if not cron or any(cron[place] not in ("*", "?") for place in (3, 4, 6)):
        return None
    minutes, hours, days = _values(cron[1], 0, 59), _values(cron[2], 0, 23), _values(cron[5], 1, 7)
    if minutes is None or hours is None or days is None:
        return None
    return sorted((day - 1) * _DAY_MINUTES + hour * 60 + minute for day in days for hour in hours for minute in minutes)


def weekly_average(changes: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """The average over a week of a value that changes at given minutes; None without a change.

    Args:
        changes: (minute of the week, value from then on); the last one holds until the first of the next week.
    """
    ordered = sorted(changes)
    if not ordered:
        return None
    ends = [minute for minute, _ in ordered[1:]] + [ordered[0][0] + _WEEK_MINUTES]
    total = sum(((end - minute) * value for (minute, value), end in zip(ordered, ends, strict=True)), ZERO)
    return total / _WEEK_MINUTES


def _values(field: str, low: int, high: int) -> set[int] | None:
    """The values of ``low`` to ``high`` that a cron field selects; None when it cannot be read."""
    selected: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if step and not (step.isdigit() and int(step)):
            return None
        if span in ("*", "?"):
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first, last = _number(begin), _number(end) if dash else None
            if first is None or (dash and last is None):
                return None
            last = (high if step else first) if last is None else last
        # A span may run over the end of the week, such as SAT-MON.
        size = high - low + 1
        count = (last - first) % size + 1
        if not low <= first <= high or not low <= last <= high:
            return None
        selected |= {(first - low + offset) % size + low for offset in range(0, count, int(step) if step else 1)}
    return selected


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else _WEEKDAYS.get(text.upper())
