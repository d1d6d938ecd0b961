"""Functions: the alias ``live`` goes back to the version before."""

from __future__ import annotations

import re
from typing import Any, Final

from tierwise.operations.answers import part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.rollback.moves import Move
from tierwise.operations.smoke.functions import LIVE, MOVING, last_deployment

_SHOWN: Final = 5


def plan_functions(operation: Operation, names: list[str], to: str | None) -> list[Move]:
    """Which version each function goes back to.

    Args:
        operation: The command.
        names: Functions, as the settings name them.
        to: A version number, or a release; the version before when None.

    Raises:
        OperationError: There is no such version.
    """
    physical = operation.stack.mapping("functions")
    return [move for name in names if (move := _plan(operation, name, str(physical[name]), to)) is not None]


def _plan(operation: Operation, key: str, name: str, to: str | None) -> Move | None:
    alias = operation.aws.read("lambda", "GetAlias", FunctionName=name, Name=LIVE)
    current = str(alias["FunctionVersion"])
    weights = part(part(alias, "RoutingConfig"), "AdditionalVersionWeights")
    deployment = _deployment(operation, key, name)
    if to is None and (weights or (deployment is not None and deployment["status"] in MOVING)):
        # A deployment under way has not taken over: the version before is the alias's own.
        newer = ", ".join(weights) or "the deployment under way"
        return Move("lambda", key, newer, current)
    versions = _versions(operation, name)
    if to is not None:
        wanted = _find(operation, name, versions, to)
        if wanted is None:
            latest = ", ".join(map(str, versions[-_SHOWN:])) or "none"
            raise OperationError(f"{name}  has no version {to}; the latest are {latest}")
        return None if str(wanted) == current else Move("lambda", key, current, str(wanted))
    older = [version for version in versions if version < int(current)]
    return Move("lambda", key, current, str(older[-1])) if older else None


def apply_function(operation: Operation, move: Move) -> None:
    """Stop what moves the alias, and set it."""
    name = str(operation.stack.mapping("functions")[move.name])
    _stop(operation, move.name, name)
    operation.aws.change(
        "lambda",
        "UpdateAlias",
        FunctionName=name,
        Name=LIVE,
        FunctionVersion=move.after,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


def _stop(operation: Operation, key: str, name: str) -> None:
    deployment = _deployment(operation, key, name)
    if deployment is None or deployment["status"] not in MOVING:
        return
    id_ = str(deployment["deploymentId"])
    operation.aws.change("codedeploy", "StopDeployment", deploymentId=id_, autoRollbackEnabled=True)

    def ended() -> str | None:
        answer = operation.aws.read("codedeploy", "GetDeployment", deploymentId=id_)
        status = str(answer["deploymentInfo"]["status"])
        return status if status in MOVING else None

    if not operation.aws.dry_run:
        operation.console.wait(f"{id_} to stop", ended, timeout=operation.options.timeout)


def _deployment(operation: Operation, key: str, name: str) -> dict[str, Any] | None:
    function = operation.stack.settings.functions.get(key)
    if function is None or function.deployment.strategy == "direct":
        return None
    return last_deployment(operation, name)


def _versions(operation: Operation, name: str) -> list[int]:
    found = operation.aws.pages("lambda", "ListVersionsByFunction", "Versions", FunctionName=name)
    return sorted(int(version["Version"]) for version in found if version["Version"] != "$LATEST")


def _find(operation: Operation, name: str, versions: list[int], to: str) -> int | None:
    if to.isdigit():
        return int(to) if int(to) in versions else None
    if not re.fullmatch(r"(sha256:)?[0-9a-f]{7,64}", to):
        return None
    release = to.removeprefix("sha256:")
    for version in reversed(versions):
        setup = operation.aws.read("lambda", "GetFunctionConfiguration", FunctionName=name, Qualifier=str(version))
        says = str(part(part(setup, "Environment"), "Variables").get("VERSION", ""))
        if says and (says.startswith(release) or release.startswith(says)):
            return version
    return None
