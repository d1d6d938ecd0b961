"""``tierwise deploy TARGET``: CodeDeploy moves the callers of functions to the versions that the stack published.

The stack publishes a version and leaves the alias alone; a deployment moves it, a share at a time where the settings
say so, and goes back when an alarm rings.
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

from __future__ import annotations

import json
from typing import Any

from tierwise.operations.answers import part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.smoke.functions import LIVE, MOVING, last_deployment


def deploy(operation: Operation, names: list[str]) -> Outcome:
    """Start a deployment for each function whose alias is behind, and wait for them.

    Args:
        operation: The command.
        names: Functions, as the settings name them; all by default.

    Raises:
        OperationError: No such function, or a deployment is under way.
    """
    functions = operation.stack.mapping("functions")
    versions = operation.stack.mapping("functionVersions")
    unknown = [name for name in names if name not in functions]
    if unknown:
        raise OperationError(f"{unknown[0]}  is no function of {operation.stack.key}: {', '.join(sorted(functions))}")
    behind = {
        key: pair
        for key in (names or sorted(functions))
        if (pair := _behind(operation, key, str(functions[key]), str(versions.get(key, "")))) is not None
    }
    if not behind:
        operation.console.say("every function answers with the version that was deployed")
        return Outcome(document={"deployments": []})
    rows = [(key, current, wanted) for key, (current, wanted) in behind.items()]
    operation.console.table(("function", "now", "next"), rows)
    operation.confirm("Callers are moved to the new versions.")
    done: list[dict[str, Any]] = []
    with operation.exclusive():
        for key, (current, wanted) in behind.items():
            id_ = _start(operation, str(functions[key]), current, wanted)
            done.append({"function": key, "from": current, "to": wanted, "id": id_, "status": _wait(operation, id_)})
    bad = [entry for entry in done if entry["status"] not in ("Succeeded", "")]
    for entry in done:
        operation.console.say(f"{entry['function']}: {entry['id']} {entry['status']}".rstrip())
    return Outcome(not bad, {"deployments": done})


def _behind(operation: Operation, key: str, name: str, wanted: str) -> tuple[str, str] | None:
    settings = operation.stack.settings.functions.get(key)
    if settings is None or settings.deployment.strategy == "direct":
        return None
    if not wanted:
        raise OperationError(f"{operation.stack.key}  exports no version of {key}: deploy the stack first")
    alias = operation.aws.read("lambda", "GetAlias", FunctionName=name, Name=LIVE)
    last = last_deployment(operation, name)
    if last is not None and last["status"] in MOVING:
        raise OperationError(
            f"{name}  {last['deploymentId']} is under way: wait for it, or "
            f"`tierwise rollback {operation.stack.key} {key}`"
        )
    if part(part(alias, "RoutingConfig"), "AdditionalVersionWeights"):
        raise OperationError(f"{name}  {LIVE} shares its calls between versions: `tierwise rollback` ends that first")
    current = str(alias["FunctionVersion"])
    return None if current == wanted else (current, wanted)


def _start(operation: Operation, name: str, current: str, wanted: str) -> str:
    properties = {"Name": name, "Alias": LIVE, "CurrentVersion": current, "TargetVersion": wanted}
    content = {
        "version": 0.0,
        "Resources": [{"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
    }
    made = operation.aws.change(
        "codedeploy",
        "CreateDeployment",
        applicationName=name,
        deploymentGroupName=name,
        description=f"Version {wanted} in place of {current}",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(content)}},
    )
    return str(made.get("deploymentId", ""))


def _wait(operation: Operation, id_: str) -> str:
    if not id_:
        return ""
    status = ""

    def ended() -> str | None:
        nonlocal status
        status = str(operation.aws.read("codedeploy", "GetDeployment", deploymentId=id_)["deploymentInfo"]["status"])
        return status if status in MOVING else None

    operation.console.wait(id_, ended, timeout=operation.options.timeout)
    return status
