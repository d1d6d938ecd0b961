"""Servers: the launch template's version before, by replacing them one after the other."""

from __future__ import annotations

from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.rollback.moves import Move

#: States of an instance refresh that goes on.
_MOVING: Final = ("Pending", "InProgress", "Baking")


def plan_fleets(operation: Operation, names: list[str], to: str | None) -> list[Move]:
    """Which version of its template each group of servers goes back to.

    Args:
        operation: The command.
        names: Fleets, as the settings name them.
        to: A version of the template; the one before when None.

    Raises:
        OperationError: There is no such group or version.
    """
    moves: list[Move] = []
    for key in names:
        group = _group(operation, key)
        template = _template(group)
        versions = sorted(
            int(version["VersionNumber"])
            for version in operation.aws.pages(
                "ec2",
                "DescribeLaunchTemplateVersions",
                "LaunchTemplateVersions",
                LaunchTemplateId=template["LaunchTemplateId"],
            )
        )
        current = _number(str(template.get("Version", "$Latest")), versions)
        if to is not None and (not to.isdigit() or int(to) not in versions):
            raise OperationError(f"{key}  has no template version {to}; there are {', '.join(map(str, versions))}")
        wanted = int(to) if to is not None else max((v for v in versions if v < current), default=current)
        if wanted != current:
            moves.append(Move("fleet", key, str(current), str(wanted)))
    return moves


def apply_fleet(operation: Operation, move: Move) -> None:
    """Replace the servers, or have AWS undo the replacement that goes on."""
    group = _group(operation, move.name)
    name = str(group["AutoScalingGroupName"])
    answer = operation.aws.read("autoscaling", "DescribeInstanceRefreshes", AutoScalingGroupName=name, MaxRecords=1)
    refreshes = listed(answer, "InstanceRefreshes")
    if refreshes and refreshes[0].get("Status") in _MOVING:
        operation.aws.change("autoscaling", "RollbackInstanceRefresh", AutoScalingGroupName=name)
        return
    operation.aws.change(
        "autoscaling",
        "StartInstanceRefresh",
        AutoScalingGroupName=name,
        Strategy="Rolling",
        DesiredConfiguration={
            "LaunchTemplate": {
                "LaunchTemplateId": _template(group)["LaunchTemplateId"],
                "Version": move.after,
            }
        },
        Preferences={"MinHealthyPercentage": 100, "AutoRollback": False},
    )


def _group(operation: Operation, key: str) -> dict[str, Any]:
    name = str(operation.stack.mapping("fleets")[key])
    answer = operation.aws.read("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    groups = listed(answer, "AutoScalingGroups")
    if not groups:
        raise OperationError(f"{name}  there is no such Auto Scaling group: deploy the stack again")
    return groups[0]


def _template(group: dict[str, Any]) -> dict[str, Any]:
    policy = part(part(part(group, "MixedInstancesPolicy"), "LaunchTemplate"), "LaunchTemplateSpecification")
    return part(group, "LaunchTemplate") or policy


def _number(version: str, versions: list[int]) -> int:
    return int(version) if version.isdigit() else versions[-1]
