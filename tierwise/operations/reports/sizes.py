"""Which parts are larger than their load needs, or close to their limit.

A size is worth a change when even its busiest day leaves more than half unused, or its busiest day nearly fills it.
https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_type_size_number_resources_metrics.html
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.reports.measures import Measures

_LOW: Final = 40.0
_HIGH: Final = 90.0


@dataclass(frozen=True, slots=True)
class Size:
    """How full something was on its busiest day.

    Attributes:
        what: Such as ``service api-gateway cpu``.
        key: The configuration that decides it.
        percent: How full; None without data.
        advice: What to do, "" for nothing.
    """

    what: str
    key: str
    percent: float | None
    advice: str


def rightsize(operation: Operation, days: int) -> Outcome:
    """Look at what CloudWatch measured of each size that the configuration chooses.

    Args:
        operation: The command.
        days: How far back.
    """
    measures = Measures(operation, days)
    sizes = [*_services(operation, measures), *_functions(operation, measures), *_database(operation, measures)]
    operation.console.table(
        ("part", "busiest day", "advice"),
        [
            (s.what, "no data" if s.percent is None else f"{s.percent:.0f} %", s.advice or "as it should be")
            for s in sizes
        ],
    )
    return Outcome(document={"days": days, "sizes": [asdict(size) for size in sizes]})


def _services(operation: Operation, measures: Measures) -> list[Size]:
    cluster = str(operation.stack.output("cluster") or "")
    found: list[Size] = []
    for name in operation.stack.settings.active_services if cluster else ():
        about = {"ClusterName": cluster, "ServiceName": name}
        for metric, key in (("CPUUtilization", "cpu"), ("MemoryUtilization", "memory")):
            # The average of tasks: the busiest minute is what scaling is for.
            percent = measures.worst("AWS/ECS", metric, "Average", about)
            found.append(_sized(f"service {name} {key}", f"services.{name}.{key}", percent))
    return found


def _functions(operation: Operation, measures: Measures) -> list[Size]:
    found: list[Size] = []
    for name, physical in operation.stack.mapping("functions").items():
        settings = operation.stack.settings.functions[name]
        about = {"FunctionName": str(physical)}
        longest = measures.worst("AWS/Lambda", "Duration", "Maximum", about)
        percent = None if longest is None else longest / settings.timeout_seconds / 10
        # A generous time limit costs nothing, so only a tight one is worth a word.
        tight = percent is not None and percent > _HIGH
        advice = f"raise functions.{name}.timeoutSeconds, or find what is slow" if tight else ""
        found.append(Size(f"function {name} time limit", f"functions.{name}.timeoutSeconds", percent, advice))
        if settings.reserved_concurrency:
            most = measures.worst("AWS/Lambda", "ConcurrentExecutions", "Maximum", about)
            full = None if most is None else most / settings.reserved_concurrency * 100
            found.append(_sized(f"function {name} reservation", f"functions.{name}.reservedConcurrency", full))
    return found


def _database(operation: Operation, measures: Measures) -> list[Size]:
    identifier = operation.stack.output("database")
    if not identifier:
        return []
    percent = measures.worst("AWS/RDS", "CPUUtilization", "Average", {"DBInstanceIdentifier": str(identifier)})
    return [_sized("database cpu", "database.instanceClass", percent)]


def _sized(what: str, key: str, percent: float | None) -> Size:
    if percent is None:
        return Size(what, key, None, "")
    if percent < _LOW:
        return Size(what, key, percent, f"lower {key}: half would do")
    return Size(what, key, percent, f"raise {key}" if percent > _HIGH else "")
