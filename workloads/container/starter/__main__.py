"""Serve the role that SERVICE_NAME names: ``python -m starter``."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import uvicorn

from starter import logs
from starter.app import create_app
from starter.runtime import Runtime
from starter.settings import Settings, SettingsError

# ECS and Fargate Spot send SIGTERM and kill after the task's stop timeout, 30 seconds unless it is set.
GRACE_SECONDS = 20


def main() -> int:
    """Serve until SIGTERM; finish the requests that are under way. Status 2 when the environment is wrong."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings)
    # uvicorn raises the signal again once it has stopped; a stop that was asked for is not a failure.
    signal.signal(signal.SIGTERM, _stop)
    uvicorn.run(
        create_app(Runtime.of(settings)),
        host="0.0.0.0",  # noqa: S104  the task's own address, in a private subnet
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
