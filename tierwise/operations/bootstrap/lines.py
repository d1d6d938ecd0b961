"""What comes next: the commands of Pulumi that the account is now ready for, less those that have been done."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tierwise.operations.errors import AwsError
from tierwise.operations.operation import Operation
from tierwise.operations.stack import load_settings
from tierwise.preview.errors import ConfigError
from tierwise.targets import Target, all_targets, find_root


@dataclass(frozen=True)
class Neighbour:
    """A stack that lives in the account.

    Attributes:
        target: Where it is described.
        project: Its Pulumi project's name.
        baseline: Whether it is the account's baseline.
        roles: Names of the roles that its pipeline takes: ``deploy`` and ``preview``; empty where it makes none.
    """

    target: Target
    project: str
    baseline: bool
    roles: dict[str, str]


def neighbours(operation: Operation) -> list[Neighbour]:
    """Every stack of the repository that belongs to the account, the baseline first."""
    found: list[Neighbour] = []
    for target in all_targets(find_root(operation.stack.target.directory)):
        try:
            settings = load_settings(target)
        except ConfigError:
            # Its own preview says what is wrong with it.
            continue
        if settings.account != operation.aws.account and target != operation.stack.target:
            continue
        baseline = settings.account_baseline
        trusts = baseline is not None and baseline.github is not None
        roles = {role: f"{settings.system}-{settings.stage}-{role}" for role in ("deploy", "preview")} if trusts else {}
        found.append(Neighbour(target, settings.system, baseline is not None, roles))
    return sorted(found, key=lambda neighbour: not neighbour.baseline)


def known_stacks(operation: Operation, bucket: str) -> set[str]:
    """The stacks whose state is in the bucket, as ``project/stack``."""
    lead = ".pulumi/stacks/"
    try:
        keys = [
            str(entry["Key"])
            for entry in operation.aws.pages("s3", "ListObjectsV2", "Contents", Bucket=bucket, Prefix=lead)
        ]
    except AwsError as error:
        if error.missing:
            return set()
        raise
    names = {key.removeprefix(lead).removesuffix(".gz") for key in keys}
    return {name.removesuffix(".json") for name in names if name.endswith(".json")}


def backend_url(bucket: str, region: str) -> str:
    """What ``pulumi login`` is told."""
    return f"s3://{bucket}?region={region}"


def secrets_provider(alias: str, region: str) -> str:
    """What ``--secrets-provider`` is told."""
    return f"awskms://{alias}?region={region}"


def next_lines(
    stacks: Sequence[Neighbour], known: Collection[str], *, root: Path, url: str, provider: str, again: str
) -> list[str]:
    """The commands that are left.

    Args:
        stacks: The account's stacks, the baseline first.
        known: Stacks that have a state.
        root: Folder of the program.
        url: Where the state is.
        provider: What encrypts the secrets in it.
        again: The command that lets the pipeline in, once the baseline is there; empty where it is in.
    """
    lines = [f"pulumi login {shlex.quote(url)}"]
    for stack in stacks:
        folder = stack.target.directory.relative_to(root)
        where = f" -C {folder}" if stack.target.system else ""
        new = f"{stack.project}/{stack.target.stage}" not in known
        if new:
            lines.append(f"pulumi stack init {stack.target.stage}{where} --secrets-provider {shlex.quote(provider)}")
        # A stack that was only initialised has a state too: that its roles are missing tells that it is not up.
        if stack.baseline and (new or again):
            policy = "../../policy" if stack.target.system else "policy"
            lines.append(f"pulumi up -s {stack.target.stage}{where} --policy-pack {policy}")
        if stack.baseline and again:
            lines.append(again)
    return lines
