"""One message over a WebSocket and its answer, with the standard library: RFC 6455 as far as a smoke test needs it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import struct
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from tierwise.operations.smoke.http import Answer, connect, reason

_TEXT: Final = 0x1
_PING: Final = 0x9
_CLOSE: Final = 0x8
#: Frames that are passed over before the answer, at most.
_FRAMES: Final = 10


def exchange(url: str, message: Any, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Open a WebSocket, send a message as JSON, take the first text that comes back.

    Args:
        url: ``wss://`` or ``https://`` address.
        message: Sent as JSON.
        headers: Headers of the handshake.

    Returns:
        Status 101 and the text; the status that refused the handshake; 0 where there was no answer.
    """
    parts = urlsplit(url)
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    try:
        connection = connect(scheme, parts.hostname or "", parts.port)
    except ValueError as error:
        return Answer(0, {}, "", error=reason(error))
    try:
        key = base64.b64encode(os.urandom(16)).decode()
        opening = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            **(headers or {}),
        }
        path = parts.path or "/"
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=opening)
        sock: Any = connection.sock
        response = connection.getresponse()
        if response.status != 101:
            return Answer(response.status, {}, response.read(1000).decode("utf-8", "replace"))
        stream: Any = response.fp or sock.makefile("rb")
        sock.sendall(_frame(_TEXT, json.dumps(message).encode()))
        text = _first_text(stream)
        sock.sendall(_frame(_CLOSE, struct.pack("!H", 1000)))
        return Answer(101, {}, text) if text is not None else Answer(101, {}, "", error="closed without an answer")
    except (OSError, http.client.HTTPException, struct.error) as error:
        return Answer(0, {}, "", error=reason(error))
    finally:
        connection.close()


def _frame(kind: int, data: bytes) -> bytes:
    """A whole message in one frame; clients mask theirs."""
    mask = os.urandom(4)
    length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0x80 | 126, len(data))
    masked = bytes(byte ^ mask[position % 4] for position, byte in enumerate(data))
    return struct.pack("!B", 0x80 | kind) + length + mask + masked


def _first_text(stream: Any) -> str | None:
    for _ in range(_FRAMES):
        head = stream.read(2)
        if len(head) < 2:
            return None
        kind, length = head[0] & 0x0F, head[1] & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", stream.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", stream.read(8))
        data = stream.read(length)
        if kind == _TEXT:
            return data.decode("utf-8", "replace")
        if kind == _CLOSE:
            return None
    return None
