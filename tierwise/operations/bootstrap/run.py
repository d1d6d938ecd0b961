"""``tierwise bootstrap TARGET``: an account becomes one that Pulumi can deploy to.

It makes the bucket of the state and the key of its secrets: what has to be there before there is a state. Everything
else that an account has once, the pipeline's identity provider and roles among it, is a stack: ``account-baseline``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tierwise.operations.bootstrap.bucket import exists, settle_bucket
from tierwise.operations.bootstrap.documents import Admitted
from tierwise.operations.bootstrap.key import settle_key
from tierwise.operations.bootstrap.lines import (
    Neighbour,
    backend_url,
    known_stacks,
    neighbours,
    next_lines,
    secrets_provider,
)
from tierwise.operations.bootstrap.settle import Report
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.lock import locked
from tierwise.operations.operation import Operation, Outcome
from tierwise.targets import find_root

#: Alias of the key, where the operator names none.
ALIAS: Final = "alias/pulumi-state"


@dataclass(frozen=True)
class Wanted:
    """What the operator asks for.

    Attributes:
        account: The account that must be meant; the stack's own by default.
        bucket: Name of the bucket; made of account and region by default.
        alias: Alias of the key.
        previews: Whether the preview role may read the state.
    """

    account: str | None = None
    bucket: str | None = None
    alias: str = ALIAS
    previews: bool = False


def bootstrap(operation: Operation, wanted: Wanted) -> Outcome:
    """Make, or put right, what Pulumi needs; then say what comes next.

    Args:
        operation: The command.
        wanted: What the operator asks for.

    Raises:
        OperationError: It is not certain which account is meant, or something of that name is somebody else's.
    """
    account, region = _account(operation, wanted), operation.aws.region
    # Without the account at its end: the deploy role may change buckets that are named so.
    bucket = wanted.bucket or f"pulumi-state-{account}-{region}"
    alias = wanted.alias if wanted.alias.startswith("alias/") else f"alias/{wanted.alias}"
    stacks = neighbours(operation)
    exists(operation, bucket)
    admitted = _admitted(operation, stacks, previews=wanted.previews)
    operation.confirm(
        f"Account {account} gets bucket {bucket} and key {alias} in {region}; what is right already stays."
    )
    report = Report()
    tags = _tags(operation, stacks)
    with locked(operation.aws, "bootstrap", region):
        key = settle_key(operation, alias, tags, admitted, report)
        settle_bucket(operation, bucket, key, tags, admitted, report)
    return _told(operation, bucket, alias, stacks, admitted, report)


def _account(operation: Operation, wanted: Wanted) -> str:
    """The account, when there is no doubt about it."""
    key, own, found = operation.stack.key, operation.stack.settings.account, operation.aws.account
    if own is None and wanted.account is None:
        raise OperationError(
            f"{key}  names no account, so any would do: set `account` in its configuration, or pass --account; "
            "nothing was done"
        )
    if wanted.account is not None and wanted.account != (own or wanted.account):
        raise OperationError(f"{key}  belongs to account {own}, --account says {wanted.account}; nothing was done")
    if wanted.account is not None and wanted.account != found:
        raise OperationError(
            f"these credentials are of account {found}, --account says {wanted.account}: name its profile with "
            "AWS_PROFILE; nothing was done"
        )
    return found


def _admitted(operation: Operation, stacks: list[Neighbour], *, previews: bool) -> Admitted:
    """The pipeline's roles, as far as they are there: AWS refuses a policy that names nobody."""
    writers: list[str] = []
    readers: list[str] = []
    for stack in stacks:
        for role, name in stack.roles.items():
            if role == "preview" and not previews:
                continue
            try:
                found = operation.aws.read("iam", "GetRole", RoleName=name)
            except AwsError as error:
                if error.missing:
                    continue
                raise
            (writers if role == "deploy" else readers).append(str(found["Role"]["Arn"]))
    return Admitted(sorted(writers), sorted(readers))


def _tags(operation: Operation, stacks: list[Neighbour]) -> dict[str, str]:
    # As the baseline's own: the pipeline may not touch a key of that project.
    project = next((stack.project for stack in stacks if stack.baseline), "account-baseline")
    settings = operation.stack.settings
    return {
        "project": project,
        "component": "pulumi-state",
        "owner": settings.owner,
        "cost-center": settings.cost_center,
    }


def _told(
    operation: Operation, bucket: str, alias: str, stacks: list[Neighbour], admitted: Admitted, report: Report
) -> Outcome:
    say, region = operation.console.say, operation.aws.region
    dry = operation.options.dry_run
    known = set[str]() if dry and f"bucket {bucket}" in report.changed else known_stacks(operation, bucket)
    baselines = [stack for stack in stacks if stack.roles]
    again = f"tierwise bootstrap {operation.stack.key}" if baselines and not admitted.writers else ""
    lines = next_lines(
        stacks,
        known,
        root=find_root(operation.stack.target.directory),
        url=backend_url(bucket, region),
        provider=secrets_provider(alias, region),
        again=again,
    )
    if not dry:
        operation.console.table(("what", ""), [*report.rows])
        if not report.changed:
            say(f"account {operation.aws.account} in {region} has everything already: nothing was changed")
    say("")
    say("Next:")
    for line in lines:
        say(f"  {line}")
    if again:
        say(f"`{again}` lets the pipeline's role at the state, once the baseline has made that role.")
    if not any(stack.baseline for stack in stacks):
        say(f"No stack here is account {operation.aws.account}'s baseline: name it in systems/account-baseline.")
    document: dict[str, Any] = {
        "bucket": bucket,
        "alias": alias,
        "backend": backend_url(bucket, region),
        "secretsProvider": secrets_provider(alias, region),
        "changed": [] if dry else report.changed,
        "admitted": {"write": list(admitted.writers), "read": list(admitted.readers)},
        "next": lines,
    }
    return Outcome(document=document)
