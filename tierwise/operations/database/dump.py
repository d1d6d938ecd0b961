"""``tierwise db-dump TARGET``: the daily dump, now; and whether it landed.

What the schedule would start is started as it stands there: task definition, network and all. A dump counts when a new
object with content lies in the bucket, whatever the task says of itself.
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tierwise.operations.answers import part, texts
from tierwise.operations.console import duration
from tierwise.operations.database.instance_plan import DUMP
from tierwise.operations.database.task import Answer, OneOff, container_of, describe, run_once
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step

#: Folder of the bucket that dumps go to.
FOLDER: Final = "database/"


@dataclass(frozen=True)
class Dump:
    """One dump.

    Attributes:
        key: Its key in the bucket.
        bytes: Its size.
        made: When it was written.
    """

    key: str
    bytes: int
    made: datetime


def dump(operation: Operation) -> Outcome:
    """Run the dump's task, and look whether a new one with content lies in the bucket.

    Args:
        operation: The command.

    Raises:
        OperationError: There is no dump, it was never deployed, or its task failed.
    """
    stack = operation.stack
    settings = stack.settings.database_dump
    if settings is None or not settings.enabled:
        raise OperationError(f"{stack.key}  dumps no database: databaseDump is not configured")
    bucket = str(stack.mapping("buckets").get(settings.bucket) or "")
    if not bucket:
        raise OperationError(f"{stack.key}  exports no bucket {settings.bucket}: deploy the stack first")
    task = _task(operation)
    known = {found.key for found in dumps(operation, bucket)}
    operation.confirm(f"The dump of the database into {bucket} runs now; it reads every schema.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"dump to {bucket}", "", FOLDER)])
        try:
            _judge(operation, run_once(operation, task, "database dump"))
            made = [found for found in dumps(operation, bucket) if found.key not in known]
        except OperationError as error:
            operation.record.end(entry, "failed", str(error))
            raise
        if operation.options.dry_run:
            return Outcome(document={"bucket": bucket, "dumps": []})
        good = bool(made) and all(found.bytes for found in made)
        entry.steps[0].done = good
        operation.record.end(entry, "done" if good else "failed", ", ".join(found.key for found in made))
    return _told(operation, bucket, made, good=good)


def dumps(operation: Operation, bucket: str) -> list[Dump]:
    """Every dump in the bucket, the oldest first."""
    found = [
        Dump(str(entry["Key"]), int(entry["Size"]), entry["LastModified"])
        for entry in operation.aws.pages("s3", "ListObjectsV2", "Contents", Bucket=bucket, Prefix=FOLDER)
    ]
    return sorted(found, key=lambda dump: dump.made)


def _task(operation: Operation) -> OneOff:
    """What the schedule starts."""
    stack = operation.stack
    family = f"{stack.prefix}{DUMP}"
    for entry in operation.aws.pages("scheduler", "ListSchedules", "Schedules", NamePrefix=DUMP):
        schedule = operation.aws.read(
            "scheduler", "GetSchedule", Name=entry["Name"], GroupName=entry.get("GroupName", "default")
        )
        target = part(schedule, "Target")
        parameters = part(target, "EcsParameters")
        definition = str(parameters.get("TaskDefinitionArn", ""))
        if definition.rpartition("/")[2].partition(":")[0] == family:
            return _one_off(operation, target, parameters, definition)
    raise OperationError(
        f"{stack.key}  has no schedule that starts {family} in {operation.aws.region}: deploy the stack first"
    )


def _one_off(operation: Operation, target: Mapping[str, Any], parameters: Mapping[str, Any], definition: str) -> OneOff:
    container = container_of(describe(operation, definition), DUMP)
    logs = part(part(container, "logConfiguration"), "options")
    network = part(part(parameters, "NetworkConfiguration"), "awsvpcConfiguration")
    return OneOff(
        cluster=str(target["Arn"]),
        definition=definition,
        network={
            "awsvpcConfiguration": {
                "subnets": texts(network, "Subnets"),
                "securityGroups": texts(network, "SecurityGroups"),
                "assignPublicIp": str(network.get("AssignPublicIp", "DISABLED")),
            }
        },
        container=str(container["name"]),
        log_group=str(logs.get("awslogs-group", "")),
        log_prefix=str(logs.get("awslogs-stream-prefix", "")),
    )


def _judge(operation: Operation, answer: Answer) -> None:
    if answer.status == 0:
        return
    key, said = operation.stack.key, " | ".join(answer.lines) or answer.reason or "no reason given"
    if answer.status is None:
        meaning = f"the dump never ran: {answer.reason or 'no reason given'}"
    elif answer.status == 1:
        meaning = f"the dump broke off, and nothing was written: {said}"
    elif answer.status == 2:
        meaning = f"the image finds its environment wrong: {said}; deploy the stack, then repeat"
    else:
        meaning = f"the dump ended with status {answer.status}: {said}"
    raise OperationError(f"{key}  {meaning}")


def _told(operation: Operation, bucket: str, made: list[Dump], *, good: bool) -> Outcome:
    now = datetime.fromtimestamp(operation.console.clock.now(), UTC)
    document: dict[str, Any] = {"bucket": bucket, "dumps": []}
    for found in made:
        age = max((now - found.made).total_seconds(), 0.0)
        verdict = "" if found.bytes else "  EMPTY"
        operation.console.say(f"s3://{bucket}/{found.key}  {found.bytes} bytes, {duration(age)} old{verdict}")
        document["dumps"].append({"key": found.key, "bytes": found.bytes, "ageSeconds": round(age, 1)})
    if not made:
        operation.console.say(f"the task ended well, and no new dump lies below s3://{bucket}/{FOLDER}")
    return Outcome(good, document)
