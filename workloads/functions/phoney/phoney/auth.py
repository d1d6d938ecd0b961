"""Passwords, tokens, and the gateway's question whether a request may pass."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

import bcrypt
import jwt

from phoney.settings import Settings

ALGORITHM = "HS256"
#: Seconds that a token holds.
LIFETIME = 900
#: Compared with when there is no password yet, so that the answer takes as long.
_NOBODY = b"$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZPIqfLZ5GkWqJrJtHc0nR7x1pQwqXe"


def signs_in(settings: Settings, username: str, password: str) -> bool:
    """Whether name and password are the API user's. Takes the same time whichever is wrong."""
    expected = settings.password_hash.encode() if settings.password_hash else _NOBODY
    try:
        matches = bcrypt.checkpw(password.encode(), expected)
    except ValueError:  # longer than bcrypt reads, or no hash at all
        matches = False
    named = hmac.compare_digest(username.encode(), settings.username.encode())
    return matches and named and settings.password_hash is not None


def issue(settings: Settings, subject: str) -> str:
    """A token for ``subject`` that holds for ``LIFETIME`` seconds."""
    now = int(time.time())
    claims = {"sub": subject, "iss": settings.system, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, settings.jwt_secret, algorithm=ALGORITHM)


def bearer(settings: Settings, header: str | None) -> str | None:
    """Whom an ``Authorization`` header speaks for; None when it proves nothing."""
    kind, _, token = (header or "").partition(" ")
    if kind.lower() != "bearer":
        return None
    try:
        claims = jwt.decode(
            token.strip(),
            settings.jwt_secret,
            algorithms=[ALGORITHM],
            issuer=settings.system,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    return str(claims["sub"])


def authorize(settings: Settings, event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to an authorizer request of format 2.0, in its simple form.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    user = bearer(settings, headers.get("authorization"))
    if user is None or not _has_key(settings, headers.get("x-api-key")):
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"user_id": user}}


def is_question(event: Mapping[str, Any]) -> bool:
    """Whether the gateway asks for a decision rather than for an answer to the caller."""
    return event.get("type") == "REQUEST" and "routeArn" in event


def gateway_user(event: Mapping[str, Any]) -> str | None:
    """Whom the gateway has let through, by whichever authorizer."""
    decided = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (decided.get("jwt") or {}).get("claims") or {}
    return (decided.get("lambda") or {}).get("user_id") or claims.get("sub")


def _has_key(settings: Settings, key: str | None) -> bool:
    if settings.api_key_hash is None:
        return True
    given = hashlib.sha256((key or "").encode()).hexdigest()
    return hmac.compare_digest(given, settings.api_key_hash)
