"""What was done to a stack, kept where the next operator finds it, and how far an interrupted operation got.

A parameter a command; SSM keeps its last hundred versions, which are the history.
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from tierwise.operations.aws import Aws
from tierwise.operations.errors import AwsError
from tierwise.operations.lock import operator, parameter

RIGHTS: Final = ("ssm:GetParameter", "ssm:PutParameter")


@dataclass
class Step:
    """One thing that an operation changes.

    Attributes:
        part: What it changes, such as ``service api-gateway``.
        before: What it was.
        after: What it shall be.
        done: Whether it is.
    """

    part: str
    before: str
    after: str
    done: bool = False


@dataclass
class Entry:
    """One run of a command.

    Attributes:
        command: The command.
        by: Who ran it.
        started: When, in UTC.
        state: How it ended; ``running`` for one that was interrupted.
        steps: What it changed.
        note: What else there is to say.
        ended: When it ended, "" while it runs.
    """

    command: str
    by: str
    started: str
    state: Literal["running", "done", "failed"] = "running"
    steps: list[Step] = field(default_factory=list[Step])
    note: str = ""
    ended: str = ""


class Record:
    """The record of one command on one stack.

    Args:
        aws: The way to AWS.
        system: The system.
        stage: The stage.
    """

    def __init__(self, aws: Aws, system: str, stage: str) -> None:
        self._aws = aws
        self.name = parameter(system, stage, "operations", aws.command.replace(" ", "-"))

    def last(self) -> Entry | None:
        """The last run, or None."""
        try:
            found = self._aws.read("ssm", "GetParameter", Name=self.name)["Parameter"]["Value"]
        except AwsError as error:
            if error.missing:
                return None
            raise
        return _parse(found)

    def begin(self, steps: list[Step], note: str = "") -> Entry:
        """Write down what will be done, before it is."""
        entry = Entry(self._aws.command, operator(), self._now(), steps=steps, note=note)
        self.write(entry)
        return entry

    def write(self, entry: Entry) -> None:
        """Write down how far it is."""
        if self._aws.dry_run:
            return
        # Four kilobytes are free; a longer entry costs five cents a month rather than its end.
        self._aws.change(
            "ssm",
            "PutParameter",
            Name=self.name,
            Value=json.dumps(asdict(entry), separators=(",", ":")),
            Type="String",
            Overwrite=True,
            Tier="Intelligent-Tiering",
        )

    def end(self, entry: Entry, state: Literal["done", "failed"], note: str = "") -> None:
        """Write down how it ended."""
        entry.state, entry.ended = state, self._now()
        entry.note = note or entry.note
        self.write(entry)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._aws.console.clock.now(), UTC).isoformat(timespec="seconds")


def read_history(aws: Aws, name: str) -> list[Entry]:
    """Every run in a parameter that is still known, each as it ended.

    Args:
        aws: The way to AWS.
        name: The parameter.
    """
    runs: dict[str, Entry] = {}
    for version in aws.pages("ssm", "GetParameterHistory", "Parameters", Name=name):
        entry = _parse(version["Value"])
        if entry is not None:
            runs[entry.started] = entry
    return list(runs.values())


def _parse(text: str) -> Entry | None:
    try:
        content: dict[str, Any] = json.loads(text)
        content["steps"] = [Step(**step) for step in content["steps"]]
        return Entry(**content)
    except (ValueError, TypeError, KeyError):
        return None
