"""Is the system as available and as fast as it promises, and is it time to think its design over?"""

from __future__ import annotations

from typing import Any, Final

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.reports.measures import DAY, Measures, gateway
from tierwise.operations.reports.promises import read_promises
from tierwise.operations.reports.spending import spent

#: Route 53 publishes the metrics of its health checks here only.
#: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
_ROUTE53: Final = "us-east-1"


def slo_report(operation: Operation, days: int) -> Outcome:
    """Availability by the health check from outside, and how much of the error budget is spent.

    Args:
        operation: The command.
        days: How far back.

    Raises:
        OperationError: No promise, no health check, or no data.
    """
    promised = read_promises(operation.stack).availability
    if promised is None:
        raise OperationError(f"{operation.stack.key}  promises no availability")
    check = str(operation.stack.require("healthCheckId", "health check from outside"))
    share = Measures(operation, days).average(
        "AWS/Route53", "HealthCheckStatus", {"HealthCheckId": check}, region=_ROUTE53
    )
    if share is None:
        raise OperationError(f"{operation.stack.key}  has no data of health check {check} in the last {days} days")
    availability = share * 100
    allowed = (100 - promised) / 100 * days * DAY / 60
    down = (1 - share) * days * DAY / 60
    operation.console.say(f"available {availability:.3f} % of the last {days} days; promised {promised:g} %")
    operation.console.say(f"down {down:.1f} of {allowed:.1f} minutes: {down / allowed * 100:.0f} % of the error budget")
    document = {"availability": availability, "promised": promised, "downMinutes": down, "allowedMinutes": allowed}
    return Outcome(availability >= promised, document)


def load_check(operation: Operation, days: int) -> Outcome:
    """The API's latency against the promise, the worst day of each statistic.

    Args:
        operation: The command.
        days: How far back; 1 after a load test.

    Raises:
        OperationError: No promise, no API, or no data.
    """
    promised = read_promises(operation.stack).latency_ms
    if not promised:
        raise OperationError(f"{operation.stack.key}  promises no latency")
    measures, about = Measures(operation, days), gateway(operation)
    rows: list[dict[str, Any]] = []
    for stat, limit in promised.items():
        found = measures.worst(
            "AWS/ApiGateway", "Latency", stat[0].upper() + stat[1:] if stat == "average" else stat, about
        )
        rows.append(
            {"statistic": stat, "milliseconds": found, "promised": limit, "ok": found is not None and found <= limit}
        )
    if all(row["milliseconds"] is None for row in rows):
        raise OperationError(
            f"{operation.stack.key}  was not called in the last {days} days: send load, then ask again"
        )
    operation.console.table(
        ("statistic", "measured", "promised", ""),
        [
            (row["statistic"], _ms(row["milliseconds"]), _ms(row["promised"]), "ok" if row["ok"] else "too slow")
            for row in rows
        ],
    )
    return Outcome(all(row["ok"] for row in rows), {"latency": rows})


def _ms(value: float | None) -> str:
    return "no data" if value is None else f"{value:,.0f} ms"


def review_check(operation: Operation, days: int) -> Outcome:
    """The figures that tell when the design is due for a review.

    Args:
        operation: The command.
        days: How far back.

    Raises:
        OperationError: The system names no such figures, or has no API.
    """
    limits = read_promises(operation.stack).review
    if limits is None:
        raise OperationError(f"{operation.stack.key}  names no figures for a review")
    measures, about = Measures(operation, days), gateway(operation)
    space = operation.stack.settings.observability.metrics_namespace or operation.stack.system
    calls = measures.total("AWS/ApiGateway", "Count", about)
    errors = measures.total("AWS/ApiGateway", "5XXError" if "ApiName" in about else "5xx", about)
    figures: list[tuple[str, float | None, float, str]] = [
        ("users a day", measures.worst(space, "DailyActiveUsers", "Maximum", {}), limits.users, ",.0f"),
        ("USD a month", spent(operation, days) / days * 30, limits.monthly_usd, ",.2f"),
        ("p95 in ms", measures.worst("AWS/ApiGateway", "Latency", "p95", about), limits.p95_ms, ",.0f"),
        ("errors in %", errors / calls * 100 if calls else None, limits.error_percent, ".2f"),
    ]
    due = [name for name, value, limit, _ in figures if value is not None and value > limit]
    operation.console.table(
        ("figure", "measured", "review above", ""),
        [
            (
                name,
                "no data" if value is None else format(value, form),
                format(limit, ",g"),
                "review" if name in due else "",
            )
            for name, value, limit, form in figures
        ],
    )
    document = {"figures": {name: {"value": value, "limit": limit} for name, value, limit, _ in figures}, "due": due}
    return Outcome(not due, document)
