"""The pool: small, lazy, and one for each task."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from starter.database import Database
from starter.settings import Settings

from .conftest import environment


def database(**more: str) -> Database:
    """A database on a port of this machine where nobody listens."""
    settings = Settings.from_env(
        environment(
            "listings",
            DATABASE_HOST="127.0.0.1",
            DATABASE_PORT="1",
            DATABASE_NAME="pika",
            DATABASE_USERNAME="listings",
            DATABASE_PASSWORD="x",  # noqa: S106  nobody asks for it
            **more,
        )
    ).database
    assert settings is not None
    return Database.at(settings, "pika-listings")


@pytest.mark.requirement("PIKA-54")
def test_the_pool_is_as_large_as_the_environment_says_and_starts_empty() -> None:
    pool = database(DATABASE_POOL_SIZE="4")._pool  # pyright: ignore[reportPrivateUsage]
    assert (pool.min_size, pool.max_size) == (0, 4)


def test_a_task_starts_while_the_database_is_down() -> None:
    async def start_and_ask() -> None:
        down = database()
        # Opening does not wait for the database, or it would not come back.
        async with asyncio.timeout(20):
            await down.open()
        try:
            async with asyncio.timeout(0.3):
                await down.ping()
        except (TimeoutError, psycopg.OperationalError):
            pass
        else:
            pytest.fail("somebody answered on port 1")
        finally:
            await down.close()

    asyncio.run(start_and_ask())
