"""Whether anything rings, and whether the canary gets through."""

from __future__ import annotations

from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import AwsError
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check

#: The only region in which CloudWatch sees Route 53's health checks.
_HEALTH_REGION: Final = "us-east-1"


def check_alarms(operation: Operation) -> list[Check]:
    """Whether the stack's alarms are quiet.

    Args:
        operation: The command; alarms are found by the stack's own prefix.
    """
    regions = dict.fromkeys((operation.stack.settings.region, _HEALTH_REGION))
    found: list[dict[str, Any]] = []
    for region in regions:
        found += operation.aws.pages(
            "cloudwatch", "DescribeAlarms", "MetricAlarms", region=region, AlarmNamePrefix=operation.stack.prefix
        )
    if not found:
        return []
    ringing = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    if not ringing:
        silent = sum(alarm["StateValue"] == "INSUFFICIENT_DATA" for alarm in found)
        text = f"{len(found)} quiet" + (f", {silent} of them without data yet" if silent else "")
        return [Check("alarms", "all", "pass", text)]
    return [
        Check(
            "alarms",
            alarm["AlarmName"],
            "fail",
            f"rings: {alarm.get('StateReason', '')}".strip(),
            [str(alarm["AlarmDescription"])] if alarm.get("AlarmDescription") else [],
        )
        for alarm in ringing
    ]


def check_canaries(operation: Operation) -> list[Check]:
    """Whether the last run of each of the stack's canaries passed.

    Args:
        operation: The command; the output ``canaries`` or ``canary`` names them.
    """
    named = operation.stack.output("canaries") or operation.stack.output("canary")
    names = [named] if isinstance(named, str) else list(named or [])
    return [_canary(operation, str(name)) for name in names]


def _canary(operation: Operation, name: str) -> Check:
    try:
        runs = listed(operation.aws.read("synthetics", "GetCanaryRuns", Name=name, MaxResults=1), "CanaryRuns")
    except AwsError as error:
        if error.missing:
            return Check("canaries", name, "fail", "does not exist: deploy the stack again")
        raise
    if not runs:
        return Check("canaries", name, "warn", "has not run yet")
    status = part(runs[0], "Status")
    if status.get("State") == "PASSED":
        return Check("canaries", name, "pass", "the last run passed")
    text = f"the last run is {status.get('State', 'unknown')}: {status.get('StateReason', 'no reason given')}"
    return Check("canaries", name, "warn" if status.get("State") == "RUNNING" else "fail", text)
