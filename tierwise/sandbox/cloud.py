"""The sandbox's cloud: one SQLite file that several engines may use at once and that outlives them."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tierwise.sandbox.wire import from_json, to_json

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS resources (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    urn TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    PRIMARY KEY (account, region, type, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_id ON resources (type, id);
CREATE INDEX IF NOT EXISTS by_urn ON resources (type, urn);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, hits INTEGER NOT NULL) WITHOUT ROWID;
"""
_BUSY_SECONDS: Final = 30.0


class CloudError(Exception):
    """The cloud refuses, or its file cannot be used; the text is for the user."""


class AlreadyExistsError(CloudError):
    """A resource of that identity is there already."""


@dataclass(frozen=True, slots=True)
class Held:
    """A resource that the cloud holds.

    Attributes:
        account: The account's number.
        region: The region, "" for what is global.
        type: The type token.
        key: What tells it from others of its type in the region; mostly its id.
        id: The provider's id.
        urn: Who made it.
        inputs: As created or last updated.
        outputs: Its whole state.
    """

    account: str
    region: str
    type: str
    key: str
    id: str
    urn: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Cloud:
    """Everything that exists in the sandbox.

    Args:
        path: The file; made when missing.

    Raises:
        CloudError: The file is no database of this kind, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CloudError(f"{path.parent}: {error.strerror}") from error
        with self._connected() as database:
            database.executescript(_SCHEMA)

    def add(self, held: Held) -> None:
        """Create a resource.

        Raises:
            AlreadyExistsError: Its identity is taken.
        """
        now = time.time()
        row = (held.account, held.region, held.type, held.key, held.id, held.urn)
        with self._connected() as database:
            try:
                database.execute(
                    "INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, to_json(held.inputs), to_json(held.outputs), now, now),
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyExistsError(f"{held.type} {held.key} already exists") from error

    def change(self, held: Held) -> None:
        """Replace the inputs and outputs of a resource.

        Raises:
            CloudError: It does not exist.
        """
        with self._connected() as database:
            done = database.execute(
                "UPDATE resources SET inputs = ?, outputs = ?, updated = ?"
                " WHERE account = ? AND region = ? AND type = ? AND key = ?",
                (
                    to_json(held.inputs),
                    to_json(held.outputs),
                    time.time(),
                    held.account,
                    held.region,
                    held.type,
                    held.key,
                ),
            )
            if done.rowcount == 0:
                raise CloudError(f"{held.type} {held.id} does not exist")

    def remove(self, held: Held) -> None:
        """Delete a resource; one that is gone already is no error."""
        with self._connected() as database:
            database.execute(
                "DELETE FROM resources WHERE account = ? AND region = ? AND type = ? AND key = ?",
                (held.account, held.region, held.type, held.key),
            )

    def find(self, type_: str, id_: str, *, account: str, region: str, arn: str | None = None) -> Held | None:
        """The resource of an id.

        Args:
            type_: The type token.
            id_: The provider's id.
            account: The account's number.
            region: Where to look first; an id that only another region knows is not found.
            arn: Tells apart what shares an id, such as the revisions of a task definition; the newest when None.
        """
        where = "type = ? AND id = ? AND account = ? AND region IN (?, '')"
        found = self._select(where, (type_, id_, account, region), "created DESC")
        if arn is not None:
            found = [held for held in found if held.outputs.get("arn", arn) == arn]
        return found[0] if found else None

    def holds(self, type_: str, key: str, *, account: str, region: str) -> bool:
        """Whether an identity is taken."""
        with self._connected() as database:
            row = database.execute(
                "SELECT 1 FROM resources WHERE account = ? AND region = ? AND type = ? AND key = ?",
                (account, region, type_, key),
            ).fetchone()
        return row is not None

    def all(self, type_: str | None = None) -> list[Held]:
        """Everything, or everything of a type, in the order of creation."""
        return self._select("type = ?", (type_,)) if type_ else self._select("TRUE", ())

    def named(self, type_: str, urn: str) -> list[Held]:
        """What a URN has made that is still there."""
        return self._select("type = ? AND urn = ?", (type_, urn))

    def next(self, counter: str) -> int:
        """The next number of a counter that never goes back; 1 at first."""
        with self._connected() as database:
            row = database.execute(
                "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                (counter,),
            ).fetchone()
        return int(row[0])

    def hit(self, fault: str) -> int:
        """Count a fault that struck; how often it has by now."""
        with self._connected() as database:
            row = database.execute(
                "INSERT INTO faults VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET hits = hits + 1 RETURNING hits",
                (fault,),
            ).fetchone()
        return int(row[0])

    def _select(self, where: str, arguments: tuple[str, ...], order: str = "created, type, key") -> list[Held]:
        with self._connected() as database:
            rows = database.execute(
                "SELECT account, region, type, key, id, urn, inputs, outputs FROM resources"  # noqa: S608
                f" WHERE {where} ORDER BY {order}",
                arguments,
            ).fetchall()
        return [_held(row) for row in rows]

    @contextmanager
    def _connected(self) -> Generator[sqlite3.Connection]:
        """A transaction on this thread's connection."""
        try:
            database: sqlite3.Connection | None = getattr(self._local, "database", None)
            if database is None:
                database = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                self._local.database = database
            with database:
                yield database
        except sqlite3.DatabaseError as error:
            raise CloudError(f"{self.path}: {error}{self._advice(error)}") from error

    def _advice(self, error: sqlite3.DatabaseError) -> str:
        """What to do about an error of the file; whatever was being written is not in it."""
        match getattr(error, "sqlite_errorcode", None):
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return f"; another process has held it for {_BUSY_SECONDS:g} s: let it end, then try again"
            case sqlite3.SQLITE_FULL:
                return "; make room on its disk, then run the same command again"
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return f"; remove {self.path.parent} to begin anew"
            case _:
                return ""


def _held(row: tuple[Any, ...]) -> Held:
    account, region, type_, key, id_, urn, inputs, outputs = row
    try:
        return Held(account, region, type_, key, id_, urn, from_json(inputs), from_json(outputs))
    except (ValueError, KeyError, TypeError) as error:
        raise CloudError(f"{type_} {id_}: what the sandbox holds of it is damaged ({error})") from error


def drift(cloud: Cloud, held: Held, changes: Mapping[str, Any]) -> None:
    """Change a resource behind the engine's back, as someone in the console would.

    Args:
        cloud: Where it is.
        held: The resource.
        changes: New values by property.
    """
    inputs = {**held.inputs, **{name: value for name, value in changes.items() if name in held.inputs}}
    cloud.change(replace(held, inputs=inputs, outputs={**held.outputs, **changes}))
