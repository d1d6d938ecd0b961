"""``migration.yaml`` beside a system's ``Pulumi.yaml``: what becomes of each row, or of each item.

Rows of a database into items::

    rehearse: staging            # other stages are refused until this one has done it
    table: main
    key: [pk, sk]
    schemaVersion: 1
    rows:
      users: {bucket: documents, object: migration/users.jsonl, set: {pk: "USER#{login}", sk: PROFILE, name: "{name}"}}
      notes: {user: db-reader, order: id, sql: SELECT … WHERE id > :after ORDER BY id LIMIT :count, item: data}

Items into a newer form::

    rehearse: dev
    table: audit
    key: [id, timestamp]
    schemaVersion: 2
    changes:
      - {from: 1, rename: {user: actor}, set: {source: api}, remove: [legacy]}
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

from pydantic import Field, model_validator

from tierwise.operations.system_file import Part, read_system_file
from tierwise.preview.errors import ConfigError

FILE: Final = "migration.yaml"
#: A column in braces; a text that is nothing else keeps the column's type.
COLUMN: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
VERSION: Final = "schemaVersion"


class Rows(Part):
    """Rows of one kind: JSON lines in a bucket, or a statement that the Data API of the Aurora cluster runs.

    Attributes:
        bucket: Bucket of the configuration.
        object: Key in it.
        user: Secret of the database user that reads.
        sql: Statement with ``:after`` and ``:count``.
        order: Column by which the statement goes on.
        item: Column with a JSON object whose members become attributes.
        set: Attributes, with columns in braces.
    """

    bucket: str | None = None
    object: str | None = None
    user: str | None = None
    sql: str | None = None
    order: str | None = None
    item: str | None = None
    set: dict[str, Any] = Field(default_factory=dict[str, Any])

    @model_validator(mode="after")
    def _one_source(self) -> Rows:
        lines, statement = (self.bucket, self.object), (self.user, self.sql, self.order)
        if all(lines) and not any(statement):
            return self
        if all(statement) and not any(lines):
            return self
        raise ValueError("rows come from bucket and object, or by user, sql and order; exactly one of both")


class Change(Part):
    """What becomes of an item of one version.

    Attributes:
        since: The version before; the next is one more.
        set: Attributes, with others of the item in braces.
        rename: New names of attributes by their old ones.
        remove: Attributes that go.
    """

    since: int = Field(alias="from", ge=0)
    set: dict[str, Any] = Field(default_factory=dict[str, Any])
    rename: dict[str, str] = Field(default_factory=dict[str, str])
    remove: tuple[str, ...] = ()


class Mapping(Part):
    """A whole migration.

    Attributes:
        rehearse: The stage that goes first.
        table: Table of the configuration.
        key: Its partition key, and its sort key where it has one.
        version: What ``schemaVersion`` of every item is in the end.
        rows: Rows by kind.
        changes: Changes by version, in place of rows.
    """

    rehearse: str
    table: str
    key: tuple[str, ...] = Field(min_length=1, max_length=2)
    version: int = Field(alias=VERSION, ge=1)
    rows: dict[str, Rows] = Field(default_factory=dict[str, Rows])
    changes: tuple[Change, ...] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Mapping:
        if bool(self.rows) == (self.changes is not None):
            raise ValueError("a migration has rows, or changes of items that are there; exactly one of both")
        for kind, rows in self.rows.items():
            if rows.item is None and not set(self.key) <= set(rows.set):
                raise ValueError(f"rows.{kind}.set names no {', '.join(sorted(set(self.key) - set(rows.set)))}")
        for change in self.changes or ():
            touched = {*change.set, *change.rename, *change.rename.values(), *change.remove} & {*self.key, VERSION}
            if touched:
                raise ValueError(f"the change from {change.since} touches {min(touched)}: keys and version stay")
        steps = [change.since for change in self.changes or ()]
        if steps and steps != list(range(steps[0], self.version)):
            raise ValueError(f"changes go from {steps[0]} to {self.version} one by one, not {steps}")
        return self

    @property
    def fingerprint(self) -> str:
        """Names this migration: another one has to be rehearsed again."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_mapping(file: Path) -> Mapping:
    """Read a migration.

    Raises:
        ConfigError: There is none, or it cannot be used: one line a problem.
    """
    if not file.is_file():
        raise ConfigError([f"{file}  there is no such file: it says what becomes of each row"])
    return read_system_file(file, Mapping)
