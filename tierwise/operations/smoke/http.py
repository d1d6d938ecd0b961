"""Requests over TLS, with nothing but the standard library.

A certificate is always checked, and TLS below 1.2 refused.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

#: Largest answer that is read.
_MAX_BYTES: Final = 1_000_000
_SECONDS: Final = 35


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status; 0 where there was no answer.
        headers: By lower-case name.
        body: The text.
        error: Why there was no answer.
        tls: Version of TLS, "" without.
        certificate_ends: When the certificate ends, or None.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    error: str = ""
    tls: str = ""
    certificate_ends: datetime | None = None

    def json(self) -> Any:
        """The body as JSON; the text where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body


def ask(url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: Any = None) -> Answer:
    """Send one request and follow no redirect.

    Args:
        url: Address.
        method: HTTP method.
        headers: Headers.
        body: Sent as JSON; None for none.
    """
    parts = urlsplit(url)
    try:
        connection = connect(parts.scheme, parts.hostname or "", parts.port)
    except (OSError, ValueError) as error:
        return Answer(0, {}, "", error=reason(error))
    try:
        connection.connect()
        tls, ends = _certificate(connection)
        sent = {"user-agent": "tierwise-smoke", "accept": "application/json, */*", **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        path = parts.path or "/"
        connection.request(method, f"{path}?{parts.query}" if parts.query else path, data, sent)
        response = connection.getresponse()
        text = response.read(_MAX_BYTES).decode("utf-8", "replace")
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, text, tls=tls, certificate_ends=ends)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, {}, "", error=reason(error))
    finally:
        connection.close()


def connect(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    """A connection that is not open yet.

    Raises:
        ValueError: Neither http nor https.
    """
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=tls_context())
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=_SECONDS)
    raise ValueError(f"{scheme}://{host} is no address of a web server")


def tls_context() -> ssl.SSLContext:
    """TLS of at least version 1.2, with the machine's own authorities."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def reason(error: Exception) -> str:
    """Why there was no answer, in one line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"no answer in {_SECONDS} s"
    return str(error) or type(error).__name__


def _certificate(connection: http.client.HTTPConnection) -> tuple[str, datetime | None]:
    sock: Any = connection.sock
    if not isinstance(sock, ssl.SSLSocket):
        return "", None
    ends = (sock.getpeercert() or {}).get("notAfter")
    moment = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
    return sock.version() or "", moment
