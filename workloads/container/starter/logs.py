"""One JSON object a line on standard output, with the level as a field so that a filter can tell errors apart."""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starter.settings import Settings

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
log = logging.getLogger("starter.requests")


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON. ``extra={"fields": {...}}`` adds keys at the top level."""

    def __init__(self, settings: Settings) -> None:
        """Every line names the system, stage, service and version of `settings`."""
        super().__init__()
        self._common = {
            "system": settings.system,
            "stage": settings.stage,
            "service": settings.service,
            "version": settings.version,
        }

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, a traceback included."""
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._common,
        }
        if (current := request_id.get()) is not None:
            entry["request_id"] = current
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send every logger of the process, uvicorn's included, to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(settings))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # One line for each call out would double the log without saying more than the request's own line.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Its start and stop lines repeat ours, under a logger that is called uvicorn.error.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


class RequestLog:
    """ASGI middleware: one line a request, a request id, and a JSON body for an error that nobody caught.

    Neither addresses, query strings nor headers are logged: they may identify a person.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        current = headers.get(b"x-request-id", b"").decode("latin-1")[:64] or uuid4().hex
        token = request_id.set(current)
        started, status = time.perf_counter(), 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", current.encode("latin-1"))]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            log.exception("unhandled error", extra={"fields": {"method": scope["method"], "path": scope["path"]}})
            if status == 0:
                body = {"detail": "internal error", "request_id": current}
                await JSONResponse(body, status_code=500)(scope, receive, send_and_note)
        finally:
            level = logging.DEBUG if scope["path"] in ("/health", "/api/health") and status < 400 else logging.INFO
            duration = round((time.perf_counter() - started) * 1000, 1)
            fields = {"method": scope["method"], "path": scope["path"], "status": status, "duration_ms": duration}
            log.log(logging.ERROR if status >= 500 else level, "request", extra={"fields": fields})
            request_id.reset(token)
