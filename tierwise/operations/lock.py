"""One operation on a stack at a time, whoever runs it.

The lock is an SSM parameter: ``PutParameter`` without overwriting succeeds for exactly one caller, every stack's
pipeline may write parameters, and it costs nothing. A lock that was left behind by a crash runs out; taking
it over counts on the parameter's version, which AWS raises by one for each write.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from tierwise.operations.answers import as_mapping
from tierwise.operations.aws import Aws
from tierwise.operations.errors import AwsError, OperationError

#: Seconds after which a lock is taken for a crashed operator's; longer than any command's time limit.
LIFETIME: Final = 2 * 3600

RIGHTS: Final = ("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter")


def parameter(system: str, stage: str, *parts: str) -> str:
    """Name of a parameter in which the operations tool keeps something about a stack."""
    return "/".join(("", "tierwise", system, stage, *parts))


@contextmanager
def locked(aws: Aws, system: str, stage: str) -> Generator[None]:
    """Hold the stack's lock; a dry run holds none.

    Raises:
        OperationError: Somebody else holds it.
    """
    if aws.dry_run:
        yield
        return
    name, token = parameter(system, stage, "lock"), uuid.uuid4().hex
    _take(aws, name, token, f"{system}/{stage}")
    try:
        yield
    finally:
        # The operation's own failure is what the operator must see; the lock runs out by itself.
        with suppress(AwsError):
            if _holder(aws, name)[0].get("token") == token:
                aws.change("ssm", "DeleteParameter", Name=name)


def operator() -> str:
    """Who is at the keyboard, as the lock and the record name them."""
    run = os.environ.get("GITHUB_RUN_ID")
    if run:
        return f"{os.environ.get('GITHUB_ACTOR', 'workflow')} in run {run}"
    return f"{getpass.getuser()}@{socket.gethostname()}"


def _take(aws: Aws, name: str, token: str, stack: str) -> None:
    now = aws.console.clock.now()
    value = json.dumps(
        {
            "token": token,
            "command": aws.command,
            "by": operator(),
            "since": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
            "until": now + LIFETIME,
        }
    )
    try:
        aws.change("ssm", "PutParameter", Name=name, Value=value, Type="String", Overwrite=False)
        return
    except AwsError as error:
        if error.code != "ParameterAlreadyExists":
            raise
    holder, version = _holder(aws, name)
    if float(holder.get("until", 0)) > now:
        raise OperationError(
            f"{stack}  {holder.get('by', 'somebody')} is at work here ({holder.get('command')} since "
            f"{holder.get('since')}): wait until it ends; if it died, `aws ssm delete-parameter --name {name}`"
        )
    taken = aws.change("ssm", "PutParameter", Name=name, Value=value, Type="String", Overwrite=True)
    if int(taken.get("Version", 0)) != version + 1:
        raise OperationError(f"{stack}  somebody else has just begun here: look at {name} and repeat later")


def _holder(aws: Aws, name: str) -> tuple[dict[str, Any], int]:
    """What the lock says, and its version; nothing and 0 where it has just gone."""
    try:
        found = aws.read("ssm", "GetParameter", Name=name)["Parameter"]
    except AwsError as error:
        if error.missing:
            return {}, 0
        raise
    try:
        content = as_mapping(json.loads(found["Value"]))
    except ValueError:
        content = None
    return content or {}, int(found["Version"])
