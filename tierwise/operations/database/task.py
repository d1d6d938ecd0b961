"""Run a container once and hear how it ended: shared by the bootstrap of a database and its dump."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from tierwise.operations.answers import as_mapping, listed, part
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation

#: Lines of the task's log that are shown when it failed.
_LINES: Final = 5
#: Lines reach CloudWatch some seconds after the task has gone.
_LOG_LOOKS: Final = 3
_LOG_PAUSE: Final = 5.0
_LINE_LENGTH: Final = 300
#: A server may repeat a statement when it refuses it; what stands for a password there is nobody's business.
_SECRET: Final = re.compile(r"SCRAM-SHA-256\$\S+|(?i:password)(?:\s*[=:]\s*\S+|\s+'[^']*')")
_OWN_KEYS: Final = frozenset({"timestamp", "level", "logger", "message", "system", "stage", "service", "version"})


@dataclass(frozen=True)
class OneOff:
    """A task to run once.

    Attributes:
        cluster: Where it runs.
        definition: ARN of its task definition.
        network: Its network, as ``RunTask`` takes it.
        container: The container whose status counts.
        log_group: Where its lines go.
        log_prefix: First part of its stream's name.
    """

    cluster: str
    definition: str
    network: Mapping[str, Any]
    container: str
    log_group: str
    log_prefix: str


@dataclass(frozen=True)
class Answer:
    """How a task ended.

    Attributes:
        status: Exit status of the container; None where it never ran.
        reason: Why it stopped, in AWS's words.
        lines: The last lines of its log.
    """

    status: int | None
    reason: str
    lines: Sequence[str] = ()


def describe(operation: Operation, definition: str) -> dict[str, Any]:
    """A task definition.

    Args:
        operation: The command.
        definition: Its ARN, or a family for the newest revision.

    Raises:
        OperationError: There is none.
    """
    try:
        return part(operation.aws.read("ecs", "DescribeTaskDefinition", taskDefinition=definition), "taskDefinition")
    except AwsError as error:
        if error.code != "ClientException":
            raise
        raise OperationError(
            f"{operation.stack.key}  has no task definition {definition.rpartition('/')[2]} in {operation.aws.region}: "
            "deploy the stack first"
        ) from None


def container_of(definition: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A container of a task definition: the one of that name, else the first."""
    containers = listed(definition, "containerDefinitions")
    return next((container for container in containers if container.get("name") == name), containers[0])


def run_once(operation: Operation, task: OneOff, what: str) -> Answer:
    """Start a task, wait for its end with progress, and read its answer; whatever happens, none is left running.

    Args:
        operation: The command.
        task: What to run.
        what: What it does, for progress and messages.

    Raises:
        OperationError: It cannot be started, or takes longer than the operator waits.
    """
    started = operation.aws.change(
        "ecs",
        "RunTask",
        cluster=task.cluster,
        taskDefinition=task.definition,
        launchType="FARGATE",
        count=1,
        networkConfiguration=dict(task.network),
        startedBy=f"tierwise {operation.command}"[:36],
        enableECSManagedTags=True,
        propagateTags="TASK_DEFINITION",
    )
    if operation.options.dry_run:
        return Answer(0, "")
    failures = listed(started, "failures")
    if failures or not listed(started, "tasks"):
        reasons = "; ".join(str(f.get("reason") or f.get("detail") or "no reason given") for f in failures)
        raise OperationError(
            f"{operation.stack.key}  {what} cannot start: {reasons or 'ECS made no task'}; repeat later"
        )
    arn = str(listed(started, "tasks")[0]["taskArn"])
    stopped: dict[str, Any] = {}

    def probe() -> str | None:
        found = operation.aws.read("ecs", "DescribeTasks", cluster=task.cluster, tasks=[arn])
        tasks = listed(found, "tasks")
        if not tasks:
            raise OperationError(
                f"{operation.stack.key}  {what}: task {_id(arn)} is gone before its end; look at {task.log_group}"
            )
        stopped.update(tasks[0])
        state = str(tasks[0].get("lastStatus", ""))
        return None if state == "STOPPED" else state.lower()

    try:
        operation.console.wait(what, probe, timeout=operation.options.timeout)
    except BaseException:
        # It writes in one transaction, or to its own disk first: stopped, it leaves nothing half done.
        with suppress(AwsError):
            operation.aws.change(
                "ecs", "StopTask", cluster=task.cluster, task=arn, reason=f"tierwise {operation.command} was given up"
            )
        raise
    return _answer(operation, task, arn, stopped)


def _answer(operation: Operation, task: OneOff, arn: str, stopped: Mapping[str, Any]) -> Answer:
    containers = listed(stopped, "containers")
    container = next((c for c in containers if c.get("name") == task.container), dict[str, Any]())
    code = container.get("exitCode")
    reasons = (container.get("reason"), stopped.get("stoppedReason"))
    status = None if code is None else int(code)
    lines = _log(operation, task, arn, patient=status not in (None, 0))
    return Answer(status, "; ".join(str(reason) for reason in reasons if reason), lines)


def _log(operation: Operation, task: OneOff, arn: str, *, patient: bool) -> list[str]:
    """The last lines of a task; none where it wrote none."""
    stream = f"{task.log_prefix}/{task.container}/{_id(arn)}"
    for look in range(_LOG_LOOKS):
        try:
            found = operation.aws.read(
                "logs", "GetLogEvents", logGroupName=task.log_group, logStreamName=stream, limit=_LINES
            )
        except AwsError as error:
            if not error.missing:
                raise
            found = {}
        if events := listed(found, "events"):
            return [readable(str(event.get("message", ""))) for event in events]
        if not patient or look == _LOG_LOOKS - 1:
            break
        operation.console.clock.sleep(_LOG_PAUSE)
    return []


def readable(line: str) -> str:
    """A line of a log for people: the message of a JSON line with its own fields, and nothing secret."""
    try:
        content = as_mapping(json.loads(line))
    except ValueError:
        content = None
    if content is not None and "message" in content:
        own = {key: value for key, value in content.items() if key not in _OWN_KEYS}
        # Of a traceback, what was raised: the last line says it.
        raised = str(own.pop("exception", "")).strip().splitlines()
        fields = " ".join(
            f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in own.items()
        )
        line = " ".join(filter(None, (str(content["message"]), fields, raised[-1] if raised else "")))
    line = _SECRET.sub("[not shown]", " ".join(line.split()))
    return line if len(line) <= _LINE_LENGTH else line[: _LINE_LENGTH - 1] + "…"


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
