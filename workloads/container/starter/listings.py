"""Listings near a point, with PostGIS."""

from __future__ import annotations

from typing import Annotated, LiteralString

from fastapi import APIRouter, Header, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from starter import cache, metrics
from starter.database import Database
from starter.runtime import Running, Runtime

MAX_ITEMS = 100
MAX_RADIUS_METRES = 50_000
SUBJECT_HEADER = "X-Subject"

NEAR: LiteralString = """
SELECT id, title, price_cents,
       ST_Y(location::geometry) AS lat, ST_X(location::geometry) AS lng,
       round(ST_Distance(location, point)) AS distance
  FROM listings.listings,
       (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)::geography AS point) AS here
 WHERE ST_DWithin(location, point, %(radius)s)
 ORDER BY distance, id
 LIMIT %(limit)s
"""

CREATE: LiteralString = """
INSERT INTO listings.listings (title, price_cents, owner, location)
VALUES (%(title)s, %(price_cents)s, %(owner)s, ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)::geography)
RETURNING id
"""

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees north, WGS 84")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees east, WGS 84")]


class Area(BaseModel):
    """A circle on the earth."""

    model_config = ConfigDict(extra="forbid")

    lat: Latitude
    lng: Longitude
    radius: float = Field(gt=0, le=MAX_RADIUS_METRES, allow_inf_nan=False, description="Metres")


class NewListing(BaseModel):
    """What a signed-in person offers."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=120)
    price_cents: int = Field(ge=0, le=100_000_000)
    lat: Latitude
    lng: Longitude


class Listing(BaseModel):
    """One offer and its distance from the point that was asked for."""

    id: int
    title: str
    price_cents: int
    lat: float
    lng: float
    distance: float = Field(description="Metres")


class ListingPage(BaseModel):
    """The nearest offers first, at most 100."""

    items: list[Listing]


class Created(BaseModel):
    """The id of a new offer."""

    id: int


router = APIRouter(prefix="/listings")


@router.get("")
async def near(runtime: Running, area: Annotated[Area, Query()]) -> ListingPage:
    """The listings within `radius` metres of a point. The answer may be 30 seconds old."""
    key = f"listings:{area.lat:.5f}:{area.lng:.5f}:{area.radius:.0f}"
    kept = await cache.cached_query(runtime.redis, key)
    if kept is not None:
        return ListingPage.model_validate(kept)
    rows = await _database(runtime).fetch(NEAR, {**area.model_dump(), "limit": MAX_ITEMS})
    page = ListingPage.model_validate({"items": rows})
    await cache.keep_query(runtime.redis, key, page.model_dump())
    return page


@router.post("", status_code=201)
async def create(
    runtime: Running, listing: NewListing, subject: Annotated[str, Header(alias=SUBJECT_HEADER)]
) -> Created:
    """Store an offer of the person that the gateway has identified."""
    rows = await _database(runtime).fetch(CREATE, {**listing.model_dump(), "owner": subject})
    metrics.count(runtime.settings, "ListingsCreated")
    return Created.model_validate(rows[0])


def _database(runtime: Runtime) -> Database:
    if runtime.database is None:
        raise HTTPException(503, "this stack has no database")
    return runtime.database
