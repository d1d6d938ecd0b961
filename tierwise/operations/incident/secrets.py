"""Replace the value of a secret, or bring the one before back. No value is ever printed or written down.

Secrets Manager keeps two labelled versions for certain, the current and the previous one: there is one step back.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""

from __future__ import annotations

from typing import Any, Final, Literal

from tierwise.operations.answers import part, texts
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step

_CURRENT: Final = "AWSCURRENT"
_PREVIOUS: Final = "AWSPREVIOUS"
#: As long as the component draws it.
_LENGTH: Final = 48


def roll_back(operation: Operation, name: str) -> Outcome:
    """Make the version before the current one the current one again; a second run undoes it.

    Args:
        operation: The command.
        name: The secret, as the configuration names it.

    Raises:
        OperationError: There is no such secret, or nothing before its value.
    """
    settings = operation.stack.settings.secrets
    if name not in settings:
        from settings.problems import nearest

        raise OperationError(f"{operation.stack.key}  secrets.{name}: no such secret; {nearest(name, settings)}")
    secret = settings[name]
    physical = secret.physical_name or _name(operation, secret.store, name)
    operation.confirm(f"Secret {physical} goes back to the value before.")
    with operation.exclusive():
        if secret.store == "secrets-manager":
            entry, version = _swap_versions(operation, physical)
        else:
            entry, version = _put_former(operation, physical)
    operation.console.say(f"{physical} has the value before again ({entry} → {version}).")
    operation.console.say("What runs has read the old one when it started: deploy, or restart it.")
    return Outcome(document={"secret": physical, "before": entry, "after": version})


def _swap_versions(operation: Operation, physical: str) -> tuple[str, str]:
    try:
        stages = part(operation.aws.read("secretsmanager", "DescribeSecret", SecretId=physical), "VersionIdsToStages")
    except AwsError as error:
        raise _missing(operation, physical, error) from None
    versions = {label: version for version in stages for label in texts(stages, version)}
    if _PREVIOUS not in versions:
        raise OperationError(f"{physical}  has no value before the current one: nothing to go back to")
    current, previous = versions[_CURRENT], versions[_PREVIOUS]
    record = operation.record.begin([Step(f"secret {physical}", current, previous)])
    operation.aws.change(
        "secretsmanager",
        "UpdateSecretVersionStage",
        SecretId=physical,
        VersionStage=_CURRENT,
        MoveToVersionId=previous,
        RemoveFromVersionId=current,
    )
    record.steps[0].done = True
    operation.record.end(record, "done")
    return current, previous


def _put_former(operation: Operation, physical: str) -> tuple[str, str]:
    found: list[dict[str, Any]] = sorted(
        operation.aws.pages("ssm", "GetParameterHistory", "Parameters", Name=physical, WithDecryption=True),
        key=lambda version: int(version["Version"]),
    )
    if len(found) < 2:
        raise OperationError(f"{physical}  has no value before the current one: nothing to go back to")
    former, current = found[-2:]
    record = operation.record.begin([Step(f"parameter {physical}", str(current["Version"]), str(former["Version"]))])
    operation.aws.change(
        "ssm", "PutParameter", Name=physical, Value=former["Value"], Type="SecureString", Overwrite=True
    )
    record.steps[0].done = True
    operation.record.end(record, "done")
    return str(current["Version"]), str(former["Version"])


def rotate_origin_secret(operation: Operation) -> Outcome:
    """Draw the header anew by which the origin knows its distribution.

    With a function that rotates it, the function is asked, and distribution and origin change together. Otherwise the
    new value is written where the program reads it, and a deployment brings it to both.

    Args:
        operation: The command.

    Raises:
        OperationError: The stack has no distribution, or no such secret.
    """
    cdn = operation.stack.settings.cdn
    if cdn is None or not cdn.enabled:
        raise OperationError(f"{operation.stack.key}  has no distribution, and so no secret between it and the origin")
    chosen = cdn.origin_secret
    leaf = "edge/origin-header" if chosen.store == "secrets-manager" else "edge/origin-secret"
    physical = _name(operation, chosen.store, leaf)
    operation.confirm(f"{physical} gets a new value; until both sides have it, requests may be refused.")
    rotated = chosen.rotation_lambda_arn is not None
    with operation.exclusive():
        record = operation.record.begin([Step(f"secret {physical}", "", "drawn anew")])
        try:
            if rotated:
                operation.aws.change("secretsmanager", "RotateSecret", SecretId=physical)
            else:
                _write(operation, chosen.store, physical)
        except AwsError as error:
            operation.record.end(record, "failed")
            raise _missing(operation, physical, error) from None
        record.steps[0].done = True
        operation.record.end(record, "done")
    operation.console.say(f"{physical} is drawn anew.")
    if not rotated:
        operation.console.say("Now `pulumi up --refresh`: the distribution and its origin change in one deployment.")
    return Outcome(document={"secret": physical, "byFunction": rotated})


def _write(operation: Operation, store: Literal["parameter-store", "secrets-manager"], physical: str) -> None:
    drawn = operation.aws.read("secretsmanager", "GetRandomPassword", PasswordLength=_LENGTH, ExcludePunctuation=True)[
        "RandomPassword"
    ]
    if store == "secrets-manager":
        operation.aws.change("secretsmanager", "PutSecretValue", SecretId=physical, SecretString=drawn)
        return
    # Looked at first: writing would make the parameter where there is none.
    operation.aws.read("ssm", "GetParameter", Name=physical)
    operation.aws.change("ssm", "PutParameter", Name=physical, Value=drawn, Type="SecureString", Overwrite=True)


def _name(operation: Operation, store: str, leaf: str) -> str:
    lead = "" if store == "secrets-manager" else "/"
    return f"{lead}{operation.stack.system}/{operation.stack.stage}/{leaf}"


def _missing(operation: Operation, physical: str, error: AwsError) -> AwsError | OperationError:
    if not error.missing:
        return error
    return OperationError(
        f"{operation.stack.key}  has no secret {physical} in {operation.aws.region}: deploy the stack first"
    )
