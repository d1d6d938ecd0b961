"""Where the SDK's own behaviour is adapted while a program runs: three functions, put back afterwards."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from pulumi.runtime.rpc_manager import RPCManager

from tierwise.preview.loop import InlineEventLoop
from tierwise.preview.sources import resource_frames, stack_trace

# `pulumi.runtime.invoke` the attribute is a function that hides the module of that name.
_invoke_module = importlib.import_module("pulumi.runtime.invoke")
_resource_module = importlib.import_module("pulumi.runtime.resource")
_stack_module = importlib.import_module("pulumi.runtime.stack")

#: Where ``PositionedRPCManager`` leaves the frames on an error.
FRAMES_ATTRIBUTE: Final = "tierwise_resource_frames"
_RESOURCE_CALLS: Final = frozenset(("register resource", "read resource"))

_prompt: Final[ContextVar[bool]] = ContextVar("prompt_invoke", default=False)
_result: Final[ContextVar[type | None]] = ContextVar("invoke_result", default=None)


def is_prompt_invoke() -> bool:
    """True while serving ``get_x()``, whose caller needs a value at once; False for ``get_x_output()``."""
    return _prompt.get()


def result_type() -> type | None:
    """The class that holds the result of the function being served, or None."""
    return _result.get()


class PositionedRPCManager(RPCManager):
    """The SDK's bookkeeping of calls, noting on an error which lines made the resource that it is about."""

    def do_rpc(self, name: str, rpc_function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Wrap a call; see the SDK."""
        if name not in _RESOURCE_CALLS:
            return super().do_rpc(name, rpc_function)

        async def positioned(*args: Any, **kwargs: Any) -> Any:
            try:
                return await rpc_function(*args, **kwargs)
            except Exception as error:
                error.__dict__.setdefault(FRAMES_ATTRIBUTE, resource_frames())
                raise

        return super().do_rpc(name, positioned)


@contextmanager
def adapted_sdk() -> Generator[None]:
    """Use cheap stack traces, tell prompt invokes from output invokes, and let outputs settle before they are awaited.

    The SDK waits for outputs one completion at a time and looks at all the others each time, which takes longer the
    bigger the program is. With an engine in memory they can all run to their end first.
    """
    original_trace: Any = _resource_module._get_stack_trace
    original_invoke: Any = _invoke_module._invoke
    original_wait: Any = _stack_module.wait_for_rpcs

    def invoke(
        tok: str,
        props: Any,
        opts: Any,
        typ: type | None,
        package_ref: Awaitable[str | None] | None,
        check_dependencies: bool | None = False,
    ) -> Awaitable[Any]:
        inner = original_invoke(tok, props, opts, typ, package_ref, check_dependencies)

        async def marked() -> Any:
            _prompt.set(not check_dependencies)
            _result.set(typ)
            return await inner

        return marked()

    async def wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:
        loop = asyncio.get_running_loop()
        if isinstance(loop, InlineEventLoop):
            await loop.settle()
        await original_wait(await_all_outstanding_tasks)

    setattr(_stack_module, "wait_for_rpcs", wait_for_rpcs)  # noqa: B010
    setattr(_resource_module, "_get_stack_trace", stack_trace)  # noqa: B010 - private to the SDK
    setattr(_invoke_module, "_invoke", invoke)  # noqa: B010
    try:
        yield
    finally:
        setattr(_resource_module, "_get_stack_trace", original_trace)  # noqa: B010
        setattr(_invoke_module, "_invoke", original_invoke)  # noqa: B010
        setattr(_stack_module, "wait_for_rpcs", original_wait)  # noqa: B010
