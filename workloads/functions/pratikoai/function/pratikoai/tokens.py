"""Tokens: RS256 and nothing else, access for fifteen minutes, refresh tokens that work once.

The private key is read from the secret that ``JWT_NAME`` names, by the issuer alone. Whoever checks a token has the
public keys in ``JWT_PUBLIC_KEYS``, a JSON Web Key Set, so that a key can be exchanged while old tokens live.
https://datatracker.ietf.org/doc/html/rfc8725
"""

from __future__ import annotations

import functools
import json
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
from jwt.algorithms import RSAAlgorithm

from pratikoai import settings

#: The only algorithm: a token's header never decides.
ALGORITHM = "RS256"
ISSUER = "pratikoai-mcp"
ACCESS, REFRESH = "access", "refresh"

Clock = Callable[[], float]


class TokenError(Exception):
    """A token is not to be trusted. The text says why, for the log; callers are told nothing."""


def access_seconds() -> int:
    """How long an access token lives."""
    return settings.number("ACCESS_TOKEN_TTL_SECONDS", 900)


def refresh_seconds() -> int:
    """How long a refresh token lives, if nobody uses it."""
    return settings.number("REFRESH_TOKEN_TTL_SECONDS", 1_209_600)


def issue(subject: str, use: str, *, family: str, now: Clock = time.time) -> tuple[str, dict[str, Any]]:
    """Sign a token.

    Args:
        subject: Who it is for.
        use: ``access`` or ``refresh``.
        family: The sign-in that it descends from.
        now: The clock.

    Returns:
        The token and its claims.
    """
    key, key_id = _private_key()
    start = int(now())
    claims = {
        "iss": ISSUER,
        "aud": settings.stage(),
        "sub": subject,
        "iat": start,
        "exp": start + (access_seconds() if use == ACCESS else refresh_seconds()),
        "jti": uuid.uuid4().hex,
        "use": use,
        "family": family,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id}), claims


def check(token: str, use: str, *, now: Clock = time.time) -> dict[str, Any]:
    """The claims of a token that is genuine, of this stage, for this use, and young enough.

    Raises:
        TokenError: Anything is wrong with it.
    """
    try:
        header = jwt.get_unverified_header(token)
        # Before the signature is looked at: HS256 with the public key as its secret, and alg=none, end here.
        if header.get("alg") != ALGORITHM or _algorithms() != [ALGORITHM]:
            raise TokenError(f"algorithm {header.get('alg')}")
        key = _public_keys().get(str(header.get("kid")))
        if key is None:
            raise TokenError("unknown key")
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=settings.stage(),
            issuer=ISSUER,
            # The times are checked below, against a clock that tests can turn.
            options={
                "require": ["exp", "iat", "sub", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as error:
        raise TokenError(type(error).__name__) from None
    if claims.get("use") != use:
        raise TokenError("wrong use")
    lives = access_seconds() if use == ACCESS else refresh_seconds()
    moment = now()
    # The age counts as well as the expiry: a shorter lifetime holds for tokens that were signed before it.
    if moment >= claims["exp"] or moment - claims["iat"] > lives:
        raise TokenError("expired")
    if claims["iat"] > moment + 60:
        raise TokenError("from the future")
    return claims


def bearer(header: str | None) -> str:
    """The token of an ``Authorization`` header.

    Raises:
        TokenError: There is none.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenError("no bearer token")
    return token.strip()


def _algorithms() -> list[str]:
    return settings.text("JWT_ALGORITHMS", ALGORITHM).split(",")


@functools.cache
def _private_key() -> tuple[Any, str]:
    """The signing key and its id, from JSON ``{"kid": …, "privateKey": "-----BEGIN …"}``."""
    if not settings.has("JWT") and settings.stage() == "local":
        _make_local_keys()
    stored = json.loads(settings.text("JWT"))
    # Parsed once: to check a private key takes longer than to sign with it.
    return RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(stored["privateKey"]), stored["kid"]


@functools.cache
def _public_keys() -> dict[str, Any]:
    if "JWT_PUBLIC_KEYS" not in os.environ and settings.stage() == "local":
        _private_key()
    keys = settings.document("JWT_PUBLIC_KEYS")["keys"]
    return {key["kid"]: RSAAlgorithm.from_jwk(json.dumps(key)) for key in keys}


def _make_local_keys() -> None:
    """A pair for the life of the process, on a developer's machine alone."""
    from pratikoai.keys import make_pair

    private, public = make_pair("local")
    os.environ["JWT"] = private
    os.environ["JWT_PUBLIC_KEYS"] = public


def forget() -> None:
    """Read the keys anew."""
    _private_key.cache_clear()
    _public_keys.cache_clear()
