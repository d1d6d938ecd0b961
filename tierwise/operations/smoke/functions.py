"""Whether the alias ``live`` of each function calls the version that was deployed."""

from __future__ import annotations

from typing import Any, Final

from tierwise.operations.answers import part, texts
from tierwise.operations.errors import AwsError
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check

LIVE: Final = "live"
#: States of a CodeDeploy deployment that goes on.
MOVING: Final = ("Created", "Queued", "InProgress", "Baking", "Ready")


def check_functions(operation: Operation) -> list[Check]:
    """Compare each function's alias with what the stack published.

    Args:
        operation: The command; the outputs name the functions and the versions of this deployment.
    """
    names: dict[str, str] = operation.stack.mapping("functions")
    versions: dict[str, Any] = operation.stack.mapping("functionVersions")
    return [_judge(operation, key, name, str(versions.get(key, ""))) for key, name in sorted(names.items())]


def _judge(operation: Operation, key: str, name: str, expected: str) -> Check:
    try:
        alias = operation.aws.read("lambda", "GetAlias", FunctionName=name, Name=LIVE)
        version = str(alias["FunctionVersion"])
        setup = operation.aws.read("lambda", "GetFunctionConfiguration", FunctionName=name, Qualifier=version)
    except AwsError as error:
        if error.missing:
            return Check("functions", key, "fail", f"{name} or its alias {LIVE} does not exist: deploy the stack again")
        raise
    state, update = setup.get("State", "Active"), setup.get("LastUpdateStatus", "Successful")
    if state not in ("Active", "Inactive") or update == "Failed":
        why = setup.get("StateReason") or setup.get("LastUpdateStatusReason") or "AWS gives no reason"
        return Check("functions", key, "fail", f"version {version} is {state}, its update {update}: {why}")
    weights: dict[str, float] = part(part(alias, "RoutingConfig"), "AdditionalVersionWeights")
    if weights:
        shares = ", ".join(f"{share:.0%} on version {other}" for other, share in weights.items())
        return Check("functions", key, "warn", f"{LIVE} is version {version}, {shares}: a deployment is under way")
    if expected and version != expected:
        return _elsewhere(operation, key, name, version, expected)
    return Check("functions", key, "pass", f"{LIVE} is version {version}")


def _elsewhere(operation: Operation, key: str, name: str, version: str, expected: str) -> Check:
    function = operation.stack.settings.functions.get(key)
    if function is None or function.deployment.strategy == "direct":
        text = f"{LIVE} is version {version}, not {expected}: it was moved since the deployment"
        return Check("functions", key, "fail", text)
    last = last_deployment(operation, name)
    if last is None:
        text = f"version {expected} waits: `tierwise deploy {operation.stack.key}` moves the calls from {version} to it"
        return Check("functions", key, "fail", text)
    if last["status"] in MOVING:
        return Check("functions", key, "warn", f"{last['deploymentId']} moves the calls from {version} to {expected}")
    why = part(last, "errorInformation").get("message") or part(last, "rollbackInfo").get("rollbackMessage")
    text = f"{LIVE} is version {version}, not {expected}: {last['deploymentId']} is {last['status']}"
    return Check("functions", key, "fail", f"{text}: {why}" if why else text)


def last_deployment(operation: Operation, name: str) -> dict[str, Any] | None:
    """A function's newest CodeDeploy deployment, or None."""
    try:
        answer = operation.aws.read("codedeploy", "ListDeployments", applicationName=name, deploymentGroupName=name)
    except AwsError as error:
        if error.code.endswith("DoesNotExistException"):
            return None
        raise
    ids = texts(answer, "deployments")
    if not ids:
        return None
    infos = [operation.aws.read("codedeploy", "GetDeployment", deploymentId=id_)["deploymentInfo"] for id_ in ids[:3]]
    return max(infos, key=lambda info: str(info.get("createTime", "")))
