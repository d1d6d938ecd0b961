"""Puts a role's routes, its middleware and its connections together."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from starter import gateway, listings, service
from starter.logs import RequestLog
from starter.runtime import Runtime
from starter.settings import LISTINGS

log = logging.getLogger("starter")


def create_app(runtime: Runtime) -> FastAPI:
    """The application of the service that `runtime.settings` names."""
    settings = runtime.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        log.info("started")
        for what, missing in (("database", runtime.database is None), ("cache", runtime.redis is None)):
            if missing:
                log.warning(f"this stack has no {what}")
        async with runtime.running():
            yield
        log.info("stopped")

    app = FastAPI(
        title=f"{settings.system} {settings.service}",
        version=settings.version,
        lifespan=lifespan,
        # The description is committed; a running task publishes nothing about itself.
        openapi_url=None,
    )
    app.state.runtime = runtime
    if settings.is_gateway:
        app.include_router(gateway.health_router)
        app.include_router(gateway.router)
    if settings.service == LISTINGS:
        app.include_router(listings.router)
    # The container health check is the same in every role.
    app.include_router(service.router, include_in_schema=not settings.is_gateway)
    app.add_exception_handler(psycopg.OperationalError, _unavailable)
    app.add_exception_handler(RedisError, _unavailable)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
            max_age=3600,
        )
    app.add_middleware(RequestLog)
    return app


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    what = "the cache" if isinstance(error, RedisError) else "the database"
    log.error(f"{what} does not answer", extra={"fields": {"reason": repr(error)}})
    return JSONResponse({"detail": f"{what} does not answer"}, status_code=503, headers={"Retry-After": "5"})
