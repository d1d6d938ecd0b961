"""Listings: what PostgreSQL is asked, what the gateway lets through, what is kept in the cache."""

from __future__ import annotations

import json

import httpx
import psycopg
import pytest

from .conftest import Start

AREA = {"lat": "52.52", "lng": "13.405", "radius": "2000"}
ROW = {"id": 7, "title": "Bike", "price_cents": 5000, "lat": 52.521, "lng": 13.406, "distance": 130.0}
NEW = {"title": "Bike", "price_cents": 5000, "lat": 52.521, "lng": 13.406}


@pytest.mark.requirement("PIKA-34")
def test_near_asks_postgis_for_the_circle(start: Start) -> None:
    task = start("listings")
    task.pool.rows = [ROW]
    answer = task.client.get("/listings", params=AREA)
    assert (answer.status_code, answer.json()) == (200, {"items": [ROW]})
    [(statement, parameters)] = task.pool.calls
    assert "ST_DWithin(location, point, %(radius)s)" in statement
    # PostGIS takes x before y, and degrees become metres only as geography.
    assert "ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)::geography AS point" in statement
    assert parameters == {"lat": 52.52, "lng": 13.405, "radius": 2000.0, "limit": 100}


@pytest.mark.requirement("PIKA-34")
def test_the_gateway_passes_the_question_on(start: Start) -> None:
    task = start()
    task.services.answers["listings"] = lambda _: httpx.Response(200, json={"items": [ROW]})
    answer = task.client.get("/api/listings", params=AREA, headers={"X-Request-Id": "abc"})
    assert (answer.status_code, answer.json()) == (200, {"items": [ROW]})
    [request] = task.services.requests
    assert request.url.copy_with(query=None) == httpx.URL("http://listings.pika.local:8080/listings")
    assert {name: float(value) for name, value in request.url.params.items()} == {
        name: float(value) for name, value in AREA.items()
    }
    assert request.headers["X-Request-Id"] == "abc"
    assert task.pool.calls == [], "only the listings service sees the listings' data"


@pytest.mark.requirement("PIKA-30")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lat", "90.1"),
        ("lat", "-91"),
        ("lng", "180.5"),
        ("lng", "-181"),
        ("radius", "0"),
        ("radius", "50001"),
        ("lat", "nan"),
        ("radius", "inf"),
        ("lat", "1; DROP TABLE listings"),
        ("extra", "1"),
    ],
)
def test_a_question_out_of_range_is_refused_by_name(start: Start, field: str, value: str) -> None:
    task = start()
    answer = task.client.get("/api/listings", params={**AREA, field: value})
    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["query", field]]
    assert task.services.requests == []


@pytest.mark.requirement("PIKA-30")
def test_the_edges_of_the_ranges_are_allowed(start: Start) -> None:
    task = start()
    for lat, lng, radius in ((-90, -180, 50_000), (90, 180, 0.1)):
        assert task.client.get("/api/listings", params={"lat": lat, "lng": lng, "radius": radius}).status_code == 200


@pytest.mark.requirement("PIKA-62")
def test_the_same_question_is_answered_from_the_cache(start: Start) -> None:
    task = start("listings")
    task.pool.rows = [ROW]
    first, second = (task.client.get("/listings", params=AREA) for _ in range(2))
    assert first.json() == second.json()
    assert len(task.pool.calls) == 1
    task.client.get("/listings", params={**AREA, "radius": "2001"})
    assert len(task.pool.calls) == 2


@pytest.mark.requirement("PIKA-62")
def test_a_kept_answer_expires(start: Start) -> None:
    task = start("listings")
    task.client.get("/listings", params=AREA)

    async def lifetime() -> int:
        return int(await task.redis.ttl("query:listings:52.52000:13.40500:2000"))

    assert 0 < task.client.run(lifetime()) <= 30


def test_a_cache_that_is_down_costs_a_query_not_the_answer(start: Start) -> None:
    task = start("listings")
    task.pool.rows = [ROW]
    task.cache.connected = False
    assert task.client.get("/listings", params=AREA).json() == {"items": [ROW]}


def test_a_stack_without_cache_asks_the_database(start: Start) -> None:
    task = start("listings", cache=False)
    task.pool.rows = [ROW]
    assert task.client.get("/listings", params=AREA).json() == {"items": [ROW]}


@pytest.mark.requirement("PIKA-34")
def test_an_offer_is_stored_with_its_owner_and_place(start: Start) -> None:
    task = start("listings")
    task.pool.rows = [{"id": 7}]
    answer = task.client.post("/listings", json=NEW, headers={"X-Subject": "ann"})
    assert (answer.status_code, answer.json()) == (201, {"id": 7})
    [(statement, parameters)] = task.pool.calls
    assert statement.startswith("\nINSERT INTO listings.listings (title, price_cents, owner, location)\n")
    assert "ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)::geography)" in statement
    assert parameters == {**NEW, "owner": "ann"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"price_cents": -1}, "price_cents"),
        ({"lat": 91}, "lat"),
        ({"owner": "eve"}, "owner"),
    ],
)
@pytest.mark.requirement("PIKA-30")
def test_an_offer_that_is_not_valid_is_not_stored(start: Start, change: dict[str, object], field: str) -> None:
    task = start("listings")
    answer = task.client.post("/listings", json={**NEW, **change}, headers={"X-Subject": "ann"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]
    assert task.pool.calls == []


def test_a_database_that_is_down_is_a_503(start: Start) -> None:
    task = start("listings")
    task.pool.error = psycopg.OperationalError("connection refused to 10.0.21.7")
    answer = task.client.get("/listings", params=AREA)
    assert (answer.status_code, answer.json()) == (503, {"detail": "the database does not answer"})


def test_a_stack_without_database_says_so(start: Start) -> None:
    answer = start("listings", database=False).client.get("/listings", params=AREA)
    assert (answer.status_code, answer.json()) == (503, {"detail": "this stack has no database"})


def test_a_stack_without_listings_says_so(start: Start) -> None:
    answer = start(SERVICES="users=http://users:8080").client.get("/api/listings", params=AREA)
    assert (answer.status_code, answer.json()) == (503, {"detail": "this stack has no listings service"})


def test_business_metrics_are_embedded_in_the_log(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    task = start("listings", METRICS_NAMESPACE="Pika", LOG_LEVEL="ERROR")
    task.pool.rows = [{"id": 7}]
    task.client.post("/listings", json=NEW, headers={"X-Subject": "ann"})
    [record] = [record for record in caplog.records if record.name == "starter.metrics"]
    fields = record.__dict__["fields"]
    assert fields["ListingsCreated"] == 1
    [directive] = fields["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Pika"
    assert directive["Metrics"] == [{"Name": "ListingsCreated", "Unit": "Count"}]
    json.dumps(fields)


def test_no_metric_without_a_namespace(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    task = start("listings")
    task.pool.rows = [{"id": 7}]
    assert task.client.post("/listings", json=NEW, headers={"X-Subject": "ann"}).status_code == 201
    assert [record for record in caplog.records if record.name == "starter.metrics"] == []
