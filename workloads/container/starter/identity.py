"""Who asks: the client's address for rate limits, and the signed-in person for protected routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from starter import cache
from starter.runtime import Running
from starter.tokens import TokenError, subject_of

SESSION_COOKIE = "session"

_bearer = HTTPBearer(auto_error=False)
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False)

BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
SessionCookie = Annotated[str | None, Depends(_cookie)]


def client_address(request: Request, hops: int) -> str:
    """The address that the outermost of our own `hops` proxies saw.

    Each proxy appends the address it was called from to X-Forwarded-For, so only the last `hops` entries can be
    trusted: whatever stands before them came from the client.
    """
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if hops and forwarded:
        return forwarded[-min(hops, len(forwarded))]
    return request.client.host if request.client else "unknown"


async def within_rate_limit(request: Request, runtime: Running) -> None:
    """Refuse a client's request with 429 when it has used up the current minute."""
    if runtime.redis is None:
        return
    settings = runtime.settings
    verdict = await cache.rate_limit(
        runtime.redis, client_address(request, settings.proxy_hops), settings.rate_limit_per_minute
    )
    if not verdict.allowed:
        raise HTTPException(
            429,
            f"more than {settings.rate_limit_per_minute} requests a minute",
            headers={"Retry-After": str(verdict.retry_after)},
        )


async def token_subject(runtime: Running, token: BearerToken) -> str:
    """The person that a bearer token speaks for; 401 without a valid one."""
    if token is None:
        raise _unauthorized("a bearer token is required")
    try:
        return subject_of(token.credentials, runtime.settings.jwt_secrets)
    except TokenError as error:
        raise _unauthorized(str(error)) from None


async def signed_in(runtime: Running, token: BearerToken, session: SessionCookie) -> str:
    """The signed-in person, by bearer token or by session cookie; 401 without either."""
    if token is None and session is not None and runtime.redis is not None:
        subject = await cache.session_subject(runtime.redis, session)
        if subject is None:
            raise _unauthorized("the session has ended")
        return subject
    return await token_subject(runtime, token)


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


TokenSubject = Annotated[str, Depends(token_subject)]
SignedIn = Annotated[str, Depends(signed_in)]
