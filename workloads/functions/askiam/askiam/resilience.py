"""What keeps one failing part from taking the others along: retries with growing pauses, and a circuit breaker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class CircuitOpenError(Exception):
    """The part has failed too often; it is left alone for a while."""


def call_with_retry(
    work: Callable[[], T],
    *,
    attempts: int = 3,
    retried: tuple[type[Exception], ...] = (Exception,),
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """``work``'s answer, tried again after 1 s, 2 s … and up to a second more, so that callers do not march in step.

    Args:
        work: What to do.
        attempts: Tries in all.
        retried: Errors that are worth another try.
        sleep: How to wait.

    Raises:
        Exception: The last try's own.
    """
    for attempt in range(attempts - 1):
        try:
            return work()
        except retried:
            sleep(2**attempt + random.uniform(0, 1))  # noqa: S311 - no secret hangs on it
    return work()


class CircuitBreaker:
    """Lets calls through until they have failed five times in a row, then none for a minute, then one to try.

    Args:
        failures: Failures in a row that open it.
        seconds: Seconds that it stays open.
        clock: What time it is, in seconds.
    """

    def __init__(self, failures: int = 5, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed = failures
        self._seconds = seconds
        self._clock = clock
        self._failed = 0
        self._opened: float | None = None

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``."""
        if self._opened is None:
            return "closed"
        return "half-open" if self._clock() - self._opened >= self._seconds else "open"

    def call(self, work: Callable[[], T]) -> T:
        """``work``'s answer.

        Raises:
            CircuitOpenError: It is open.
            Exception: ``work``'s own.
        """
        if self.state == "open":
            raise CircuitOpenError(f"failed {self._failed} times in a row; tried again after {self._seconds:g} s")
        try:
            answer = work()
        except Exception:
            self._failed += 1
            if self._failed >= self._allowed:
                self._opened = self._clock()
            raise
        self._failed, self._opened = 0, None
        return answer
