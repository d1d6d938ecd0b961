"""Requests and answers of API Gateway."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any


class BadRequestError(ValueError):
    """The request is not what it should be; the message says why."""


def is_api(event: Mapping[str, Any]) -> bool:
    """Whether API Gateway calls, rather than another function."""
    return "httpMethod" in event


def body_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        BadRequestError: It is none.
    """
    try:
        body = json.loads(event.get("body") or "null")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BadRequestError("the body is a JSON object")
    return body


def answer(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as API Gateway takes it."""
    origin = os.environ.get("CORS_ORIGINS", "").split(",")[0]
    headers = {"Content-Type": "application/json", **({"Access-Control-Allow-Origin": origin} if origin else {})}
    return {"statusCode": status, "headers": headers, "body": json.dumps(dict(body), default=str)}
