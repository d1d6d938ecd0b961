"""``objectives.yaml`` beside a system's ``Pulumi.yaml``: what it promises to be, and when to think it over.

::

    availability: 99.9                            # percent of a month
    latencyMs: {p50: 50, p95: 200, p99: 1000}     # by statistic
    review: {users: 1000, monthlyUsd: 100, p95Ms: 500, errorPercent: 1}
"""

from __future__ import annotations

from typing import Final

from pydantic import Field, ValidationError

from tierwise.operations.errors import OperationError
from tierwise.operations.stack import Stack
from tierwise.operations.system_file import Part
from tierwise.preview.errors import ConfigError
from tierwise.preview.yamlfile import read_yaml

FILE: Final = "objectives.yaml"


class Review(Part):
    """Above which figures the design is due for a review.

    Attributes:
        users: Users in a day.
        monthly_usd: Cost of a month.
        p95_ms: The 95th percentile of the API's latency.
        error_percent: Share of calls that end in an error of the server.
    """

    users: float = Field(gt=0)
    monthly_usd: float = Field(alias="monthlyUsd", gt=0)
    p95_ms: float = Field(alias="p95Ms", gt=0)
    error_percent: float = Field(alias="errorPercent", gt=0)


class Promises(Part):
    """What a system promises.

    Attributes:
        availability: Percent of a month in which it answers.
        latency_ms: Milliseconds by statistic, such as ``p95``.
        review: When to think it over; None for never.
    """

    availability: float | None = Field(default=None, gt=0, lt=100)
    latency_ms: dict[str, float] = Field(default_factory=dict[str, float], alias="latencyMs")
    review: Review | None = None


def read_promises(stack: Stack) -> Promises:
    """What the stack's system promises.

    Raises:
        ConfigError: There is no such file, or it cannot be used.
    """
    file = stack.target.directory / FILE
    if not file.is_file():
        raise OperationError(f"{stack.key}  promises nothing: {FILE} beside its Pulumi.yaml would say what")
    content = read_yaml(file)
    try:
        return Promises.model_validate(content.value or {})
    except ValidationError as error:
        lines = [content.problem(str(e["msg"]).lower(), *e["loc"]) for e in error.errors()]
        raise ConfigError(lines) from None
