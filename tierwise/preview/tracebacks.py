"""Turns what a program raised into what its author needs to see: their own lines, and no others."""

from __future__ import annotations

import os
import sysconfig
import traceback
from pathlib import Path
from typing import Final

from tierwise.preview.plan import ProgramError
from tierwise.preview.sdk import FRAMES_ATTRIBUTE
from tierwise.preview.values import readable

_OWN_FOLDER: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARIES: Final = tuple(
    sorted({os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)


def describe(error: BaseException, program_folder: Path) -> ProgramError:
    """The error as the user reads it.

    Args:
        error: What the program raised, or what was raised on its behalf.
        program_folder: Frames of files in here are the user's; those of libraries are left out, and ours.
    """
    chain = list(_chain(error))
    lines: list[str] = []
    place: traceback.FrameSummary | None = None
    for link in chain:
        extracted = traceback.extract_tb(link.__traceback__)
        frames = [frame for frame in extracted if _is_users(frame.filename, program_folder)]
        if frames:
            place = frames[-1]
            if lines:
                lines.append("")
            lines.append("Traceback (most recent call last):")
            lines.extend(text.rstrip("\n") for text in traceback.format_list(frames))
        elif link is not chain[-1]:
            continue
        if isinstance(link, SyntaxError) and link.filename and _is_users(link.filename, program_folder):
            place = traceback.FrameSummary(link.filename, link.lineno or 1, "<module>")
        lines.extend(text.rstrip("\n") for text in traceback.format_exception_only(link))
    if place is None:
        place = _registration_frame(chain, program_folder)
        if place is not None:
            lines[:0] = [
                "Traceback (most recent call last):",
                *traceback.format_list([place])[0].rstrip("\n").split("\n"),
            ]
    message = readable("\n".join(lines))
    return ProgramError(message, place.filename if place else None, place.lineno if place else None)


def _registration_frame(chain: list[BaseException], program_folder: Path) -> traceback.FrameSummary | None:
    """The line that made the resource whose registration failed after the program had gone on."""
    for link in chain:
        for file, line in link.__dict__.get(FRAMES_ATTRIBUTE, ()):
            if _is_users(file, program_folder):
                return traceback.FrameSummary(file, line, "<resource>")
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what caused it, the first cause first; an error met twice is listed once."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found[::-1]


def _is_users(file: str, program_folder: Path) -> bool:
    path = os.path.abspath(file)
    if not os.path.isabs(file) or path.startswith((_OWN_FOLDER, *_LIBRARIES)):
        return False
    return path.startswith(os.path.join(str(program_folder), "")) and "site-packages" not in path
