"""A web server with TLS on this machine, whose certificate is signed by an authority of its own."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Asked:
    """One request that arrived; a body of JSON is read, one of JSON lines is text."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


#: Status, headers, and a body that is sent as JSON unless it is text.
Answer = tuple[int, Mapping[str, str], Any]


@dataclass
class Website:
    """The server.

    Attributes:
        url: Its address.
        authority: File with the authority's certificate, for ``SSL_CERT_FILE``.
        answer: Answers a request.
        message: Answers a WebSocket's message; None refuses the handshake with what ``answer`` says.
        asked: Every request, in order.
    """

    url: str
    authority: Path
    answer: Callable[[Asked], Answer]
    message: Callable[[Any], Any] | None = None
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def website(folder: Path, answer: Callable[[Asked], Answer], *, days: int = 90) -> Iterator[Website]:
    """Serve on a free port.

    Args:
        folder: Where keys and certificates go.
        answer: Answers requests.
        days: How long the certificate is valid from now.
    """
    authority = _certificates(folder, days)
    site = Website("", authority, answer)

    class Handler(_Handler):
        served = site

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: Website
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        lines = "ndjson" in headers.get("content-type", "")
        content = data.decode() if lines else json.loads(data) if data else None
        asked = Asked(self.command, self.path, headers, content)
        self.served.asked.append(asked)
        status, more, body = self.served.answer(asked)
        if headers.get("upgrade") == "websocket" and status == 101 and self.served.message is not None:
            self._talk(headers["sec-websocket-key"])
            return
        content = (body if isinstance(body, str) else json.dumps(body)).encode() if body is not None else b""
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - names of the base class

    def _talk(self, key: str) -> None:
        accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()  # noqa: S324 - RFC 6455
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        head = self.rfile.read(2)
        assert head[1] & 0x80, "a client masks its frames"
        length = head[1] & 0x7F
        mask = self.rfile.read(4)
        text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(length)))
        assert self.served.message is not None
        answer = json.dumps(self.served.message(json.loads(text))).encode()
        # A ping comes first, as it may.
        self.wfile.write(struct.pack("!BB", 0x89, 0) + struct.pack("!BB", 0x81, len(answer)) + answer)
        self.close_connection = True


def _certificates(folder: Path, days: int) -> Path:
    now = datetime.now(UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    root = (
        x509.CertificateBuilder()
        .subject_name(root_name)
        .issuer_name(root_name)
        .public_key(root_key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    own = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]))
        .issuer_name(root_name)
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = serialization.Encoding.PEM
    (folder / "server.pem").write_bytes(private + own.public_bytes(pem))
    (folder / "authority.pem").write_bytes(root.public_bytes(pem))
    return folder / "authority.pem"
