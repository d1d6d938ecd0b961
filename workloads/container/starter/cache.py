"""What the gateway and the services keep in Redis: rate limits, sessions and query results."""

from __future__ import annotations

import json
import logging
import secrets
import time
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from starter.settings import Settings

log = logging.getLogger("starter.cache")

REDIS_SECONDS = 2
SESSION_SECONDS = 3600
QUERY_SECONDS = 30
WINDOW_SECONDS = 60


def connect(settings: Settings) -> Redis | None:
    """A client that connects when it is first used; None when the stack has no cache."""
    if settings.redis_url is None:
        return None
    token = settings.redis_auth_token
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  its keyword arguments are untyped
        settings.redis_url.get_secret_value(),
        password=token.get_secret_value() if token else None,
        decode_responses=True,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and in how many seconds the next window starts."""

    allowed: bool
    retry_after: int


async def rate_limit(redis: Redis, client: str, per_minute: int, now: float | None = None) -> Verdict:
    """Count one request of `client` in the current minute.

    A cache that is down lets the request pass, with a warning: the web ACL still limits, and no limit is better than
    no service.
    """
    moment = time.time() if now is None else now
    window = int(moment // WINDOW_SECONDS)
    key = f"rate:{client}:{window}"
    try:
        async with redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=WINDOW_SECONDS * 2, nx=True)
            pipe.incr(key)
            _, used = await pipe.execute()
    except RedisError as error:
        log.warning("rate limit not counted", extra={"fields": {"reason": repr(error)}})
        return Verdict(allowed=True, retry_after=0)
    return Verdict(allowed=used <= per_minute, retry_after=int((window + 1) * WINDOW_SECONDS - moment) + 1)


async def start_session(redis: Redis, subject: str) -> str:
    """Remember that `subject` is signed in for `SESSION_SECONDS` and return the session's id."""
    session = secrets.token_urlsafe(32)
    await redis.set(f"session:{session}", subject, ex=SESSION_SECONDS)
    return session


async def session_subject(redis: Redis, session: str) -> str | None:
    """Who a session belongs to; None when it has ended."""
    subject = await redis.get(f"session:{session}")
    return None if subject is None else str(subject)


async def end_session(redis: Redis, session: str) -> None:
    """Forget a session."""
    await redis.delete(f"session:{session}")


async def cached_query(redis: Redis | None, key: str) -> Any | None:
    """The result kept under `key`; None when there is none or the cache does not answer."""
    if redis is None:
        return None
    try:
        kept = await redis.get(f"query:{key}")
    except RedisError as error:
        log.warning("query cache not read", extra={"fields": {"reason": repr(error)}})
        return None
    return None if kept is None else json.loads(kept)


async def keep_query(redis: Redis | None, key: str, result: Any) -> None:
    """Keep a result for `QUERY_SECONDS`."""
    if redis is None:
        return
    try:
        await redis.set(f"query:{key}", json.dumps(result, default=str), ex=QUERY_SECONDS)
    except RedisError as error:
        log.warning("query cache not written", extra={"fields": {"reason": repr(error)}})
