"""The API. CORS is the gateway's: its headers replace the application's, so there is one place to set them."""

from __future__ import annotations

import time
from typing import Annotated, Any
from urllib.parse import parse_qs

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from phoney import auth, logs
from phoney.generators import UnknownGeneratorError, generators
from phoney.settings import Settings
from phoney.templates import MAX_COUNT, DeadlineError, TemplateError, fill

#: Seconds after which the application gives up: before the gateway and Lambda do, whose answer says nothing.
LIMIT_SECONDS = 28

log = structlog.get_logger()


class TemplateRequest(BaseModel):
    """A template and how many records to make from it."""

    model_config = ConfigDict(extra="forbid")

    template: Any
    count: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)] = 1


def create_app(settings: Settings) -> FastAPI:
    """The application.

    Args:
        settings: Settings of this instance.
    """
    app = FastAPI(title="Phoney", version=settings.version)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {
            "status": "ok",
            "system": settings.system,
            "stage": settings.stage,
            "version": settings.version,
        }

    @app.get("/generators")
    def list_generators() -> list[str]:
        return sorted(generators())

    @app.post("/auth/token")
    async def token(request: Request) -> dict[str, Any]:
        # A form as OAuth has it: its content type is the only one that is read.
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        username, password = form.get("username", [""])[0], form.get("password", [""])[0]
        if not username or not password:
            raise HTTPException(422, "username and password are needed, as a form")
        if not auth.signs_in(settings, username, password):
            log.warning("sign_in_refused")
            raise HTTPException(401, "wrong username or password", {"WWW-Authenticate": "Bearer"})
        return {"access_token": auth.issue(settings, username), "token_type": "bearer", "expires_in": auth.LIFETIME}

    @app.post("/template")
    def template(body: TemplateRequest, request: Request) -> dict[str, Any]:
        event = request.scope.get("aws.event") or {}
        user = auth.gateway_user(event) or auth.bearer(settings, request.headers.get("authorization"))
        if user is None and settings.stage != "dev":
            raise HTTPException(401, "a token is needed", {"WWW-Authenticate": "Bearer"})
        started = time.monotonic()
        data = fill(body.template, body.count, started + LIMIT_SECONDS)
        milliseconds = round((time.monotonic() - started) * 1000, 1)
        log.info(
            "template_processed",
            template_count=body.count,
            execution_time=milliseconds,
            user_id=user or "anonymous",
        )
        logs.template_metrics(settings.metrics_namespace, settings.stage, records=body.count, milliseconds=milliseconds)
        return {"count": len(data), "data": data, "generatedInMs": milliseconds}

    @app.exception_handler(UnknownGeneratorError)
    @app.exception_handler(TemplateError)
    def refused(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @app.exception_handler(DeadlineError)
    def late(_request: Request, error: Exception) -> JSONResponse:
        log.error("template_abandoned", error=str(error))
        return JSONResponse({"detail": str(error)}, 503)

    return app
