"""Where the SDK's own behaviour is adapted while a program runs: two functions, put back afterwards."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from tierwise.preview.sources import stack_trace

# `pulumi.runtime.invoke` the attribute is a function that hides the module of that name.
_invoke_module = importlib.import_module("pulumi.runtime.invoke")
_resource_module = importlib.import_module("pulumi.runtime.resource")

_prompt: Final[ContextVar[bool]] = ContextVar("prompt_invoke", default=False)
_result: Final[ContextVar[type | None]] = ContextVar("invoke_result", default=None)


def is_prompt_invoke() -> bool:
    """True while serving ``get_x()``, whose caller needs a value at once; False for ``get_x_output()``."""
    return _prompt.get()


def result_type() -> type | None:
    """The class that holds the result of the function being served, or None."""
    return _result.get()


@contextmanager
def adapted_sdk() -> Iterator[None]:
    """Use cheap stack traces, and tell prompt invokes from output invokes, inside the block."""
    original_trace: Any = _resource_module._get_stack_trace
    original_invoke: Any = _invoke_module._invoke

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

    setattr(_resource_module, "_get_stack_trace", stack_trace)  # noqa: B010 - private to the SDK
    setattr(_invoke_module, "_invoke", invoke)  # noqa: B010
    try:
        yield
    finally:
        setattr(_resource_module, "_get_stack_trace", original_trace)  # noqa: B010
        setattr(_invoke_module, "_invoke", original_invoke)  # noqa: B010
