"""Whether the servers of an Auto Scaling group are in service, healthy and of the newest template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tierwise.operations.answers import listed, part
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check


def check_fleet(operation: Operation) -> list[Check]:
    """Wait for the servers and judge them.

    Args:
        operation: The command; the output ``fleet`` names the group.
    """
    name = operation.stack.output("fleet")
    if not name:
        return []
    groups: list[Mapping[str, Any]] = []

    def settled() -> str | None:
        answer = operation.aws.read("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[str(name)])
        groups[:] = listed(answer, "AutoScalingGroups")
        if not groups:
            return None
        good, wanted = len(_good(groups[0])), int(groups[0]["DesiredCapacity"])
        return f"{good} of {wanted} servers in service" if good < wanted and _starting(groups[0]) else None

    operation.console.wait("servers", settled, timeout=operation.options.timeout)
    if not groups:
        return [Check("servers", str(name), "fail", "the group does not exist: deploy the stack again")]
    return [_judge(operation, str(name), groups[0])]


def _judge(operation: Operation, name: str, group: Mapping[str, Any]) -> Check:
    good, wanted = len(_good(group)), int(group["DesiredCapacity"])
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


def _good(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        i
        for i in listed(group, "Instances")
        if i.get("LifecycleState") == "InService" and i.get("HealthStatus", "").lower() == "healthy"
    ]


def _starting(group: Mapping[str, Any]) -> bool:
    return any(str(i.get("LifecycleState", "")).startswith("Pending") for i in listed(group, "Instances"))
