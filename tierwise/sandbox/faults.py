"""Failures on demand: which operation fails, on what, how, and how often.

The file is a JSON list; each entry has ``fault`` and any of the others::

    [{"operation": "create", "type": "aws:ecs/*", "name": "pika-*", "fault": "fail", "times": 1}]

``fail`` answers with an error and does nothing. ``throttle`` is AWS's rate limit: the provider waits and tries again,
as the real one does. ``timeout`` waits ``seconds`` and gives up, with nothing done. ``half`` does the work and then
fails, so that the resource exists but is not as wanted. ``lost`` does the work and then loses the answer, so that the
engine does not hear of it. ``slow`` does the work at once and answers after ``seconds``: time to kill the engine in.

``after`` lets that many operations through first, and ``times`` is how many it strikes then.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from tierwise.sandbox.cloud import Cloud, CloudError

Kind = Literal["fail", "throttle", "timeout", "half", "lost", "slow"]
Operation = Literal["create", "update", "delete", "read"]
_MEMBERS: Final = frozenset({"operation", "type", "name", "fault", "after", "times", "seconds", "message"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the file.

    Attributes:
        fault: What happens.
        operation: Which operations it strikes; None for all but reads.
        type: Pattern of the type token.
        name: Pattern of the logical name.
        after: How many operations that it is meant for go through first.
        times: How often it strikes at most; None for always.
        seconds: How long a time-out or a slow answer takes.
        message: What the cloud says.
    """

    fault: Kind
    operation: Operation | None = None
    type: str = "*"
    name: str = "*"
    after: int = 0
    times: int | None = None
    seconds: float = 1.0
    message: str = "InternalFailure: the sandbox was told to fail here"

    def strikes(self, operation: Operation, token: str, name: str) -> bool:
        """Whether it is meant for an operation, its number of times aside."""
        wanted = operation != "read" if self.operation is None else operation == self.operation
        return wanted and fnmatch.fnmatchcase(token, self.type) and fnmatch.fnmatchcase(name, self.name)


class Faults:
    """The faults of a sandbox.

    Args:
        faults: In order; the first that strikes counts.
        cloud: Remembers how often each struck, across engines.
    """

    def __init__(self, faults: Sequence[Fault], cloud: Cloud) -> None:
        self._faults = faults
        self._cloud = cloud

    def strike(self, operation: Operation, token: str, name: str) -> Fault | None:
        """The fault that strikes an operation now, or None."""
        for fault in self._faults:
            if fault.strikes(operation, token, name):
                if fault.times is None and not fault.after:
                    return fault
                met = self._cloud.hit(f"{fault.fault} {fault.operation} {fault.type} {fault.name} {fault.after}")
                if met > fault.after and (fault.times is None or met <= fault.after + fault.times):
                    return fault
        return None


def load(path: Path) -> list[Fault]:
    """The faults that a file describes; none when it is missing.

    Raises:
        CloudError: It is not such a file.
    """
    if not path.is_file():
        return []
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            raise ValueError("a list is expected")
        return [_fault(entry) for entry in entries]  # type: ignore[reportUnknownVariableType]
    except (ValueError, TypeError) as error:
        raise CloudError(f"{path}: {error}") from error


def _fault(entry: Any) -> Fault:
    unknown = sorted(set(entry) - _MEMBERS)
    if unknown:
        raise ValueError(f"no such member: {', '.join(unknown)}; there are {', '.join(sorted(_MEMBERS))}")
    if entry.get("fault") not in get_args(Kind):
        raise ValueError(f"no such fault: {entry.get('fault')}; there are {', '.join(get_args(Kind))}")
    if entry.get("operation") not in (None, *get_args(Operation)):
        raise ValueError(f"no such operation: {entry['operation']}; there are {', '.join(get_args(Operation))}")
    return Fault(**entry)
