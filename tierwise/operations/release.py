"""``tierwise release``: whether a stack may be released now, and what is coming.

``release.yaml`` beside a system's ``Pulumi.yaml`` names the window and the approvals of each stage::

    prod:
      timezone: America/Los_Angeles       # summer time is the zone's own matter
      from: "08:00"
      until: "18:00"
      days: [mon, tue, wed, thu, fri]     # every day by default
      perDay: 1
      approvals: {by: [devops-lead, engineering-manager], emergency: [cto]}
      closed: [{from: 2026-12-24, until: 2026-12-26, reason: holidays}]
    calendar:
      - {what: restore test, cron: "0 5 1 * *", runbook: docs/runbooks/restore.md}
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome, has_cli
from tierwise.operations.record import Entry
from tierwise.operations.system_file import Part, read_system_file
from tierwise.preview.errors import ConfigError

FILE = "release.yaml"
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(value: Any) -> Any:
    try:
        return ZoneInfo(value) if isinstance(value, str) else value
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone, such as America/Los_Angeles") from None


class Closed(Part):
    """Days without releases.

    Attributes:
        begin: First day.
        end: Last day.
        reason: Why.
    """

    begin: date = Field(alias="from")
    end: date = Field(alias="until")
    reason: str


class Approvals(Part):
    """Who approves.

    Attributes:
        by: Roles of which one approves.
        emergency: Roles that approve outside the window; it is reviewed afterwards.
    """

    by: tuple[str, ...] = ()
    emergency: tuple[str, ...] = ()


class Window(Part):
    """When a stage may be released, and how often."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True)

    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(default_factory=lambda: ZoneInfo("UTC"))
    begin: time = Field(default=time(0), alias="from")
    end: time = Field(default=time(23, 59, 59), alias="until")
    days: tuple[Day, ...] = _DAYS
    per_day: int | None = Field(default=None, ge=1, alias="perDay")
    approvals: Approvals = Approvals()
    closed: tuple[Closed, ...] = ()


class Event(Part):
    """Something that recurs.

    Attributes:
        what: What.
        cron: When, in UTC: minute, hour, day of the month, month, day of the week.
        runbook: Where it is explained.
    """

    what: str
    cron: str
    runbook: str = ""


class Releases(Part):
    """The file."""

    dev: Window = Window()
    staging: Window = Window()
    prod: Window = Window()
    calendar: tuple[Event, ...] = ()

    def window(self, stage: str) -> Window:
        """The window of a stage; another stage's than the three is always open."""
        return {"dev": self.dev, "staging": self.staging, "prod": self.prod}.get(stage, Window())


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a release may begin.

    Attributes:
        allowed: Whether it may.
        reason: Why, in one line.
    """

    allowed: bool
    reason: str


def read_releases(directory: Path) -> Releases:
    """A system's file; without one every stage is always open.

    Raises:
        ConfigError: It cannot be used, one line a problem.
    """
    file = directory / FILE
    if not file.is_file():
        return Releases()
    return read_system_file(file, Releases)


def judge(window: Window, moment: datetime, releases: int, *, emergency: bool = False) -> Verdict:
    """Whether a release may begin at a moment.

    Args:
        window: The stage's window.
        moment: With its zone.
        releases: How many there were on this day, in the window's own zone.
        emergency: Whether nothing but the approval counts.
    """
    here = moment.astimezone(window.timezone)
    shown = f"{here:%a %Y-%m-%d %H:%M} in {window.timezone.key}"
    if emergency:
        who = " or ".join(window.approvals.emergency) or "anybody who may release"
        return Verdict(True, f"emergency at {shown}: {who} approves, and it is reviewed afterwards")
    for closed in window.closed:
        if closed.begin <= here.date() <= closed.end:
            return Verdict(False, f"closed from {closed.begin} until {closed.end}: {closed.reason}")
    if _DAYS[here.weekday()] not in window.days:
        return Verdict(False, f"{shown}: releases are on {', '.join(window.days)}")
    if not window.begin <= here.time().replace(tzinfo=None) < window.end:
        return Verdict(False, f"{shown}: releases are from {window.begin:%H:%M} until {window.end:%H:%M}")
    if window.per_day is not None and releases >= window.per_day:
        return Verdict(False, f"{shown}: {releases} of {window.per_day} releases today are done")
    return Verdict(True, f"{shown}: open" + (f", until {window.end:%H:%M}" if window.end != time(23, 59, 59) else ""))


def releases_on(entries: list[Entry], window: Window, moment: datetime) -> int:
    """How many recorded releases began on a moment's day, in the window's own zone."""
    today = moment.astimezone(window.timezone).date()
    begun = [datetime.fromisoformat(entry.started).astimezone(window.timezone).date() for entry in entries]
    return begun.count(today)


def check(operation: Operation, *, emergency: bool = False) -> Outcome:
    """Whether the stack may be released now; status 1 where not."""
    window = read_releases(operation.stack.target.directory).window(operation.stack.stage)
    moment = _now(operation)
    verdict = judge(window, moment, _today(operation, window, moment), emergency=emergency)
    if not verdict.allowed:
        verdict = Verdict(False, f"{verdict.reason}; for an emergency add --emergency")
    operation.console.say(
        f"{operation.stack.key}: {'may be released' if verdict.allowed else 'closed'}, {verdict.reason}"
    )
    if window.approvals.by:
        operation.console.say(f"approval by {' or '.join(window.approvals.by)}")
    return Outcome(verdict.allowed, {"allowed": verdict.allowed, "reason": verdict.reason, "emergency": emergency})


def note_release(operation: Operation, *, emergency: bool = False) -> Outcome:
    """Record that a release has begun, so that the day's number is known to all."""
    window = read_releases(operation.stack.target.directory).window(operation.stack.stage)
    moment = _now(operation)
    verdict = judge(window, moment, _today(operation, window, moment), emergency=emergency)
    if not verdict.allowed:
        operation.console.say(f"{operation.stack.key}: closed, {verdict.reason}")
        return Outcome(False, {"recorded": False, "reason": verdict.reason})
    with operation.exclusive():
        record = operation.record
        record.end(record.begin([], "emergency" if emergency else ""), "done")
    operation.console.say(f"{operation.stack.key}: recorded, {verdict.reason}")
    return Outcome(document={"recorded": not operation.options.dry_run, "reason": verdict.reason})


