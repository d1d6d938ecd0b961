"""Tokens with rotation, sessions, rate limits and CORS."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest

from .conftest import KEY, PREVIOUS_KEY, Start

NEW = {"title": "Bike", "price_cents": 5000, "lat": 52.521, "lng": 13.406}


def token(key: str = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    """A token for ann that is good for five minutes, unless `claims` say otherwise."""
    body = {"sub": "ann", "exp": int(time.time()) + 300, **claims}
    return jwt.encode({name: value for name, value in body.items() if value is not None}, key, algorithm)


def bearer(value: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {value}"}


@pytest.mark.requirement("PIKA-30")
@pytest.mark.parametrize("key", [KEY, PREVIOUS_KEY], ids=["current", "previous"])
def test_both_keys_hold_during_a_rotation(start: Start, key: str) -> None:
    task = start(JWT_PREVIOUS_SECRET=PREVIOUS_KEY)
    task.services.answers["listings"] = lambda _: httpx.Response(201, json={"id": 7})
    answer = task.client.post("/api/listings", json=NEW, headers=bearer(token(key)))
    assert (answer.status_code, answer.json()) == (201, {"id": 7})
    assert task.services.requests[0].headers["X-Subject"] == "ann"


@pytest.mark.requirement("PIKA-30")
def test_the_previous_key_no_longer_holds_after_the_rotation(start: Start) -> None:
    answer = start().client.post("/api/listings", json=NEW, headers=bearer(token(PREVIOUS_KEY)))
    assert (answer.status_code, answer.json()) == (401, {"detail": "the token is not valid"})


@pytest.mark.requirement("PIKA-30")
@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "a bearer token is required"),
        (bearer("nonsense"), "the token is not valid"),
        (bearer(token(exp=1)), "the token has expired"),
        (bearer(token(exp=None)), "the token is not valid"),
        (bearer(token(sub=None)), "the token is not valid"),
        (bearer(token(algorithm="HS384", key=KEY * 2)), "the token is not valid"),
        (bearer(token(key="", algorithm="none")), "the token is not valid"),
    ],
    ids=["none", "nonsense", "expired", "no expiry", "no subject", "other algorithm", "unsigned"],
)
def test_no_offer_without_a_valid_token(start: Start, headers: dict[str, str], detail: str) -> None:
    task = start(JWT_PREVIOUS_SECRET=PREVIOUS_KEY)
    answer = task.client.post("/api/listings", json=NEW, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"detail": detail})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert task.services.requests == []


def test_a_client_cannot_name_the_person_itself(start: Start) -> None:
    task = start()
    task.client.post("/api/listings", json=NEW, headers={**bearer(token()), "X-Subject": "eve"})
    assert task.services.requests[0].headers["X-Subject"] == "ann"


@pytest.mark.requirement("PIKA-62")
def test_a_session_stands_for_the_token_until_it_is_ended(start: Start) -> None:
    task = start()
    begun = task.client.post("/api/sessions", headers=bearer(token()))
    assert begun.status_code == 204
    cookie = begun.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "secure", "samesite=strict", "max-age=3600", "path=/api"))

    assert task.client.post("/api/listings", json=NEW).status_code == 200
    assert task.services.requests[0].headers["X-Subject"] == "ann"

    session = task.client.cookies["session"]
    assert task.client.delete("/api/sessions").status_code == 204
    answer = task.client.post("/api/listings", json=NEW, headers={"Cookie": f"session={session}"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "the session has ended"})


def test_sessions_need_a_cache(start: Start) -> None:
    answer = start(cache=False).client.post("/api/sessions", headers=bearer(token()))
    assert answer.status_code == 503


def test_a_session_while_the_cache_is_down_is_unavailable_not_unauthorized(start: Start) -> None:
    task = start()
    task.cache.connected = False
    answer = task.client.post("/api/listings", json=NEW, headers={"Cookie": "session=x"})
    assert (answer.status_code, answer.json()) == (503, {"detail": "the cache does not answer"})


@pytest.mark.requirement("PIKA-30")
@pytest.mark.requirement("PIKA-62")
def test_a_client_that_asks_too_often_waits_for_the_next_minute(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000_000.0  # 40 seconds into a minute
    monkeypatch.setattr(time, "time", lambda: now)
    task = start(RATE_LIMIT_PER_MINUTE="2")
    statuses = [task.client.get("/api/orders/health").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = task.client.get("/api/orders/health")
    assert refused.json() == {"detail": "more than 2 requests a minute"}
    assert refused.headers["Retry-After"] == "21"
    assert len(task.services.requests) == 2

    now += 21
    assert task.client.get("/api/orders/health").status_code == 200


@pytest.mark.requirement("PIKA-30")
def test_clients_are_counted_apart_and_cannot_forge_another_address(start: Start) -> None:
    task = start(RATE_LIMIT_PER_MINUTE="1")

    def status(forwarded: str) -> int:
        return task.client.get("/api/orders/health", headers={"X-Forwarded-For": forwarded}).status_code

    # The client's own entries, then the address that CloudFront saw, then CloudFront's that the load balancer saw.
    assert status("203.0.113.5, 130.176.0.1") == 200
    assert status("203.0.113.6, 130.176.0.1") == 200
    assert status("198.51.100.1, 203.0.113.5, 130.176.0.2") == 429


def test_behind_the_load_balancer_alone_its_own_entry_counts(start: Start) -> None:
    task = start(RATE_LIMIT_PER_MINUTE="1", PROXY_HOPS="1")
    statuses = [
        task.client.get("/api/orders/health", headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"}).status_code
        for n in range(2)
    ]
    assert statuses == [200, 429]


def test_health_is_not_limited(start: Start) -> None:
    task = start(RATE_LIMIT_PER_MINUTE="1")
    assert [task.client.get("/api/health").status_code for _ in range(3)] == [200] * 3


def test_requests_pass_while_the_cache_is_down(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    task = start(RATE_LIMIT_PER_MINUTE="1")
    task.cache.connected = False
    assert [task.client.get("/api/orders/health").status_code for _ in range(2)] == [200] * 2
    assert "rate limit not counted" in caplog.text


@pytest.mark.requirement("PIKA-30")
def test_cors_lets_the_site_in_and_nobody_else(start: Start) -> None:
    client = start(CORS_ORIGINS="https://pika.example, https://www.pika.example").client
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/api/listings", headers={**preflight, "Origin": "https://pika.example"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://pika.example"
    assert allowed.headers["access-control-allow-credentials"] == "true"
    other = client.options("/api/listings", headers={**preflight, "Origin": "https://evil.example"})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


def test_a_refusal_can_be_read_by_the_site(start: Start) -> None:
    client = start(CORS_ORIGINS="https://pika.example", RATE_LIMIT_PER_MINUTE="1").client
    answers = [client.get("/api/orders/health", headers={"Origin": "https://pika.example"}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].headers["access-control-allow-origin"] == "https://pika.example"
