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
from math import inf
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from tierwise.sandbox.cloud import Cloud, CloudError

Kind = Literal["fail", "throttle", "timeout", "half", "lost", "slow"]
Operation = Literal["create", "update", "delete", "read"]
_NUMBERS: Final[dict[str, tuple[type, ...]]] = {"after": (int,), "times": (int,), "seconds": (int, float)}
_MEMBERS: Final = _NUMBERS.keys() | {"operation", "type", "name", "fault", "message"}


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
        return [_fault(entry) for entry in cast("list[Any]", entries)]
    except ValueError as error:
        raise CloudError(f"{path}: {error}") from error


def _fault(entry: Any) -> Fault:
    if not isinstance(entry, dict):
        raise ValueError(f"{entry!r}: an object is expected")
    given = cast("dict[str, Any]", entry)
    unknown = sorted(given.keys() - _MEMBERS)
    if unknown:
        raise ValueError(f"no such member: {', '.join(unknown)}; there are {', '.join(sorted(_MEMBERS))}")
    for name, value in given.items():
        if name in _NUMBERS:
            if type(value) not in _NUMBERS[name] or not 0 <= value < inf:
                whole = "" if float in _NUMBERS[name] else "whole "
                raise ValueError(f"{name} is {value!r}; it must be a {whole}number from 0 on")
        elif not isinstance(value, str):
            raise ValueError(f"{name} is {value!r}; it must be text")
    if given.get("fault") not in get_args(Kind):
        raise ValueError(f"no such fault: {given.get('fault')}; there are {', '.join(get_args(Kind))}")
    if given.get("operation") not in (None, *get_args(Operation)):
        raise ValueError(f"no such operation: {given['operation']}; there are {', '.join(get_args(Operation))}")
    return Fault(**given)
