"""The starter workload, importable as ``starter`` in these tests, with every outside service replaced in process."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from fastapi import FastAPI

from tests.support.aws import models_read_once

CONTAINER = Path(__file__).parents[2] / "workloads" / "container"


def _load_starter() -> None:
    """Register the package by name alone: its folder on sys.path would shadow names of other tests."""
    spec = importlib.util.spec_from_file_location(
        "starter", CONTAINER / "starter" / "__init__.py", submodule_search_locations=[str(CONTAINER / "starter")]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["starter"] = module
    spec.loader.exec_module(module)


if "starter" not in sys.modules:
    _load_starter()

from starter.app import create_app  # noqa: E402  importable from here on
from starter.database import Database, Pool  # noqa: E402
from starter.runtime import Runtime  # noqa: E402
from starter.settings import Settings  # noqa: E402

T = TypeVar("T")

KEY = "current-key-0123456789-0123456789-ab"
PREVIOUS_KEY = "previous-key-0123456789-0123456789-a"
SERVICES = ("users", "listings", "orders", "payments", "messaging", "search")


@dataclass
class FakePool:
    """Stands for psycopg's pool: notes every statement with its parameters and answers with `rows` or `error`."""

    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    error: Exception | None = None
    calls: list[tuple[str, Mapping[str, Any] | None]] = field(
        default_factory=list[tuple[str, Mapping[str, Any] | None]]
    )
    is_open: bool = False

    async def open(self, wait: bool) -> None:
        assert not wait, "waiting for the database would keep a task from starting"
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[FakePool]:
        assert self.is_open
        if self.error is not None:
            raise self.error
        yield self

    async def execute(self, statement: str, parameters: Mapping[str, Any] | None) -> FakePool:
        self.calls.append((statement, parameters))
        return self

    async def fetchall(self) -> list[dict[str, Any]]:
        return self.rows


@dataclass
class FakeServices:
    """Stands for the services behind the gateway: notes every request; `answers` maps a host to its answer."""

    requests: list[httpx.Request] = field(default_factory=list[httpx.Request])
    answers: dict[str, Callable[[httpx.Request], httpx.Response]] = field(
        default_factory=dict[str, Callable[[httpx.Request], httpx.Response]]
    )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        name = request.url.host.partition(".")[0]
        answer = self.answers.get(name)
        return answer(request) if answer else httpx.Response(200, json={"status": "ok", "service": name})


async def _enter(context: AbstractAsyncContextManager[object]) -> None:
    await context.__aenter__()


async def _leave(context: AbstractAsyncContextManager[object]) -> None:
    await context.__aexit__(None, None, None)


class Client:
    """Calls an application in process, on an event loop of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._runner = asyncio.Runner()
        self._lifespan = app.router.lifespan_context(app)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="https://testserver")
        self._running = True
        self.run(_enter(self._lifespan))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the application's loop."""
        return self._runner.run(work)

    def stop(self) -> None:
        """What SIGTERM leads to."""
        if self._running:
            self._running = False
            self.run(_leave(self._lifespan))
            self._runner.close()

    @property
    def cookies(self) -> httpx.Cookies:
        """What the application has set."""
        return self._http.cookies

    def get(self, url: str, **request: Any) -> httpx.Response:
        """GET `url`."""
        return self.run(self._http.get(url, **request))

    def post(self, url: str, **request: Any) -> httpx.Response:
        """POST to `url`."""
        return self.run(self._http.post(url, **request))

    def delete(self, url: str) -> httpx.Response:
        """DELETE `url`."""
        return self.run(self._http.delete(url))

    def options(self, url: str, **request: Any) -> httpx.Response:
        """Ask what is allowed at `url`."""
        return self.run(self._http.options(url, **request))


@dataclass
class Task:
    """One running task and what it talks to."""

    client: Client
    pool: FakePool
    redis: FakeAsyncRedis
    cache: FakeServer
    services: FakeServices


Start = Callable[..., Task]


def environment(service: str = "api-gateway", **more: str) -> dict[str, str]:
    """The environment of a task of Pika's dev stage, without database and cache."""
    return {
        "SYSTEM": "pika",
        "STAGE": "dev",
        "VERSION": "1a2b3c",
        "SERVICE_NAME": service,
        "JWT_SECRET": KEY,
        "SERVICES": ",".join(f"{name}=http://{name}.pika.local:8080" for name in SERVICES),
        **more,
    }


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Generator[None]:
    """Programs make sessions of boto3 as they please."""
    with models_read_once():
        yield


@pytest.fixture
def start() -> Generator[Start]:
    """Start a task: ``start("listings", database=False, LOG_LEVEL="DEBUG")``. Stopped after the test."""
    running: list[Client] = []

    def run(service: str = "api-gateway", *, database: bool = True, cache: bool = True, **more: str) -> Task:
        pool, server, services = FakePool(), FakeServer(), FakeServices()
        redis = FakeAsyncRedis(server=server, decode_responses=True)
        runtime = Runtime(
            settings=Settings.from_env(environment(service, **more)),
            database=Database(cast("Pool", pool)) if database else None,
            redis=redis if cache else None,
            http=httpx.AsyncClient(transport=httpx.MockTransport(services)),
        )
        client = Client(create_app(runtime))
        running.append(client)
        return Task(client, pool, redis, server, services)

    yield run
    for client in running:
        client.stop()
