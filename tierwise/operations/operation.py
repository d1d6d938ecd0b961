"""What every command does around its own work: find the stack, check the account, ask, lock, time, report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tierwise.exit_status import FINE, REFUSED
from tierwise.operations.aws import Aws
from tierwise.operations.console import Clock, Console, duration, write_json
from tierwise.operations.errors import OperationError
from tierwise.operations.lock import locked
from tierwise.operations.record import Record
from tierwise.operations.rights import rights_of
from tierwise.operations.stack import Stack, load_settings, one_target

#: How a command that reads the stack's outputs finds them.
OutputsReader = Callable[..., dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What every command can be told.

    Attributes:
        yes: Do not ask.
        dry_run: Print what would be done, and do nothing.
        json_file: Write the result as JSON.
        outputs: File with the stack's outputs.
        timeout: Seconds to wait for AWS, at most.
    """

    yes: bool = False
    dry_run: bool = False
    json_file: Path | None = None
    outputs: Path | None = None
    timeout: float = 900.0


@dataclass
class Outcome:
    """What a command found or did.

    Attributes:
        ok: Whether all is as it should be.
        document: The result as JSON.
    """

    ok: bool = True
    document: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Operation:
    """One command on one stack.

    Attributes:
        command: Its name, as in the permission table.
        stack: The stack.
        aws: The way to AWS, in the stack's account and region.
        console: The operator.
        options: What the command was told.
        started: When it began, by the clock that never goes back.
    """

    command: str
    stack: Stack
    aws: Aws
    console: Console
    options: Options
    started: float

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self.console.clock.elapsed() - self.started

    @property
    def record(self) -> Record:
        """What was done by this command before."""
        return Record(self.aws, self.stack.system, self.stack.stage)

    def confirm(self, what: str) -> None:
        """Ask before production is touched; ``--yes`` and a dry run answer.

        Args:
            what: What will happen.
        """
        if self.stack.production and not self.options.yes and not self.options.dry_run:
            self.console.confirm(f"{what}\n{self.stack.key} in account {self.aws.account}.", self.stack.key)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """Nobody else changes the stack meanwhile."""
        with locked(self.aws, self.stack.system, self.stack.stage):
            yield


def run(
    command: str,
    target: str,
    options: Options,
    body: Callable[[Operation], Outcome],
    *,
    needs_outputs: bool = True,
    clock: Clock | None = None,
    session: Any = None,
    start: Path | None = None,
) -> int:
    """Run a command on a stack.

    Args:
        command: Its name, as in the permission table.
        target: ``STAGE`` or ``SYSTEM/STAGE``.
        options: What it was told.
        body: Its own work.
        needs_outputs: Whether it reads what the stack exported.
        clock: Time.
        session: A boto3 session; made from the caller's environment when None.
        start: Folder inside the repository; the working directory by default.

    Returns:
        The exit status: 0 where all is well, 1 where the command found that it is not.

    Raises:
        ConfigError: It cannot begin or go on.
    """
    operation = prepare(
        command, target, options, needs_outputs=needs_outputs, clock=clock, session=session, start=start
    )
    outcome = body(operation)
    document = {
        "schema": 1,
        "command": command,
        "stack": operation.stack.key,
        "account": operation.aws.account,
        "region": operation.stack.settings.region,
        "dryRun": options.dry_run,
        "ok": outcome.ok,
        "elapsedSeconds": round(operation.elapsed, 3),
        **outcome.document,
    }
    write_json(options.json_file, document)
    operation.console.note(f"{command} {operation.stack.key}: {duration(operation.elapsed)}")
    return FINE if outcome.ok else REFUSED


def prepare(
    command: str,
    target: str,
    options: Options,
    *,
    needs_outputs: bool = True,
    clock: Clock | None = None,
    session: Any = None,
    start: Path | None = None,
) -> Operation:
    """Find the stack and check the account; arguments as for ``run``.

    Raises:
        ConfigError: No such stack, wrong configuration, no or expired credentials, another account or region.
    """
    clock = clock or Clock()
    started = clock.elapsed()
    chosen = one_target(target, start)
    settings = load_settings(chosen)
    console = Console(clock, quiet=str(options.json_file) == "-")
    aws = Aws(
        command,
        region=settings.region,
        rights=rights_of(command),
        account=settings.account,
        console=console,
        dry_run=options.dry_run,
        session=session,
    )
    outputs: Mapping[str, Any] = {}
    _ = aws.identity
    if needs_outputs:
        from tierwise.operations.outputs import read_outputs

        outputs = read_outputs(chosen, settings.system, file=options.outputs)
        region = outputs.get("region", settings.region)
        if region != settings.region:
            raise OperationError(
                f"{chosen.key}  was deployed to {region}, its configuration says {settings.region}: "
                "deploy it, or set region back; nothing was done"
            )
    return Operation(command, Stack(chosen, settings, outputs), aws, console, options, started)


def has_cli() -> bool:
    """Whether the Pulumi CLI is on PATH."""
    return shutil.which("pulumi") is not None
