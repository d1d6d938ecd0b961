"""A request and its answer, whoever brought it: API Gateway or a server on a port."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class HttpError(Exception):
    """An answer that ends the request.

    Attributes:
        status: HTTP status.
        message: What the caller is told.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


UNAUTHORIZED = "Unauthorized"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        method: Verb.
        path: Path.
        headers: Headers by lower-case name.
        body: The body.
        claims: Claims of the token that a gateway has checked already; None where nobody has.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    claims: Mapping[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            HttpError: It is none.
        """
        try:
            value = json.loads(self.body)
        except ValueError:
            raise HttpError(400, "The body is not JSON") from None
        if not isinstance(value, dict):
            raise HttpError(400, "The body is not a JSON object")
        return value


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer.

    Attributes:
        status: HTTP status.
        body: What is sent as JSON; None for nothing.
    """

    status: int = 200
    body: Any = None

    def text(self) -> str:
        """The body as it is sent."""
        return "" if self.body is None else json.dumps(self.body, separators=(",", ":"))
