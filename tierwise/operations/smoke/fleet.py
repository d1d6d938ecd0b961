"""Whether the servers of Auto Scaling groups are in service, healthy and of the newest template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tierwise.operations.answers import listed, part
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check


def check_fleets(operation: Operation) -> list[Check]:
    """Wait for the servers and judge them.

    Args:
        operation: The command; the output ``fleets`` names the groups.
    """
    names = sorted(operation.stack.mapping("fleets").values())
    groups: dict[str, Mapping[str, Any]] = {}

    def settled() -> str | None:
        answer = operation.aws.read("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=names)
        groups.update({str(group["AutoScalingGroupName"]): group for group in listed(answer, "AutoScalingGroups")})
        waiting = [name for name, group in groups.items() if len(_good(group)) < _wanted(group) and _starting(group)]
        return f"{', '.join(waiting)} still starting" if waiting else None

    if names:
        operation.console.wait("servers", settled, timeout=operation.options.timeout)
    return [_judge(operation, name, groups.get(name)) for name in names]


def _judge(operation: Operation, name: str, group: Mapping[str, Any] | None) -> Check:
    if group is None:
        return Check("servers", name, "fail", "the group does not exist: deploy the stack again")
    good, wanted = len(_good(group)), _wanted(group)
    if good < wanted:
        states = Counter(f"{i.get('LifecycleState')}, {i.get('HealthStatus')}" for i in listed(group, "Instances"))
        lines = [f"{count} × {state}" for state, count in states.most_common()]
        answer = operation.aws.read("autoscaling", "DescribeScalingActivities", AutoScalingGroupName=name, MaxRecords=5)
        activities = listed(answer, "Activities")
        lines += [
            f"event: {a.get('StatusMessage') or a.get('Description')}"
            for a in activities
            if a["StatusCode"] == "Failed"
        ]
        return Check("servers", name, "fail", f"{good} of {wanted} servers in service", lines)
    versions = {str(part(i, "LaunchTemplate").get("Version", "")) for i in listed(group, "Instances")} - {""}
    if len(versions) > 1:
        text = f"servers of templates {', '.join(sorted(versions))}: `tierwise refresh-instances` renews them"
        return Check("servers", name, "warn", text)
    return Check("servers", name, "pass", f"{good} of {wanted} servers in service")


def _wanted(group: Mapping[str, Any]) -> int:
    return int(group["DesiredCapacity"])


def _good(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        i
        for i in listed(group, "Instances")
        if i.get("LifecycleState") == "InService" and i.get("HealthStatus", "").lower() == "healthy"
    ]


def _starting(group: Mapping[str, Any]) -> bool:
    return any(str(i.get("LifecycleState", "")).startswith("Pending") for i in listed(group, "Instances"))
