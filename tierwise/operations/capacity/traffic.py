"""Where a name that two regions answer leads: the switch that ``tierwise failover`` turns after the database."""

from __future__ import annotations

from typing import Final

from settings.standby import THRESHOLDS, Traffic
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.http import ask

#: Route 53 is one for all regions, and takes changes here.
_ROUTE_53: Final = "us-east-1"


def address(operation: Operation, *, there: bool) -> str | None:
    """Where the API of a region answers, whatever its name says; None where the stack has none.

    Args:
        operation: The command.
        there: The second region's.
    """
    if there:
        return operation.stack.mapping("standby").get("url")
    api, settings = operation.stack.output("restApiId"), operation.stack.settings
    return f"https://{api}.execute-api.{settings.region}.amazonaws.com/{settings.stage}" if api else None


def look(operation: Operation, *, there: bool) -> None:
    """Ask the API of a region how it is, before anybody is led there.

    Args:
        operation: The command.
        there: The second region's.

    Raises:
        OperationError: It does not answer, so the name stays where it is.
    """
    found = address(operation, there=there)
    if found is None or operation.aws.dry_run:
        return
    url = f"{found}{operation.stack.settings.observability.health_check.path}"
    answer = ask(url)
    if answer.status != 200:
        why = answer.error or f"status {answer.status}"
        raise OperationError(f"{url}  {why}: the database is there, and the name still leads to the other region")
    operation.console.say(f"{url}  answers")


def lead(operation: Operation, *, there: bool) -> Traffic | None:
    """Lead the name to a region, and tell whose it is now; None where the stack has no name that two regions share.

    Args:
        operation: The command.
        there: To the second region; otherwise as the configuration says, or to the first.
    """
    switch = operation.stack.output("trafficSwitch")
    standby = operation.stack.settings.active_standby
    if not switch:
        return None
    configured: Traffic = "first" if standby is None or standby.traffic == "standby" else standby.traffic
    wanted: Traffic = "standby" if there else configured
    operation.aws.change(
        "route53",
        "UpdateHealthCheck",
        region=_ROUTE_53,
        HealthCheckId=str(switch),
        HealthThreshold=THRESHOLDS[wanted],
    )
    return wanted
