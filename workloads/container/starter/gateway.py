"""The only service that the load balancer reaches: checks the request, then asks the service that owns the data."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import httpx
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from starter import cache
from starter.identity import SESSION_COOKIE, SessionCookie, SignedIn, TokenSubject, within_rate_limit
from starter.listings import SUBJECT_HEADER, Area, Created, ListingPage, NewListing
from starter.logs import request_id
from starter.probes import Degraded, Ready, readiness
from starter.runtime import Running, Runtime
from starter.service import ServiceHealth
from starter.settings import LISTINGS


class GatewayHealth(BaseModel):
    """The process answers, and which release it is."""

    status: Literal["ok"] = "ok"
    system: str
    service: str
    stage: str
    version: str


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        401: "No valid token or session",
        404: "No such service",
        429: "Too many requests in this minute",
        502: "The service does not answer",
        503: "The stack has no such service, or its database is down",
        504: "The service answers too slowly",
    }.items()
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its description."""
    return {status: PROBLEMS[status] for status in statuses}


# The load balancer asks for health; it must not be counted as a client.
health_router = APIRouter(prefix="/api")
router = APIRouter(prefix="/api", dependencies=[Depends(within_rate_limit)], responses=problems(429))


@health_router.get("/health")
async def health(runtime: Running) -> GatewayHealth:
    """The target group's health check: asks nothing of anybody else."""
    settings = runtime.settings
    return GatewayHealth(
        system=settings.system, service=settings.service, stage=settings.stage, version=settings.version
    )


@router.get("/ready", response_model=Ready, responses={503: {"model": Degraded}})
async def ready(runtime: Running) -> JSONResponse:
    """Whether the database, the cache and every service answer."""
    return await readiness(runtime)


@router.get("/listings", response_model=ListingPage, responses=problems(502, 503, 504))
async def listings(runtime: Running, area: Annotated[Area, Query()]) -> JSONResponse:
    """The listings within `radius` metres of a point, nearest first."""
    return await _ask(runtime, LISTINGS, "GET", "/listings", params=area.model_dump())


@router.post("/listings", status_code=201, response_model=Created, responses=problems(401, 502, 503, 504))
async def create_listing(runtime: Running, subject: SignedIn, listing: NewListing) -> JSONResponse:
    """Offer something as the signed-in person."""
    return await _ask(
        runtime, LISTINGS, "POST", "/listings", json=listing.model_dump(), headers={SUBJECT_HEADER: subject}
    )


@router.post("/sessions", status_code=204, responses=problems(401, 503))
async def start_session(runtime: Running, subject: TokenSubject, response: Response) -> None:
    """Exchange a bearer token for a session cookie of one hour."""
    if runtime.redis is None:
        raise HTTPException(503, "this stack has no cache to keep sessions in")
    session = await cache.start_session(runtime.redis, subject)
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=cache.SESSION_SECONDS,
        path="/api",
        secure=True,
        httponly=True,
        samesite="strict",
    )


@router.delete("/sessions", status_code=204)
async def end_session(runtime: Running, session: SessionCookie, response: Response) -> None:
    """Sign out."""
    if runtime.redis is not None and session is not None:
        await cache.end_session(runtime.redis, session)
    response.delete_cookie(SESSION_COOKIE, path="/api", secure=True, httponly=True, samesite="strict")


@router.get("/{service}/health", response_model=ServiceHealth, responses=problems(404, 502, 504))
async def service_health(runtime: Running, service: str) -> JSONResponse:
    """The health of one service behind the gateway."""
    if service not in runtime.settings.services:
        known = ", ".join(runtime.settings.services) or "none"
        raise HTTPException(404, f"no service {service!r}; services: {known}")
    return await _ask(runtime, service, "GET", "/health")


async def _ask(runtime: Runtime, service: str, method: str, path: str, **request: Any) -> JSONResponse:
    url = runtime.settings.services.get(service)
    if url is None:
        raise HTTPException(503, f"this stack has no {service} service")
    headers = {"X-Request-Id": request_id.get() or "", **request.pop("headers", {})}
    try:
        answer = await runtime.http.request(method, url + path, headers=headers, **request)
        return JSONResponse(answer.json(), status_code=answer.status_code)
    except httpx.TimeoutException:
        raise HTTPException(504, f"{service} did not answer in time") from None
    except (httpx.HTTPError, ValueError):
        raise HTTPException(502, f"{service} does not answer") from None
