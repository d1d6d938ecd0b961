"""The live channel: who is connected, and what is answered to a message."""

from __future__ import annotations

import json
import time
from typing import Any

from pratikoai import logs
from pratikoai.store import Store

#: Longest that API Gateway keeps a connection, in seconds; the item expires with it.
MAX_SECONDS = 2 * 3600


def connected(data: Store, connection: str, user: str) -> None:
    """Remember a connection."""
    now = int(time.time())
    data.put({"pk": f"CONN#{connection}", "sk": "CONN", "user": user, "since": now, "ttl": now + MAX_SECONDS})


def disconnected(data: Store, connection: str) -> None:
    """Forget a connection: it expires at once, for the program deletes nothing."""
    now = int(time.time())
    item = data.get(f"CONN#{connection}", "CONN")
    if item is not None:
        logs.metric("SessionDuration", now - int(item["since"]), "Seconds")
        data.change(f"CONN#{connection}", "CONN", {"ttl": now})


def answer(text: str | None) -> dict[str, Any]:
    """What is answered to a message."""
    try:
        message = json.loads(text or "")
    except ValueError:
        return {"error": "not JSON"}
    action = message.get("action") if isinstance(message, dict) else None
    return {"action": "pong"} if action == "ping" else {"error": "unknown action"}
