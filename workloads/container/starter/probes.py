"""Health and readiness: health says that this process answers, readiness that what it needs answers too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from starter.runtime import Runtime

log = logging.getLogger("starter.probes")

PROBE_SECONDS = 2


class Ready(BaseModel):
    """Everything answers."""

    status: Literal["ok"] = "ok"


class Degraded(BaseModel):
    """Something does not answer."""

    status: Literal["degraded"] = "degraded"
    failed: list[str]


async def readiness(runtime: Runtime) -> JSONResponse:
    """200 when the database, the cache and every service of the stack answer, else 503 with the ones that do not."""
    probes: dict[str, Awaitable[object]] = {}
    if runtime.database is not None:
        probes["postgresql"] = runtime.database.ping()
    if runtime.redis is not None:
        probes["redis"] = _ping_redis(runtime)
    for name, url in runtime.settings.services.items():
        probes[name] = _ping_service(runtime, url)
    answers = await asyncio.gather(*(_answers(name, probe) for name, probe in probes.items()))
    failed = [name for name, answered in zip(probes, answers, strict=True) if not answered]
    body = Degraded(failed=failed) if failed else Ready()
    return JSONResponse(body.model_dump(), status_code=503 if failed else 200)


async def _answers(name: str, probe: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe
    # Whatever goes wrong, the answer to the question is no; the reason goes to the log.
    except Exception as error:
        log.warning("not ready", extra={"fields": {"dependency": name, "reason": repr(error)}})
        return False
    return True


async def _ping_redis(runtime: Runtime) -> None:
    if runtime.redis is not None:
        await runtime.redis.get("ready")  # not PING, which answers even while the data set is being loaded


async def _ping_service(runtime: Runtime, url: str) -> None:
    (await runtime.http.get(f"{url}/health")).raise_for_status()
