"""From Lambda's events to the application and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from mangum import Mangum

from phoney import auth, logs
from phoney.app import create_app
from phoney.cost import estimate
from phoney.generators import preload
from phoney.settings import Settings

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_handler(settings: Settings) -> Handler:
    """What Lambda calls for each event: a request of the HTTP API, or its question whether one may pass.

    Args:
        settings: Settings of this instance.
    """
    logs.configure(settings.log_level)
    log = structlog.get_logger()
    if settings.preload:
        preload()
    serve = Mangum(create_app(settings), lifespan="off")

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=context.aws_request_id):
            try:
                return auth.authorize(settings, event) if auth.is_question(event) else serve(event, context)
            finally:
                milliseconds = (time.perf_counter() - started) * 1000
                memory = int(context.memory_limit_in_mb)
                log.info(
                    "invocation_cost",
                    memory_mb=memory,
                    duration_ms=round(milliseconds, 1),
                    requests=1,
                    estimated_usd=float(f"{estimate(memory, milliseconds):.3g}"),
                )

    return handler
