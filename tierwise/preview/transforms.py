"""Transforms and hooks: the program's callbacks, called in process instead of over a socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message
from pulumi.runtime._callbacks import _CallbackServicer  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import callback_pb2


class InProcessCallbacks(_CallbackServicer):
    """The SDK's callback registry without its gRPC server.

    Args:
        monitor: Told about each registration, as the SDK's own registry tells the engine.
    """

    def __init__(self, monitor: Any) -> None:  # the base class would open a port, so its constructor is not called
        self._callbacks = {}
        self._transforms = {}
        self._monitor = monitor
        self._target = "in-process"

    async def call(self, callback: callback_pb2.Callback, request: Message) -> Message:
        """Call a registered callback.

        Args:
            callback: What the SDK registered.
            request: The callback's own request message.

        Returns:
            The callback's own response message. What the program raises passes through.
        """
        return await self._callbacks[callback.token](request.SerializeToString())


class TransformChain:
    """Which transforms apply to a resource: its own, then its ancestors', then the stack's."""

    def __init__(self) -> None:
        self._stack: list[callback_pb2.Callback] = []
        self._by_urn: dict[str, Sequence[callback_pb2.Callback]] = {}
        self._parents: dict[str, str] = {}
        self.invoke: list[callback_pb2.Callback] = []

    def add_stack(self, callback: callback_pb2.Callback) -> None:
        """Apply ``callback`` to every resource registered from now on."""
        self._stack.append(_copy(callback))

    def add_invoke(self, callback: callback_pb2.Callback) -> None:
        """Apply ``callback`` to every function call from now on."""
        self.invoke.append(_copy(callback))

    def remember(self, urn: str, parent: str, own: Sequence[callback_pb2.Callback]) -> None:
        """Note a registered resource, so that its children inherit its transforms."""
        self._parents[urn] = parent
        if own:
            self._by_urn[urn] = list(own)

    def of(self, own: Sequence[callback_pb2.Callback], parent: str) -> list[callback_pb2.Callback]:
        """The transforms of a resource about to be registered, in the order in which they run."""
        if not own and not self._by_urn and not self._stack:
            return []
        chain = list(own)
        current = parent
        while current:
            chain.extend(self._by_urn.get(current, ()))
            current = self._parents.get(current, "")
        return chain + self._stack


def _copy(callback: callback_pb2.Callback) -> callback_pb2.Callback:
    copy = callback_pb2.Callback()
    copy.CopyFrom(callback)
    return copy
