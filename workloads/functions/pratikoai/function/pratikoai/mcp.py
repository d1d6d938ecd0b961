"""The Model Context Protocol over HTTP: JSON-RPC 2.0. https://modelcontextprotocol.io/specification"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pratikoai import cache, settings

#: Versions of the protocol that are spoken, newest first.
VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND = -32700, -32600, -32601


def answer(body: bytes) -> dict[str, Any] | None:
    """The answer to a message; None to a notification, which takes none."""
    try:
        message = json.loads(body)
    except ValueError:
        return _error(None, PARSE_ERROR, "Parse error")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        return _error(None, INVALID_REQUEST, "Invalid Request")
    if "id" not in message:
        return None
    method = _METHODS.get(message["method"])
    if method is None:
        return _error(message["id"], METHOD_NOT_FOUND, "Method not found")
    parameters = message.get("params")
    return {"jsonrpc": "2.0", "id": message["id"], "result": method(parameters if isinstance(parameters, dict) else {})}


def _initialize(parameters: Mapping[str, Any]) -> dict[str, Any]:
    wished = parameters.get("protocolVersion")
    return {
        # The client's version where it is spoken, otherwise the newest, which the client may refuse.
        "protocolVersion": wished if wished in VERSIONS else VERSIONS[0],
        "serverInfo": {"name": "pratikoai-mcp", "version": settings.version()},
        "capabilities": {"tools": {"listChanged": False}},
    }


def _list_tools(_: Mapping[str, Any]) -> dict[str, Any]:
    return cache.shared("tools/list", lambda: {"tools": []})


def _ping(_: Mapping[str, Any]) -> dict[str, Any]:
    return {}


_METHODS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "initialize": _initialize,
    "ping": _ping,
    "tools/list": _list_tools,
}


def _error(id: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}
