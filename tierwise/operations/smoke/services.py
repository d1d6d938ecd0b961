"""Whether ECS runs what was deployed: a circuit breaker that went back leaves the update green.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tierwise.operations.answers import listed
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check

#: Services and tasks that one call describes.
_SERVICES_A_CALL: Final = 10
_TASKS_A_CALL: Final = 100
_EVENTS: Final = 5


def check_services(operation: Operation) -> list[Check]:
    """Wait until every service has settled, then compare what runs with what was asked for.

    Args:
        operation: The command; the stack's outputs name the cluster, the services and their task definitions.
    """
    cluster = operation.stack.output("cluster")
    expected: dict[str, str] = operation.stack.mapping("taskDefinitions")
    if not cluster or not expected:
        return []
    found: dict[str, Mapping[str, Any]] = {}

    def settled() -> str | None:
        found.update(describe_services(operation, str(cluster), sorted(expected)))
        moving = [name for name, service in found.items() if _moving(service)]
        return f"{', '.join(moving)} of {len(expected)} still moving" if moving else None

    operation.console.wait("services", settled, timeout=operation.options.timeout)
    return [_judge(operation, str(cluster), name, expected[name], found.get(name)) for name in sorted(expected)]


def describe_services(operation: Operation, cluster: str, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Services of a cluster by name; one that does not exist is left out."""
    services: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(names), _SERVICES_A_CALL):
        some = list(names[start : start + _SERVICES_A_CALL])
        answer = operation.aws.read("ecs", "DescribeServices", cluster=cluster, services=some)
        services |= {str(s["serviceName"]): s for s in listed(answer, "services") if s.get("status") != "INACTIVE"}
    return services


def _moving(service: Mapping[str, Any]) -> bool:
    deployments = listed(service, "deployments")
    if any(d.get("rolloutState") == "FAILED" for d in deployments if d.get("status") == "PRIMARY"):
        return False
    rolling = any(d.get("rolloutState") == "IN_PROGRESS" for d in deployments) or len(deployments) > 1
    return rolling or (
        int(service.get("runningCount", 0)) < int(service.get("desiredCount", 0)) and bool(service.get("pendingCount"))
    )


def _judge(operation: Operation, cluster: str, name: str, expected: str, service: Mapping[str, Any] | None) -> Check:
    if service is None:
        return Check("services", name, "fail", f"is not in the cluster {cluster}: deploy the stack again")
    running, desired = int(service.get("runningCount", 0)), int(service.get("desiredCount", 0))
    current = _task_definition(service)
    events = _events(service)
    if revision(current) != revision(expected):
        why = _rollout_reason(service) or "the deployment went back, or somebody changed the service"
        text = f"runs {revision(current)}, not {revision(expected)}: {why}"
        return Check("services", name, "fail", text, [*_stopped(operation, cluster, name), *events])
    if any(d.get("rolloutState") == "FAILED" for d in listed(service, "deployments")):
        text = f"the deployment of {revision(expected)} failed: {_rollout_reason(service)}"
        return Check("services", name, "fail", text, [*_stopped(operation, cluster, name), *events])
    if running < desired:
        text = f"{running} of {desired} tasks run"
        return Check("services", name, "fail", text, [*_stopped(operation, cluster, name), *events])
    others = [arn for arn in _running(operation, cluster, name) if revision(arn) != revision(expected)]
    if others:
        text = f"{len(others)} tasks run {', '.join(sorted(set(map(revision, others))))}, not {revision(expected)}"
        return Check("services", name, "fail", text, events)
    if desired == 0:
        return Check("services", name, "pass", f"{revision(expected)}, stopped: no task is wanted now")
    return Check("services", name, "pass", f"{revision(expected)}, {running} of {desired} tasks")


def revision(arn: str) -> str:
    """``pika-prod-search:12`` of a task definition's ARN."""
    return arn.rpartition("/")[2]


def _task_definition(service: Mapping[str, Any]) -> str:
    """What the service is set to; CodeDeploy keeps it in the primary task set."""
    for task_set in listed(service, "taskSets"):
        if task_set.get("status") == "PRIMARY":
            return str(task_set.get("taskDefinition", ""))
    return str(service.get("taskDefinition", ""))


def _rollout_reason(service: Mapping[str, Any]) -> str:
    reasons = [str(d.get("rolloutStateReason") or "") for d in listed(service, "deployments")]
    return next(filter(None, reasons), "")


def _events(service: Mapping[str, Any]) -> list[str]:
    """The latest events that tell of trouble, newest first; the latest of all where none does."""
    messages = [" ".join(str(event.get("message", "")).split()) for event in listed(service, "events")]
    trouble = [text for text in messages if "steady state" not in text and "has started" not in text]
    return [f"event: {text}" for text in (trouble or messages)[:_EVENTS]]


def _running(operation: Operation, cluster: str, name: str) -> list[str]:
    tasks = _tasks(operation, cluster, name, "RUNNING")
    return [str(task.get("taskDefinitionArn", "")) for task in tasks]


def _stopped(operation: Operation, cluster: str, name: str) -> list[str]:
    """Why tasks stopped, grouped: ``3 × CannotPullContainerError…``."""
    reasons = Counter(_reason(task) for task in _tasks(operation, cluster, name, "STOPPED"))
    return [f"{count} × {text}" for text, count in reasons.most_common(_EVENTS)]


def _reason(task: Mapping[str, Any]) -> str:
    parts = [str(task.get("stoppedReason") or "")]
    for container in listed(task, "containers"):
        code = container.get("exitCode")
        if container.get("reason"):
            parts.append(f"{container.get('name')}: {container['reason']}")
        elif code not in (None, 0):
            parts.append(f"{container.get('name')} ended with status {code}")
    return "; ".join(filter(None, parts)) or "no reason given"


def _tasks(operation: Operation, cluster: str, name: str, state: str) -> Iterator[Mapping[str, Any]]:
    arns = list(
        operation.aws.pages("ecs", "ListTasks", "taskArns", cluster=cluster, serviceName=name, desiredStatus=state)
    )
    for start in range(0, len(arns), _TASKS_A_CALL):
        some = arns[start : start + _TASKS_A_CALL]
        yield from listed(operation.aws.read("ecs", "DescribeTasks", cluster=cluster, tasks=some), "tasks")
