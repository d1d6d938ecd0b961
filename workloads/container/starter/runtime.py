"""What a request needs: settings, database, cache and a client for the other services."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Self

import httpx
from fastapi import Depends, Request
from redis.asyncio import Redis

from starter import cache
from starter.database import Database
from starter.settings import Settings

# Longer than a service waits for a connection and a statement, so that its own answer arrives.
CALL_TIMEOUT = httpx.Timeout(10.0, connect=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One task's connections. `database` and `redis` are None when the stack has none."""

    settings: Settings
    database: Database | None
    redis: Redis | None
    http: httpx.AsyncClient

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The real connections; none is opened before it is used."""
        database = settings.database
        return cls(
            settings=settings,
            database=None if database is None else Database.at(database, f"{settings.system}-{settings.service}"),
            redis=cache.connect(settings),
            http=httpx.AsyncClient(timeout=CALL_TIMEOUT),
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Open what must be open while requests are served, and close everything afterwards."""
        if self.database is not None:
            await self.database.open()
        try:
            yield
        finally:
            await self.http.aclose()
            if self.redis is not None:
                await self.redis.aclose()
            if self.database is not None:
                await self.database.close()


def _runtime(request: Request) -> Runtime:
    return request.app.state.runtime


Running = Annotated[Runtime, Depends(_runtime)]
"""A parameter of a route that receives the task's `Runtime`."""
