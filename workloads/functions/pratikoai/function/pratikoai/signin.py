"""Signing in, and refresh tokens that work once.

A sign-in starts a family of refresh tokens, of which one is current. Using it makes the next one current in the same
step; whoever brings an older one has a copy, so the whole family ends.
https://datatracker.ietf.org/doc/html/rfc9700#section-4.14.2
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import time
import uuid
from collections.abc import Mapping
from typing import Any

from pratikoai import logs, tokens
from pratikoai.http import UNAUTHORIZED, HttpError
from pratikoai.store import Store, check_size

#: scrypt's cost: 16 MB and about 50 ms at 512 MB of memory.
_COST = {"n": 2**14, "r": 8, "p": 1}
#: Wrong passwords after which a user waits, and how long, in seconds.
MAX_FAILURES = 5
WAIT_SECONDS = 900
#: What an unknown user's password is compared with, so that the time tells nothing.
_NOBODY = f"{'00' * 16}${'00' * 64}"


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as it is kept: salt and scrypt."""
    salt = salt or os.urandom(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **_COST).hex()}"


def credentials(header: str | None) -> tuple[str, str]:
    """User and password of a ``Basic`` header.

    Raises:
        HttpError: 401.
    """
    scheme, _, encoded = (header or "").partition(" ")
    try:
        user, found, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise HttpError(401, UNAUTHORIZED) from None
    if scheme.lower() != "basic" or not found or not user or len(user) > 128 or len(password) > 1024:
        raise HttpError(401, UNAUTHORIZED)
    return user, password


def sign_in(store: Store, header: str | None) -> str:
    """The user whose name and password ``header`` holds.

    Raises:
        HttpError: 401; also after too many wrong passwords, whatever the next one is.
    """
    user, password = credentials(header)
    stored = store.get(f"USER#{user}", "CREDENTIAL")
    failures = store.get(f"USER#{user}", "FAILURES")
    known = stored["hash"] if stored is not None else _NOBODY
    same = hmac.compare_digest(hashed(password, bytes.fromhex(known.partition("$")[0])), known)
    if failures is not None and failures["failures"] >= MAX_FAILURES:
        logs.denied("locked")
        raise HttpError(401, UNAUTHORIZED)
    if stored is None or not same:
        store.count(f"USER#{user}", "FAILURES", "failures", expires=int(time.time()) + WAIT_SECONDS)
        logs.denied("password")
        raise HttpError(401, UNAUTHORIZED)
    return user


def start(store: Store, user: str) -> dict[str, Any]:
    """The first pair of tokens of a sign-in."""
    family = uuid.uuid4().hex
    answer, claims = _pair(user, family)
    store.put(
        {
            "pk": f"USER#{user}",
            "sk": f"FAMILY#{family}",
            "current": claims["jti"],
            "started": claims["iat"],
            "ttl": claims["exp"],
        }
    )
    logs.line("signed_in", user=user)
    return answer


def rotate(store: Store, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The next pair of tokens for a refresh token that was checked.

    Raises:
        HttpError: 401, because it was used before or its family has ended.
    """
    user, family = str(claims["sub"]), str(claims["family"])
    answer, following = _pair(user, family)
    changed = store.change(
        f"USER#{user}",
        f"FAMILY#{family}",
        {"current": following["jti"], "ttl": following["exp"]},
        where={"current": claims["jti"], "ended": None},
    )
    if not changed:
        store.change(f"USER#{user}", f"FAMILY#{family}", {"ended": True})
        logs.denied("refresh token used again", user=user)
        raise HttpError(401, UNAUTHORIZED)
    return answer


def register(store: Store, user: str, password: str, profile: Mapping[str, Any]) -> None:
    """Make a user, as an operator or a test does."""
    item = {**profile, "pk": f"USER#{user}", "sk": "PROFILE", "userId": user}
    check_size(item)
    store.put(item)
    store.put({"pk": f"USER#{user}", "sk": "CREDENTIAL", "hash": hashed(password)})


def _pair(user: str, family: str) -> tuple[dict[str, Any], dict[str, Any]]:
    access, _ = tokens.issue(user, tokens.ACCESS, family=family)
    refresh, claims = tokens.issue(user, tokens.REFRESH, family=family)
    answer = {
        "accessToken": access,
        "refreshToken": refresh,
        "tokenType": "Bearer",
        "expiresIn": tokens.access_seconds(),
    }
    return answer, claims
