"""The same items in PostgreSQL. Every value is a parameter: no text of a caller ever becomes part of a statement."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from pratikoai import settings
from pratikoai.store import Item, check_size

CREATE = """
CREATE TABLE IF NOT EXISTS items (
  pk text NOT NULL,
  sk text NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (pk, sk)
)
"""
_GET = "SELECT data FROM items WHERE pk = %s AND sk = %s AND coalesce((data->>'ttl')::bigint, 9e15) > %s"
_PUT = "INSERT INTO items (pk, sk, data) VALUES (%s, %s, %s) ON CONFLICT (pk, sk) DO UPDATE SET data = excluded.data"
_CHANGE = (
    "UPDATE items SET data = data || %s::jsonb "
    "WHERE pk = %s AND sk = %s AND data @> %s::jsonb AND NOT data ?| %s::text[]"
)
_COUNT = (
    "INSERT INTO items (pk, sk, data) VALUES (%s, %s, jsonb_build_object(%s::text, 1, 'ttl', %s::bigint)) "
    "ON CONFLICT (pk, sk) DO UPDATE SET data = CASE WHEN (items.data->>'ttl')::bigint > %s THEN "
    "jsonb_set(items.data, ARRAY[%s::text], to_jsonb((items.data->>%s)::int + 1)) ELSE excluded.data END "
    "RETURNING (data->>%s)::int"
)
# starts_with, not LIKE: a percent sign of a caller would be a wildcard there.
_FIND = (
    "SELECT data FROM items WHERE pk = %s AND starts_with(sk, %s) "
    "AND coalesce((data->>'ttl')::bigint, 9e15) > %s ORDER BY sk"
)


class Connections(Protocol):
    """A pool, as far as it is used."""

    def connection(self) -> AbstractContextManager[Any]:
        """Lend a connection."""
        ...


class PostgresStore:
    """The items in one table, each a JSON document.

    Args:
        pool: Connections.
    """

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    @classmethod
    def connected(cls) -> PostgresStore:
        """With a pool to the configured database, over TLS that verifies the server."""
        from psycopg_pool import ConnectionPool

        return cls(ConnectionPool(kwargs=connection_options(), min_size=1, max_size=5, open=True))

    def get(self, pk: str, sk: str) -> Item | None:
        """See ``Store.get``."""
        rows = self._rows(_GET, (pk, sk, int(time.time())))
        return rows[0][0] if rows else None

    def put(self, item: Item) -> None:
        """See ``Store.put``."""
        check_size(item)
        self._rows(_PUT, (item["pk"], item["sk"], json.dumps(item)), answers=False)

    def change(self, pk: str, sk: str, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> bool:
        """See ``Store.change``."""
        check_size(changes)
        present = {name: value for name, value in (where or {}).items() if value is not None}
        absent = [name for name, value in (where or {}).items() if value is None]
        with self._pool.connection() as connection:
            cursor = connection.execute(_CHANGE, (json.dumps(dict(changes)), pk, sk, json.dumps(present), absent))
            return cursor.rowcount == 1

    def count(self, pk: str, sk: str, attribute: str, *, expires: int) -> int:
        """See ``Store.count``."""
        values = (pk, sk, attribute, expires, int(time.time()), attribute, attribute, attribute)
        return self._rows(_COUNT, values)[0][0]

    def find(self, pk: str, prefix: str) -> list[Item]:
        """See ``Store.find``."""
        return [row[0] for row in self._rows(_FIND, (pk, prefix, int(time.time())))]

    def _rows(self, statement: str, values: tuple[Any, ...], *, answers: bool = True) -> list[Any]:
        with self._pool.connection() as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if answers else []


def connection_options() -> dict[str, Any]:
    """How to reach the database: address, user and TLS."""
    user = settings.document("DATABASE_SECRET")
    options: dict[str, Any] = {
        "host": settings.text("DATABASE_HOST"),
        "port": settings.number("DATABASE_PORT", 5432),
        "dbname": settings.text("DATABASE_NAME", "app"),
        "user": user["username"],
        "password": user["password"],
        "connect_timeout": 5,
    }
    authorities = settings.text("DATABASE_SSLROOTCERT", "")
    if settings.stage() != "local":
        options |= {"sslmode": "verify-full", "sslrootcert": authorities or "/etc/ssl/rds.pem"}
    return options
