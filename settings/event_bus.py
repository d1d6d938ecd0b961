"""The ``eventBus`` and ``queues`` sections: what happens, told to whom it concerns."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, field_validator, model_validator

from settings.base import Name, Section, form
from settings.problems import nearest

#: What an event holds outside its detail.
#: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
ENVELOPE: Final = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
#: Comparisons of a pattern.
#: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
_OPERATORS: Final = (
    "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard",
)  # fmt: skip
#: Days that EventBridge tries again at most, in seconds, and how often.
MAX_AGE_SECONDS: Final = 86_400
MAX_RETRIES: Final = 185


class Target(Section):
    """Who is told of an event: name one of ``function`` and ``queue``."""

    function: Name | None = None
    """Function that is called, asynchronously."""
    queue: Name | None = None
    """Queue of the ``queues`` section that receives the event."""
    retries: int = Field(default=MAX_RETRIES, ge=0, le=MAX_RETRIES)
    """Tries after the first, with growing pauses."""
    max_age_seconds: int = Field(default=MAX_AGE_SECONDS, ge=60, le=MAX_AGE_SECONDS)
    """Age at which an event is given up; it then goes to the rule's dead-letter queue."""

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.function is None) == (self.queue is None):
            raise ValueError("set exactly one of function and queue")
        return self


class Rule(Section):
    """Which events are told to whom."""

    enabled: bool = True
    """Whether the rule is in force."""
    description: str = Field(max_length=512)
    """What it is for."""
    pattern: dict[str, Any]
    """Which events match: lists of allowed values by key, as EventBridge writes them."""
    targets: Annotated[dict[Name, Target], Field(min_length=1, max_length=5)]
    """Who is told, by name."""

    @field_validator("pattern", mode="after")
    @classmethod
    def _matches_something(cls, pattern: dict[str, Any]) -> dict[str, Any]:
        if not pattern:
            raise ValueError("an empty pattern matches nothing: name what an event must hold")
        for key in pattern:
            if key not in ENVELOPE and key != "$or":
                raise ValueError(f'no event has "{key}", so nothing would match; {nearest(key, ENVELOPE)}')
        _check_values(pattern, "")
        sources = pattern.get("source", [])
        if sources and all(isinstance(source, str) and source.startswith("aws.") for source in sources):
            raise ValueError("source: AWS's own events come to the default bus, so nothing would match here")
        return pattern


def _check_values(pattern: dict[str, Any], path: str) -> None:
    for key, value in pattern.items():
        where = f"{path}{key}"
        if isinstance(value, dict):
            _check_values(value, f"{where}.")  # pyright: ignore[reportUnknownArgumentType]
        elif not isinstance(value, list):
            raise ValueError(f"{where}: write the allowed values as a list, [{value!r}]".replace("'", '"'))
        elif not value:
            raise ValueError(f"{where}: an empty list matches nothing: name the allowed values")
        elif key != "$or":
            _check_comparisons(value, where)  # pyright: ignore[reportUnknownArgumentType]


def _check_comparisons(values: list[Any], where: str) -> None:
    for value in values:
        if not isinstance(value, dict):
            continue
        for operator, operand in value.items():  # pyright: ignore[reportUnknownVariableType]
            if operator not in _OPERATORS:
                raise ValueError(f'{where}: no such comparison "{operator}"; {nearest(str(operator), _OPERATORS)}')  # pyright: ignore[reportUnknownArgumentType]
            if operator == "numeric" and isinstance(operand, list):
                _check_range(operand, where)  # pyright: ignore[reportUnknownArgumentType]


def _check_range(operand: list[Any], where: str) -> None:
    """A lower bound above the upper one leaves no number."""
    bounds = dict(zip(operand[::2], operand[1::2], strict=False))
    lows = [value for sign, value in bounds.items() if sign in (">", ">=")]
    highs = [value for sign, value in bounds.items() if sign in ("<", "<=")]
    if lows and highs and lows[0] > highs[0]:
        raise ValueError(f"{where}: no number is above {lows[0]} and below {highs[0]}, so nothing would match")


class EventBus(Section):
    """A bus of EventBridge for the system's own events, and its rules."""

    enabled: bool = True
    """Whether the bus exists in this stack."""
    archive_days: int | None = Field(default=30, ge=1)
    """Days that events are kept to be replayed; null keeps none."""
    rules: dict[Name, Rule] = Field(default_factory=dict[str, Rule])
    """Rules by name."""


#: A queue's exact name.
QueueName = Annotated[str, form(r"^[A-Za-z0-9_-]{1,75}$", "audit-events")]


class Queue(Section):
    """A queue of SQS, encrypted, with a dead-letter queue of its own."""

    enabled: bool = True
    """Whether the queue exists in this stack."""
    description: str
    """What waits in it."""
    physical_name: QueueName | None = None
    """Exact name in AWS; ``<system>-<stage>-<name>`` by default."""
    fifo: bool = False
    """Whether messages keep their order and arrive once; it costs a quarter more."""
    visibility_seconds: int = Field(default=180, ge=0, le=43_200)
    """Seconds that a received message is hidden from others: six times what its work takes."""
    retention_days: int = Field(default=4, ge=1, le=14)
    """Days that a message waits."""
    max_receives: int = Field(default=5, ge=1, le=1000)
    """Times that a message is received before it goes to the dead-letter queue, which keeps it for 14 days."""
