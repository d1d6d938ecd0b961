"""Answers that anybody may share, kept for some minutes: in the process, and in Redis where servers share one."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from typing import Any

from pratikoai import logs, settings

_kept: dict[str, tuple[float, Any]] = {}


def shared(key: str, make: Callable[[], Any], *, now: Callable[[], float] = time.monotonic) -> Any:
    """What ``make`` gives, at most ``DYNAMIC_CACHE_TTL_SECONDS`` old. Never for what belongs to one user."""
    lives = settings.number("DYNAMIC_CACHE_TTL_SECONDS", 300)
    found = _kept.get(key)
    if found is not None and now() - found[0] < lives:
        return found[1]
    value = _from_redis(key, make, lives) if settings.has("REDIS_URL") else make()
    _kept[key] = (now(), value)
    return value


def _from_redis(key: str, make: Callable[[], Any], lives: int) -> Any:
    import redis

    name = f"shared:{key}"
    try:
        stored = _client().get(name)
        if stored is not None:
            return json.loads(stored)
        value = make()
        _client().set(name, json.dumps(value), ex=lives)
    except redis.RedisError as error:
        # A cache that is away makes answers slower, not wrong.
        logs.line("cache_away", level="WARN", error=type(error).__name__)
        return make()
    return value


@functools.cache
def _client() -> Any:
    import redis

    return redis.Redis.from_url(settings.text("REDIS_URL"), socket_timeout=1, socket_connect_timeout=1)


def forget() -> None:
    """Drop everything, the connection too."""
    _kept.clear()
    _CLIENT.cache_clear()


_CLIENT = _client
