"""``tierwise cleanup``: what nobody needs any more; never a stage that lasts, a newest copy or a final snapshot."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome, has_cli
from tierwise.operations.smoke.functions import LIVE

#: The only form of an ephemeral stack's name; no stage that lasts has it.
EPHEMERAL: Final = re.compile(r"pr-[1-9][0-9]{0,6}")
#: Tag that says until when such a stack may live.
UNTIL: Final = "ephemeral-until"
#: Published versions of a function that are kept besides the one that runs.
VERSIONS: Final = 10
#: A copy with this tag is kept for good.
KEEP: Final = "keep"


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that can go.

    Attributes:
        what: What it is.
        name: Its name.
        why: Why it can go.
        call: Service, call and parameters that delete it.
    """

    what: str
    name: str
    why: str
    call: tuple[str, str, dict[str, Any]]


def cleanup(operation: Operation, *, days: int) -> Outcome:
    """Delete leftovers of a stack; only shown unless ``--yes`` says so.

    Args:
        operation: The command.
        days: Age at which copies made by hand can go.
    """
    found = [*_snapshots(operation, days), *_versions(operation), *_interfaces(operation)]
    operation.console.table(("what", "name", "why"), [(left.what, left.name, left.why) for left in found])
    deleted: list[str] = []
    if operation.options.yes and found:
        with operation.exclusive():
            for left in found:
                service, call, parameters = left.call
                operation.aws.change(service, call, **parameters)
                deleted.append(left.name)
    elif found:
        operation.console.say("nothing was deleted: repeat with --yes")
    names = [{"what": left.what, "name": left.name, "why": left.why} for left in found]
    return Outcome(document={"found": names, "deleted": deleted if not operation.aws.dry_run else []})


def _snapshots(operation: Operation, days: int) -> Iterator[Leftover]:
    """Snapshots of the stack's databases that somebody made by hand, but the newest of each, final and kept ones."""
    limit = datetime.fromtimestamp(operation.console.clock.now(), UTC) - timedelta(days=days)
    for output, call, key, delete, naming in (
        ("database", "DescribeDBSnapshots", "DBSnapshot", "DeleteDBSnapshot", "DBInstanceIdentifier"),
        ("aurora", "DescribeDBClusterSnapshots", "DBClusterSnapshot", "DeleteDBClusterSnapshot", "DBClusterIdentifier"),
    ):
        name = operation.stack.output(output)
        if not name:
            continue
        found: list[dict[str, Any]] = [
            snapshot
            for snapshot in operation.aws.pages("rds", call, f"{key}s", SnapshotType="manual", **{naming: str(name)})
            if snapshot.get("Status") == "available"
        ]
        found.sort(key=lambda snapshot: snapshot["SnapshotCreateTime"])
        for snapshot in found[:-1]:
            identifier = str(snapshot[f"{key}Identifier"])
            tags = {str(tag["Key"]) for tag in listed(snapshot, "TagList")}
            if identifier.endswith("-final") or KEEP in tags or snapshot["SnapshotCreateTime"] > limit:
                continue
            why = f"made by hand on {snapshot['SnapshotCreateTime']:%Y-%m-%d}, older than {days} days"
            yield Leftover("snapshot", identifier, why, ("rds", delete, {f"{key}Identifier": identifier}))


def _versions(operation: Operation) -> Iterator[Leftover]:
    """Old versions of functions that no alias calls."""
    for name in sorted(map(str, operation.stack.mapping("functions").values())):
        try:
            aliases = list(operation.aws.pages("lambda", "ListAliases", "Aliases", FunctionName=name))
            versions = sorted(
                int(version["Version"])
                for version in operation.aws.pages("lambda", "ListVersionsByFunction", "Versions", FunctionName=name)
                if version["Version"] != "$LATEST"
            )
        except AwsError as error:
            if error.missing:
                continue
            raise
        used = {str(alias["FunctionVersion"]) for alias in aliases}
        for alias in aliases:
            used |= set(part(part(alias, "RoutingConfig"), "AdditionalVersionWeights"))
        live = next((int(a["FunctionVersion"]) for a in aliases if a["Name"] == LIVE), None)
        older = [version for version in versions if live is not None and version < live]
        for version in older[:-VERSIONS]:
            if str(version) not in used:
                parameters = {"FunctionName": name, "Qualifier": str(version)}
                why = f"{VERSIONS} newer ones are kept, no alias calls it"
                yield Leftover("version", f"{name}:{version}", why, ("lambda", "DeleteFunction", parameters))


