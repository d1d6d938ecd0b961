"""Health says that the process answers; readiness that what it needs answers too."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from .conftest import SERVICES, Start


@pytest.mark.requirement("PIKA-32")
def test_the_gateway_says_what_it_is(start: Start) -> None:
    answer = start().client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "system": "pika",
        "service": "api-gateway",
        "stage": "dev",
        "version": "1a2b3c",
    }


@pytest.mark.requirement("PIKA-32")
def test_health_asks_nobody(start: Start) -> None:
    task = start()
    task.pool.error = psycopg.OperationalError("down")
    task.cache.connected = False
    assert task.client.get("/api/health").status_code == 200
    assert (task.pool.calls, task.services.requests) == ([], [])


@pytest.mark.requirement("PIKA-32")
def test_ready_asks_the_database_the_cache_and_the_six_services(start: Start) -> None:
    task = start()
    answer = task.client.get("/api/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert [statement for statement, _ in task.pool.calls] == ["SELECT 1 AS alive"]
    assert sorted(str(request.url) for request in task.services.requests) == sorted(
        f"http://{name}.pika.local:8080/health" for name in SERVICES
    )


@pytest.mark.requirement("PIKA-32")
def test_ready_names_everything_that_does_not_answer(start: Start) -> None:
    task = start()
    task.pool.error = psycopg.OperationalError("down")
    task.cache.connected = False
    task.services.answers["orders"] = lambda _: httpx.Response(503)

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    task.services.answers["search"] = refuse
    answer = task.client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "degraded", "failed": ["postgresql", "redis", "orders", "search"]}


def test_a_stack_without_database_and_cache_is_ready_without_them(start: Start) -> None:
    assert start(database=False, cache=False).client.get("/api/ready").json() == {"status": "ok"}


@pytest.mark.requirement("PIKA-33")
@pytest.mark.parametrize("service", SERVICES)
def test_each_service_says_that_it_is_healthy(start: Start, service: str) -> None:
    answer = start(service).client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "service": service})


@pytest.mark.requirement("PIKA-33")
def test_the_gateway_passes_on_the_health_of_a_service(start: Start) -> None:
    task = start()
    answer = task.client.get("/api/orders/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "service": "orders"})
    assert [str(request.url) for request in task.services.requests] == ["http://orders.pika.local:8080/health"]


@pytest.mark.requirement("PIKA-33")
def test_an_unknown_service_is_not_asked(start: Start) -> None:
    task = start()
    answer = task.client.get("/api/nosuch/health")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("services: users, listings, orders, payments, messaging, search")
    assert task.services.requests == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(httpx.ConnectError("refused"), 502), (httpx.ReadTimeout("slow"), 504)],
    ids=["refused", "slow"],
)
def test_a_service_that_does_not_answer_is_named(start: Start, error: httpx.HTTPError, status: int) -> None:
    task = start()

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    task.services.answers["orders"] = fail
    answer = task.client.get("/api/orders/health")
    assert answer.status_code == status
    assert "orders" in answer.json()["detail"]


def test_an_answer_that_is_not_json_is_a_bad_gateway(start: Start) -> None:
    task = start()
    task.services.answers["orders"] = lambda _: httpx.Response(500, text="Internal Server Error")
    assert task.client.get("/api/orders/health").status_code == 502


def test_a_service_does_not_serve_the_public_routes(start: Start) -> None:
    task = start("users")
    assert task.client.get("/api/health").status_code == 404
    assert task.client.get("/listings", params={"lat": 1, "lng": 1, "radius": 1}).status_code == 404


def test_the_pool_is_closed_when_the_task_stops(start: Start) -> None:
    task = start()
    assert task.pool.is_open
    task.client.stop()
    assert not task.pool.is_open
