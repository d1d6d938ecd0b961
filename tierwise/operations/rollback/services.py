"""Services: the task definition before the current one, or the old tasks that a blue-green switch still keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tierwise.operations.answers import listed, part, texts
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.rollback.moves import Move
from tierwise.operations.smoke.services import describe_services, revision

_SHOWN: Final = 5
_REVISIONS: Final = 50


def plan_services(operation: Operation, names: list[str], to: str | None) -> list[Move]:
    """Which task definition each service goes back to.

    Args:
        operation: The command.
        names: Services.
        to: A revision's number, ``family:revision``, or a release; the revision before when None.

    Raises:
        OperationError: There is no such service or revision.
    """
    cluster = str(operation.stack.require("cluster", "cluster"))
    found = describe_services(operation, cluster, names)
    moves: list[Move] = []
    for name in names:
        if name not in found:
            raise OperationError(f"{operation.stack.key}  has no service {name} in {cluster}: deploy the stack again")
        current = revision(_current(found[name]))
        wanted = _wanted(operation, current, to)
        if wanted is not None and wanted != current:
            moves.append(Move("service", name, current, wanted))
    return moves


def apply_service(operation: Operation, move: Move) -> None:
    """Bring the tasks of the version before back."""
    cluster = str(operation.stack.require("cluster", "cluster"))
    service = describe_services(operation, cluster, [move.name])[move.name]
    if part(service, "deploymentController").get("type") == "CODE_DEPLOY":
        _by_code_deploy(operation, service, move)
        return
    if _blue_green_under_way(service):
        arns = listed(
            operation.aws.read(
                "ecs", "ListServiceDeployments", cluster=cluster, service=move.name, status=["IN_PROGRESS"]
            ),
            "serviceDeployments",
        )
        target = revision(str(_current(service)))
        if arns and target == move.before:
            arn = arns[0]["serviceDeploymentArn"]
            operation.aws.change("ecs", "StopServiceDeployment", serviceDeploymentArn=arn, stopType="ROLLBACK")
            return
    operation.aws.change("ecs", "UpdateService", cluster=cluster, service=move.name, taskDefinition=move.after)


def _by_code_deploy(operation: Operation, service: Mapping[str, Any], move: Move) -> None:
    target = listed(service, "loadBalancers")[0]
    resource = {
        "TargetService": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "TaskDefinition": _arn(operation, move.after),
                "LoadBalancerInfo": {
                    "ContainerName": target["containerName"],
                    "ContainerPort": target["containerPort"],
                },
            },
        }
    }
    name = f"{operation.stack.prefix}{move.name}"
    operation.aws.change(
        "codedeploy",
        "CreateDeployment",
        applicationName=name,
        deploymentGroupName=name,
        description=f"Back to {move.after}",
        revision={
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": json.dumps({"version": 0.0, "Resources": [resource]})},
        },
    )


def _arn(operation: Operation, name: str) -> str:
    return f"arn:aws:ecs:{operation.aws.region}:{operation.aws.account}:task-definition/{name}"


def _current(service: Mapping[str, Any]) -> str:
    for task_set in listed(service, "taskSets"):
        if task_set.get("status") == "PRIMARY":
            return str(task_set.get("taskDefinition", ""))
    return str(service.get("taskDefinition", ""))


def _blue_green_under_way(service: Mapping[str, Any]) -> bool:
    strategy = part(service, "deploymentConfiguration").get("strategy")
    moving = any(d.get("rolloutState") == "IN_PROGRESS" for d in listed(service, "deployments"))
    return strategy == "BLUE_GREEN" and moving


def _wanted(operation: Operation, current: str, to: str | None) -> str | None:
    family, _, number = current.rpartition(":")
    # The prefix of another family may be this family's name: the list holds both.
    answer = operation.aws.read(
        "ecs", "ListTaskDefinitions", familyPrefix=family, status="ACTIVE", sort="DESC", maxResults=_REVISIONS
    )
    revisions = [revision(arn) for arn in texts(answer, "taskDefinitionArns")]
    own = sorted(
        (name for name in revisions if name.rpartition(":")[0] == family),
        key=lambda name: int(name.rpartition(":")[2]),
        reverse=True,
    )
    if to is None:
        older = [name for name in own if int(name.rpartition(":")[2]) < int(number)]
        return older[0] if older else None
    wanted = to if ":" in to and not to.startswith("sha256:") else f"{family}:{to}"
    if wanted in own:
        return wanted
    if re.fullmatch(r"(sha256:)?[0-9a-f]{7,64}", to) and not to.isdigit():
        for name in own:
            if _image_of(operation, name, to):
                return name
    latest = ", ".join(own[:_SHOWN]) or "none"
    raise OperationError(f"{family}  has no revision {to}; the latest are {latest}")


def _image_of(operation: Operation, name: str, release: str) -> bool:
    answer = operation.aws.read("ecs", "DescribeTaskDefinition", taskDefinition=name)["taskDefinition"]
    images = [str(container.get("image", "")) for container in listed(answer, "containerDefinitions")]
    return any(re.search(rf"[:@](sha256:)?{re.escape(release.removeprefix('sha256:'))}", image) for image in images)
