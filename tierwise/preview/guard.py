"""Keeps a previewed program off the network and from starting processes.

An audit hook sees every socket and process that Python code opens, whatever library asks. gRPC has sockets of its own,
outside of Python, so its channels are refused where they are made. C extensions with sockets of their own are not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import grpc
from grpc import aio

from tierwise.preview.errors import OfflineError

_NETWORK: Final = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.getnameinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.sendto",
        "socket.sendmsg",
    }
)
_PROCESSES: Final = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "os.startfile",
        "pty.spawn",
    }
)
_GRPC: Final = (
    (grpc, "insecure_channel"),
    (grpc, "secure_channel"),
    (aio, "insecure_channel"),
    (aio, "secure_channel"),
)


class _State:
    refusals: list[str] | None = None
    installed = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _State.refusals is None:
        return
    if event in _NETWORK:
        _refuse(
            "reach the network", f"{event}({_describe(arguments[1:] if event != 'socket.getaddrinfo' else arguments)})"
        )
    elif event in _PROCESSES:
        _refuse("start a process", f"{event}({_describe(arguments)})")


def _describe(arguments: tuple[Any, ...]) -> str:
    return ", ".join(repr(argument) for argument in arguments[:2] if argument is not None)


def _refuse(what: str, how: str) -> None:
    message = (
        f"the program tried to {what} during a preview: {how}. A preview is offline: move this into a resource or a "
        "configuration value"
    )
    if _State.refusals is not None:
        _State.refusals.append(message)
    raise OfflineError(message)


def _refuse_channel(target: Any = "", *_arguments: Any, **_options: Any) -> Any:
    _refuse("reach the network", f"grpc channel to {target!r}")


@contextmanager
def offline() -> Generator[list[str]]:
    """Refuse network and processes inside the block, in every thread of this Python process.

    Yields:
        What was refused, so that it is seen even when the program swallows the error.
    """
    if not _State.installed:
        sys.addaudithook(_hook)
        _State.installed = True
    refusals: list[str] = []
    originals = [(module, name, getattr(module, name)) for module, name in _GRPC]
    for module, name, _ in originals:
        setattr(module, name, _refuse_channel)
    _State.refusals = refusals
    try:
        yield refusals
    finally:
        _State.refusals = None
        for module, name, original in originals:
            setattr(module, name, original)
