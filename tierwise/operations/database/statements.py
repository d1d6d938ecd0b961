"""SQL as text: quoted names, files taken apart into statements, and what each one is called.

Names and values here come from the configuration, never from a caller, and are quoted all the same.
https://www.postgresql.org/docs/current/sql-syntax-lexical.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.operations.errors import OperationError

#: What ends a piece of text in which a semicolon ends nothing: quotes, dollar quotes, comments.
_PIECES: Final = re.compile(
    r"(?P<line>--[^\n]*)|(?P<block>/\*.*?\*/)|(?P<quoted>'(?:[^']|'')*')|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)|(?P<end>;)",
    re.DOTALL,
)
_TITLE_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement.

    Attributes:
        text: What the server is sent, without comments.
        where: Where it comes from: a file, or what of the configuration asks for it.
    """

    text: str
    where: str

    @property
    def title(self) -> str:
        """Its first words, for messages."""
        return " ".join(self.text.split()[:_TITLE_WORDS]).rstrip("(")


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as SQL writes it; standard strings take a backslash as it is."""
    return "'" + value.replace("'", "''") + "'"


def split(text: str, where: str) -> Iterator[Sql]:
    """The statements of a script, one by one, without their comments: the Data API takes one a call.

    Args:
        text: The script.
        where: What it is called.
    """
    statement = ""
    last = 0
    for piece in _PIECES.finditer(text):
        statement += text[last : piece.start()]
        last = piece.end()
        if piece["end"]:
            yield from _one(statement, where)
            statement = ""
        elif piece["line"] is None and piece["block"] is None:
            statement += piece[0]
    yield from _one(statement + text[last:], where)


def read(root: Path, name: str, key: str) -> Iterator[Sql]:
    """The statements of a file.

    Args:
        root: Folder of the program.
        name: The file, relative to it.
        key: What of the configuration names it.

    Raises:
        OperationError: There is no such file.
    """
    try:
        text = (root / name).read_text(encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{key}: {name}  cannot be read: {error.strerror}; paths begin at {root}") from None
    return split(text, name)


def _one(text: str, where: str) -> Iterator[Sql]:
    lines = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
    if lines:
        yield Sql("\n".join(lines), where)
