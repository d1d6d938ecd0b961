"""Colours for terminals, and none elsewhere."""

from __future__ import annotations

import os
import sys
from typing import Final

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def enabled() -> bool:
    """Whether standard output wants colours: a terminal, and no ``NO_COLOR`` (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Style:
    """Paints text, or leaves it as it is.

    Args:
        coloured: Whether to paint.
    """

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, text: str, *styles: str) -> str:
        if not self._coloured or not styles:
            return text
        return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"
