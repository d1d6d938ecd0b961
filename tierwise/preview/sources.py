"""Source positions: which line of the program made a resource."""

from __future__ import annotations

import itertools
import os
import sys
from contextvars import ContextVar
from types import FrameType
from typing import Final
from urllib.parse import quote

from pulumi.runtime.proto import source_pb2

_OWN_FOLDER: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_CONSTRUCTORS: Final = 3

_frames: dict[tuple[str, int], source_pb2.StackFrame] = {}
_latest: Final[ContextVar[list[tuple[str, int]]]] = ContextVar("latest_resource_frames")
_number: Final[ContextVar[int]] = ContextVar("latest_resource_number", default=0)
_numbers = itertools.count(1)


def resource_frames() -> list[tuple[str, int]]:
    """File and line of the frames that made the resource whose registration is running, innermost first."""
    return _latest.get([])


def resource_number() -> int:
    """When the program made the resource whose registration is running: later ones have higher numbers.

    Registrations themselves overtake one another, and not always in the same way.
    """
    return _number.get()


def stack_trace() -> source_pb2.StackTrace:
    """The stack from the caller of the resource's own constructor outwards, as the SDK sends it.

    The SDK's version formats every frame through ``traceback``, which reads (and re-checks) each source file: a third
    of the time that a registration takes. This one looks at the frame objects only and ends where the program begins.
    """
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    # Resource, then CustomResource or ComponentResource, then the concrete class: its caller is the program's line.
    constructors = 0
    while frame is not None:
        if frame.f_code.co_name == "__init__":
            constructors += 1
            if constructors == _CONSTRUCTORS:
                frame = frame.f_back
                break
        frame = frame.f_back
    frames: list[source_pb2.StackFrame] = []
    keys: list[tuple[str, int]] = []
    while frame is not None:
        key = (frame.f_code.co_filename, frame.f_lineno)
        if key[0].startswith(_OWN_FOLDER):
            break
        message = _frames.get(key)
        if message is None:
            message = _frames[key] = _frame_message(*key)
        frames.append(message)
        keys.append(key)
        frame = frame.f_back
    # The registration runs as a task of its own, which keeps this value while the program goes on to the next resource.
    _latest.set(keys)
    _number.set(next(_numbers))
    return source_pb2.StackTrace(frames=frames)


def _frame_message(file: str, line: int) -> source_pb2.StackFrame:
    if not os.path.isabs(file):
        return source_pb2.StackFrame()
    return source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=f"file://{quote(file)}", line=line))


class SourcePositions:
    """Turns the SDK's file positions into project positions.

    Args:
        project_root: The folder of ``Pulumi.yaml``.
    """

    def __init__(self, project_root: str) -> None:
        self._root = project_root
        self._files: dict[str, str] = {}

    def position(self, raw: source_pb2.SourcePosition) -> str:
        """``project:///components/network/vpc.py#41`` relative to the project's folder, or "" without a file."""
        uri = raw.uri
        if not uri:
            return ""
        path = self._files.get(uri)
        if path is None:
            path = self._files[uri] = self._relative(uri)
        return f"{path}#{raw.line}"

    def trace(self, raw: source_pb2.StackTrace) -> tuple[str, ...]:
        """``position`` of every frame, innermost first."""
        return tuple([self.position(frame.pc) for frame in raw.frames])

    def _relative(self, uri: str) -> str:
        # Both sides are percent-encoded, so that the result is.
        relative = os.path.relpath(uri.removeprefix("file://"), quote(self._root))
        return "project:///" + relative.replace(os.sep, "/")
