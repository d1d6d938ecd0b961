"""``tierwise schedule``: stop what may sleep, and start it again: services to no task, databases off.

RDS starts a stopped instance by itself after seven days; the settings' own schedule stops it again each night.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
"""

from __future__ import annotations

from typing import Any

from tierwise.operations.answers import listed
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.smoke.services import describe_services


def pause(operation: Operation) -> Outcome:
    """Stop the stack.

    Raises:
        OperationError: The stack is production.
    """
    if operation.stack.production:
        raise OperationError(
            f"{operation.stack.key}  is production, which never sleeps; `rollback` or `isolate` are others"
        )
    return _change(operation, awake=False)


def resume(operation: Operation) -> Outcome:
    """Start it again, the databases first."""
    return _change(operation, awake=True)


def _change(operation: Operation, *, awake: bool) -> Outcome:
    if not any(operation.stack.output(name) for name in ("cluster", "database", "aurora")):
        raise OperationError(f"{operation.stack.key}  has nothing that sleeps: neither services nor a database")
    changed: list[str] = []
    with operation.exclusive():
        parts = (_databases, _services) if awake else (_services, _databases)
        for part in parts:
            changed += part(operation, awake)
    operation.console.say(", ".join(changed) or ("everything is awake" if awake else "everything sleeps"))
    return Outcome(document={"changed": changed})


def _services(operation: Operation, awake: bool) -> list[str]:
    cluster = operation.stack.output("cluster")
    if not cluster:
        return []
    names = sorted(operation.stack.mapping("taskDefinitions"))
    changed: list[str] = []
    for name, service in describe_services(operation, str(cluster), names).items():
        settings = operation.stack.settings.services.get(name)
        wanted = settings.scaling.min_tasks if awake and settings is not None else 0
        # Autoscaling would raise the number again.
        _scaling(operation, f"service/{cluster}/{name}", suspended=not awake)
        if int(service.get("desiredCount", 0)) != wanted:
            operation.aws.change("ecs", "UpdateService", cluster=str(cluster), service=name, desiredCount=wanted)
            changed.append(f"{name} {wanted}")
    return changed


def _scaling(operation: Operation, resource: str, *, suspended: bool) -> None:
    known = operation.aws.read(
        "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs", ResourceIds=[resource]
    )
    if not listed(known, "ScalableTargets"):
        return
    operation.aws.change(
        "application-autoscaling",
        "RegisterScalableTarget",
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension="ecs:service:DesiredCount",
        SuspendedState=dict.fromkeys(
            ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), suspended
        ),
    )


def _databases(operation: Operation, awake: bool) -> list[str]:
    changed: list[str] = []
    for output, describe, list_, key, naming, status in (
        ("database", "DescribeDBInstances", "DBInstances", "DBInstance", "DBInstanceIdentifier", "DBInstanceStatus"),
        ("aurora", "DescribeDBClusters", "DBClusters", "DBCluster", "DBClusterIdentifier", "Status"),
    ):
        name = operation.stack.output(output)
        if not name:
            continue
        parameters: dict[str, Any] = {naming: str(name)}
        now = str(listed(operation.aws.read("rds", describe, **parameters), list_)[0][status])
        if now == ("stopped" if awake else "available"):
            operation.aws.change("rds", f"{'Start' if awake else 'Stop'}{key}", **parameters)
            changed.append(f"{name} {'starts' if awake else 'stops'}")
    return changed
