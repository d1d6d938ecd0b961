"""What every service behind the gateway answers."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from starter.probes import Degraded, Ready, readiness
from starter.runtime import Running


class ServiceHealth(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    service: str


router = APIRouter()


@router.get("/health")
async def health(runtime: Running) -> ServiceHealth:
    """The container health check: asks nothing of anybody else."""
    return ServiceHealth(service=runtime.settings.service)


@router.get("/ready", response_model=Ready, responses={503: {"model": Degraded}})
async def ready(runtime: Running) -> JSONResponse:
    """Whether the service's database and cache answer."""
    return await readiness(runtime)