def _interfaces(operation: Operation) -> Iterator[Leftover]:
    """Network interfaces of the stack that nothing uses."""
    tags = {"project": operation.stack.system, "stage": operation.stack.stage}
    for interface in operation.aws.pages(
        "ec2",
        "DescribeNetworkInterfaces",
        "NetworkInterfaces",
        Filters=[
            {"Name": "status", "Values": ["available"]},
            *({"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()),
        ],
    ):
        id_ = str(interface["NetworkInterfaceId"])
        parameters = {"NetworkInterfaceId": id_}
        yield Leftover("interface", id_, "attached to nothing", ("ec2", "DeleteNetworkInterface", parameters))


def cleanup_ephemeral(operation: Operation) -> Outcome:
    """Destroy a system's ephemeral stacks that have had their time.

    Args:
        operation: The command; the target names the system and the account.

    Raises:
        OperationError: The CLI is missing, or Pulumi fails.
    """
    expired, alive = _ephemeral(operation)
    for stack, until in sorted(alive.items()):
        operation.console.say(f"{stack}: lives until {until}")
    removed: list[str] = []
    for stack, until in sorted(expired.items()):
        operation.console.say(f"{stack}: had its time on {until}")
        if operation.options.dry_run or not operation.options.yes:
            operation.console.say(f"would run {' '.join(_destroy(operation, stack))}")
            continue
        if not has_cli():
            raise OperationError("ephemeral stacks go by Pulumi: put pulumi on PATH (`tierwise doctor` says how)")
        done = subprocess.run(_destroy(operation, stack), check=False)  # noqa: S603
        if done.returncode != 0:
            raise OperationError(f"{stack}  pulumi destroy ended with status {done.returncode}: repeat, it goes on")
        removed.append(stack)
    if not expired:
        operation.console.say("no ephemeral stack has had its time")
    return Outcome(document={"expired": sorted(expired), "alive": sorted(alive), "removed": removed})


def _destroy(operation: Operation, stack: str) -> list[str]:
    directory = str(operation.stack.target.directory)
    return ["pulumi", "destroy", "--yes", "--non-interactive", "--remove", "--cwd", directory, "--stack", stack]


def _ephemeral(operation: Operation) -> tuple[dict[str, str], dict[str, str]]:
    """The system's ephemeral stacks that have had their time, and those that have not, with when."""
    now = datetime.fromtimestamp(operation.console.clock.now(), UTC)
    found: dict[str, str] = {}
    for resource in operation.aws.pages(
        "resourcegroupstaggingapi",
        "GetResources",
        "ResourceTagMappingList",
        TagFilters=[{"Key": UNTIL}, {"Key": "project", "Values": [operation.stack.system]}],
    ):
        tags = {str(tag["Key"]): str(tag["Value"]) for tag in resource["Tags"]}
        stage, until = tags.get("stage", ""), tags[UNTIL]
        if _lasts(operation, stage):
            operation.console.note(
                f"{resource['ResourceARN']} is tagged {UNTIL}, but {stage or 'its stage'} lasts: left"
            )
            continue
        # The latest word counts: a tag of an earlier deployment may linger.
        found[stage] = max(until, found.get(stage, ""))
    expired = {stack: until for stack, until in found.items() if _moment(stack, until) <= now}
    return expired, {stack: until for stack, until in found.items() if stack not in expired}


def _lasts(operation: Operation, stage: str) -> bool:
    """Whether a stage is one that the repository describes, or not of the only form that may be removed."""
    described = (operation.stack.target.directory / f"Pulumi.{stage}.yaml").exists()
    return described or EPHEMERAL.fullmatch(stage) is None


def _moment(stack: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise OperationError(
            f"{stack}  its tag {UNTIL} is {text!r}, no moment: correct the tag, nothing was removed"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