def calendar(operation: Operation) -> Outcome:
    """What recurs: the file's events, and what the settings schedule."""
    releases = read_releases(operation.stack.target.directory)
    rows = [(event.cron, event.what, event.runbook) for event in releases.calendar]
    settings = operation.stack.settings
    if settings.database_dump is not None and settings.database_dump.enabled:
        rows.append((settings.database_dump.schedule, "dump of the database", "docs/runbooks/database-restore.md"))
    for name, service in settings.active_services.items():
        rows += [(entry.schedule, f"{name}: {entry.name}", "") for entry in service.scaling.scheduled]
    night = None if settings.database is None else settings.database.night_stop
    if night is not None:
        rows += [(night.stop, "database stops", ""), (night.start, "database starts", "")]
    operation.console.table(("when (UTC)", "what", "runbook"), rows)
    return Outcome(document={"events": [dict(zip(("when", "what", "runbook"), row, strict=True)) for row in rows]})


def _today(operation: Operation, window: Window, moment: datetime) -> int:
    if window.per_day is None:
        return 0
    if has_cli():
        return _updates_today(operation, window, moment)
    from tierwise.operations.record import read_history

    try:
        entries = read_history(operation.aws, operation.record.name)
    except ConfigError as error:
        if getattr(error, "missing", False):
            return 0
        raise
    return releases_on(entries, window, moment)


def _updates_today(operation: Operation, window: Window, moment: datetime) -> int:
    """Successful updates of the stack on this day, as Pulumi's own history has them."""
    stack = operation.stack
    command = ["pulumi", "stack", "history", "--json", "--non-interactive", "-C", str(stack.target.directory)]
    done = subprocess.run([*command, "-s", stack.stage], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        # A stack that was never deployed has no history, and no release today.
        if "no stack named" in done.stderr:
            return 0
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OperationError(f"{stack.key}  pulumi cannot tell its history: {reason}")
    today = moment.astimezone(window.timezone).date()
    updates: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    begun = [
        datetime.fromisoformat(str(update["startTime"]).replace("Z", "+00:00")).astimezone(window.timezone).date()
        for update in updates
        if update.get("kind") == "update" and update.get("result") == "succeeded"
    ]
    return begun.count(today)


def _now(operation: Operation) -> datetime:
    return datetime.fromtimestamp(operation.console.clock.now(), UTC)


def as_table(window: Window) -> Mapping[str, str]:
    """A window in words, for the documentation."""
    return {
        "when": f"{', '.join(window.days)} {window.begin:%H:%M}-{window.end:%H:%M} {window.timezone.key}",
        "per day": str(window.per_day or "any"),
        "approval": " or ".join(window.approvals.by) or "none",
    }
