"""The grammar of EventBridge's schedule expressions.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from tierwise.preview.checks.failure import Failure
from tierwise.preview.checks.reading import Inputs

#: Where schedule expressions are: property path to the forms that the service accepts.
SCHEDULES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "aws:cloudwatch/eventRule:EventRule": {"scheduleExpression": ("cron", "rate")},
    "aws:scheduler/schedule:Schedule": {"scheduleExpression": ("cron", "rate", "at")},
    "aws:appautoscaling/scheduledAction:ScheduledAction": {"schedule": ("cron", "rate", "at")},
    "aws:synthetics/canary:Canary": {"schedule.expression": ("cron", "rate")},
    "aws:backup/plan:Plan": {"rules[].schedule": ("cron",)},
    "aws:secretsmanager/secretRotation:SecretRotation": {"rotationRules.scheduleExpression": ("cron", "rate")},
}

_FORM: Final = re.compile(r"^(cron|rate|at)\((.*)\)$", re.DOTALL)
_RATE: Final = re.compile(r"^(\d+) (minute|hour|day)(s?)$")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EXAMPLES: Final = {
    "cron": "cron(minutes hours day-of-month month day-of-week year), such as cron(0 8 ? * MON-FRI *)",
    "rate": "rate(5 minutes), rate(1 hour)",
    "at": "at(2027-01-31T08:00:00)",
}


def check_schedules(inputs: Inputs) -> Iterator[Failure]:
    """Every schedule expression that AWS would refuse."""
    for path, forms in SCHEDULES.get(inputs.resource.type, {}).items():
        for place in inputs.places(path):
            if isinstance(place.value, str) and place.value:
                wrong = mistake(place.value, forms)
                if wrong:
                    yield inputs.refuse(place, wrong, allowed="; ".join(_EXAMPLES[form] for form in forms))


def mistake(expression: str, forms: tuple[str, ...]) -> str | None:
    """What is wrong with a schedule expression, or None.

    Args:
        expression: As written.
        forms: Which of ``cron``, ``rate`` and ``at`` the service accepts.
    """
    match = _FORM.match(expression.strip())
    if match is None or match[1] not in forms:
        return "not a schedule expression"
    form, body = match[1], match[2]
    if form == "rate":
        return _rate_mistake(body)
    if form == "at":
        try:
            datetime.strptime(body, "%Y-%m-%dT%H:%M:%S")
        except ValueError:
            return "not a date and time"
        return None
    return _cron_mistake(body)


def _rate_mistake(body: str) -> str | None:
    match = _RATE.match(body.strip())
    if match is None:
        return "not a rate"
    if (match[1] == "1") == bool(match[3]) and match[1] != "0":
        return "the unit is singular for 1 and plural for more"
    return None


def _cron_mistake(body: str) -> str | None:
    fields = body.split()
    if len(fields) != 6:
        return f"a cron expression has 6 fields, not {len(fields)}"
    minute, hour, day, month, weekday, year = fields
    checks = (
        ("minutes", minute, 0, 59, (), ""),
        ("hours", hour, 0, 23, (), ""),
        ("day of month", day, 1, 31, (), "?LW"),
        ("month", month, 1, 12, _MONTHS, ""),
        ("day of week", weekday, 1, 7, _DAYS, "?L#"),
        ("year", year, 1970, 2199, (), ""),
    )
    for label, text, low, high, names, special in checks:
        if not all(_cron_part(part, low, high, names, special) for part in text.split(",")):
            return f"{text} is no {label}"
    if (day == "?") == (weekday == "?"):
        return "exactly one of day of month and day of week must be ?"
    return None


def _cron_part(part: str, low: int, high: int, names: tuple[str, ...], special: str) -> bool:
    if part == "*" or (part == "?" and "?" in special):
        return True
    if "L" in special and re.fullmatch(r"L(-\d+)?|\d?L", part):
        return True
    if "W" in special and re.fullmatch(r"LW|\d{1,2}W", part):
        return True
    if "#" in special and re.fullmatch(r"([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]", part.upper()):
        return True
    body, slash, step = part.partition("/")
    if slash and not step.isdigit():
        return False
    if body == "*":
        return True
    bounds = body.split("-")
    return len(bounds) <= 2 and all(_cron_value(value, low, high, names) for value in bounds)


def _cron_value(text: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    return text.upper() in names or (text.isdigit() and low <= int(text) <= high)
