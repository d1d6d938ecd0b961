"""Colours for terminals, and none elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import Final, TextIO

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def enabled() -> bool:
    """Whether standard output wants colours: a terminal that has them, and no ``NO_COLOR`` (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns() -> int | None:
    """Width of the terminal that standard output is; None for a pipe or a file, where lines stay whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def clean(text: str) -> str:
    """``text`` on one line and without control characters, so that a name cannot steer a terminal."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in text)


def clipped(text: str, width: int) -> str:
    """``text`` with an ellipsis for what goes beyond ``width``."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def say(text: str, file: TextIO | None = None) -> None:
    """Print lines among which none is a command to GitHub's runner, whatever they quote.

    The runner takes a line that begins with ``::`` for one, and one with ``##[`` in it
    (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
    """
    harmless = re.sub(r"^([^\S\n]*):(?=:)", r"\1: ", text, flags=re.MULTILINE).replace("##[", "# #[")
    print(harmless, file=file)


class Style:
    """Paints text, or leaves it as it is.

    Args:
        coloured: Whether to paint.
    """

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, text: str, *styles: str) -> str:
        if not self._coloured or not styles or not text:
            return text
        return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"
