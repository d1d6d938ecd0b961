"""The program on a port: staging's servers, and containers on a developer's machine.

``uvicorn pratikoai.server:application --port 8080``
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from pratikoai import app, live, logs, settings, tokens
from pratikoai.http import Request, Response
from pratikoai.store import store

#: Longest body that is read: an item and its frame.
MAX_BODY = 1 << 20

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """An ASGI application. https://asgi.readthedocs.io/en/latest/specs/www.html"""
    if scope["type"] == "http":
        await _http(scope, receive, send)
    elif scope["type"] == "websocket":
        await _websocket(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _http(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    more = True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if len(body) > MAX_BODY:
        response = Response(status=413, body={"message": "The body is too large"})
    else:
        request = Request(method=scope["method"], path=scope["path"], headers=headers, body=body)
        # Handlers wait for databases and AWS: a thread of their own keeps the health check quick.
        response = await asyncio.to_thread(app.handle, request)
    sent = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *_cors(headers)]
    await send({"type": "http.response.start", "status": response.status, "headers": sent})
    await send({"type": "http.response.body", "body": response.text().encode()})


def _cors(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    origin = headers.get("origin", "")
    if not origin or origin not in settings.text("CORS_ORIGINS", "").split(","):
        return []
    return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")]


async def _websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    header = next((value.decode() for name, value in scope["headers"] if name.lower() == b"authorization"), None)
    try:
        claims = tokens.check(tokens.bearer(header), tokens.ACCESS)
    except tokens.TokenError as error:
        logs.denied(str(error))
        # Refused before it is accepted: the server answers 403 to the upgrade.
        await send({"type": "websocket.close", "code": 1008})
        return
    connection = uuid.uuid4().hex
    await asyncio.to_thread(lambda: live.connected(store(), connection, str(claims["sub"])))
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": json.dumps(live.answer(message.get("text")))})
    await asyncio.to_thread(lambda: live.disconnected(store(), connection))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
