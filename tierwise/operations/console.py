"""What an operator sees and is asked. Everything but results goes to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tierwise.operations.errors import OperationError
from tierwise.style import Style, enabled

#: Seconds between two looks at something that takes its time, at first and at most.
_FIRST_PAUSE: Final = 3.0
_LONGEST_PAUSE: Final = 20.0
_GROWTH: Final = 1.3


class Clock:
    """Time, so that tests need none."""

    def now(self) -> float:
        """Seconds of the wall clock since 1970."""
        return time.time()

    def elapsed(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Console:
    """Speaks to the operator.

    Args:
        clock: Time.
        quiet: Whether standard output is taken by JSON; people are then told on standard error.
    """

    def __init__(self, clock: Clock | None = None, *, quiet: bool = False) -> None:
        self.clock = clock or Clock()
        self._quiet = quiet
        self.style = Style(enabled() and not quiet)

    def say(self, text: str = "") -> None:
        """Print a line of the result."""
        print(text, file=sys.stderr if self._quiet else sys.stdout, flush=True)

    def note(self, text: str) -> None:
        """Print a line about how things go."""
        print(text, file=sys.stderr, flush=True)

    def confirm(self, what: str, expected: str) -> None:
        """Have the operator type a name before something happens to production.

        Args:
            what: What will happen, one or more lines.
            expected: What must be typed.

        Raises:
            OperationError: Something else was typed, or nobody is there to type.
        """
        self.note(what)
        if not sys.stdin.isatty():
            raise OperationError(f"nobody is there to confirm: repeat with --yes to do this to {expected}")
        print(f"Type {expected} to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != expected:
            raise OperationError("not confirmed: nothing was done")

    def wait(self, what: str, probe: Callable[[], str | None], *, timeout: float) -> None:
        """Look again and again until something is there, and say how it goes.

        Args:
            what: What is waited for.
            probe: Looks; None when it is there, else how far it is.
            timeout: Seconds.

        Raises:
            OperationError: It took longer.
        """
        started, pause, told = self.clock.elapsed(), _FIRST_PAUSE, ""
        status = self._status(what)
        try:
            while (state := probe()) is not None:
                if self.clock.elapsed() - started >= timeout:
                    raise OperationError(
                        f"{what}: not there after {duration(timeout)} ({state}); it goes on in AWS, so look again later"
                    )
                if status is not None:
                    status.update(f"{what}: {state}")
                elif state != told:
                    self.note(f"{what}: {state}")
                    told = state
                self.clock.sleep(pause)
                pause = min(pause * _GROWTH, _LONGEST_PAUSE)
        finally:
            if status is not None:
                status.stop()

    def _status(self, what: str) -> Any:
        if not sys.stderr.isatty():
            return None
        from rich.console import Console as Rich

        status = Rich(stderr=True).status(what)
        status.start()
        return status

    def table(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        """Print columns, as wide as they must be; the last one takes what is left."""
        widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
        for number, row in enumerate((heads, *rows)):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            self.say(self.style(line, "bold") if number == 0 else line)


def duration(seconds: float) -> str:
    """Seconds as people say them: ``4 min 10 s``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 and seconds != whole else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def write_json(path: Path | None, document: Mapping[str, Any]) -> None:
    """Write a result as JSON.

    Args:
        path: Where to; ``-`` is standard output, None nowhere.
        document: What to write.
    """
    if path is None:
        return
    text = json.dumps(document, indent=2, default=str, ensure_ascii=False)
    if str(path) == "-":
        print(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
