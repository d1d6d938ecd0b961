"""PostgreSQL over TLS through a small pool that connects when it is first used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString, Self

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from starter.settings import DatabaseSettings

CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 5000

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


class Database:
    """Runs statements on connections of one pool."""

    def __init__(self, pool: Pool) -> None:
        """Use `pool`, which `open` opens."""
        self._pool = pool

    @classmethod
    def at(cls, settings: DatabaseSettings, application: str) -> Self:
        """A database that no connection has been made to yet, so that a task starts while it is down.

        Args:
            settings: Where it is and who asks.
            application: Shown in pg_stat_activity.
        """
        return cls(
            AsyncConnectionPool(
                kwargs={**connection_arguments(settings, application), "row_factory": dict_row},
                connection_class=AsyncConnection[DictRow],
                min_size=0,
                max_size=settings.pool_size,
                timeout=CONNECT_SECONDS,
                check=AsyncConnectionPool.check_connection,  # pyright: ignore[reportArgumentType]  it reads no row
                open=False,
            )
        )

    async def open(self) -> None:
        """Start the pool without waiting for a connection."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Return the connections to the server."""
        await self._pool.close()

    async def fetch(self, statement: LiteralString, parameters: Mapping[str, Any] | None = None) -> list[DictRow]:
        """Run one statement in a transaction of its own and return its rows.

        Raises:
            psycopg.OperationalError: No connection within `CONNECT_SECONDS`, or the statement took too long.
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()

    async def ping(self) -> None:
        """Return when the server answers; raise otherwise."""
        await self.fetch("SELECT 1 AS alive")


def connection_arguments(settings: DatabaseSettings, application: str) -> dict[str, Any]:
    """The keyword arguments of psycopg.connect. Not a URL: a generated password may hold any character."""
    arguments: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "dbname": settings.name,
        "user": settings.username,
        "password": settings.password.get_secret_value(),
        "sslmode": settings.sslmode,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": application,
        "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
    }
    if settings.sslrootcert is not None:
        arguments["sslrootcert"] = settings.sslrootcert
    return arguments
