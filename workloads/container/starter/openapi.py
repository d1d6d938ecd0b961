"""Print the gateway's OpenAPI description: ``python -m starter.openapi > openapi.json``."""

from __future__ import annotations

import json
import os

from starter.app import create_app
from starter.runtime import Runtime
from starter.settings import GATEWAY, Settings


def document(system: str) -> str:
    """The description of `system`'s gateway as JSON, the same wherever it is generated."""
    environment = {"SYSTEM": system, "STAGE": "any", "VERSION": "1", "SERVICE_NAME": GATEWAY, "JWT_SECRET": "x" * 32}
    app = create_app(Runtime.of(Settings.from_env(environment)))
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(document(os.environ.get("SYSTEM", "pika")), end="")
