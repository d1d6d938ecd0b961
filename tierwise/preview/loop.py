"""The event loop that the program runs on: blocking calls run in place instead of on a thread.

The SDK hands each call to the engine to a thread pool. Our engine answers in memory, so the hop would only cost time
and make the order of registrations depend on the scheduler.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable
from typing import Any


class InlineEventLoop(asyncio.SelectorEventLoop):
    """A selector loop whose default executor is the calling thread."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._task)

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """The tasks that still wait for something.

        ``asyncio.all_tasks`` would walk through those of every plan of this process that is still remembered.
        """
        return [task for task in self._tasks if not task.done()]

    def close(self) -> None:
        """Close the loop and forget what ran on it."""
        super().close()
        self._tasks.clear()

    def _task(self, loop: asyncio.AbstractEventLoop, coro: Any, /, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        self._tasks.append(task)
        return task

    async def settle(self) -> None:
        """Let everything else run until nothing is left that can run without waiting for time or input."""
        ready: deque[Any] = getattr(self, "_ready")  # noqa: B009 - asyncio offers no other way to ask
        await asyncio.sleep(0)
        while ready:
            await asyncio.sleep(0)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Call ``func`` now. A coroutine that it returns is awaited on this loop, so that it may call back the SDK.

        Args:
            executor: None for the default one; a program's own executor is used as it is.
            func: What to call.
            args: Its arguments.
        """
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        future: asyncio.Future[Any] = self.create_future()
        try:
            result = func(*args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # the caller awaits the error, as with a thread
            future.set_exception(error)
            return future
        if inspect.iscoroutine(result):
            return self.create_task(result)
        future.set_result(result)
        return future
