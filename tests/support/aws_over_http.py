"""moto's fake AWS behind a port of this machine, for programs that are not Python.

moto's own server brings a web framework; this needs the standard library alone, because moto can be asked in process.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.models import botocore_stubber

#: Region and service that a request was signed for.
_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signed = _SIGNED_FOR.search(self.headers.get("Authorization", ""))
        assert signed, "a request of the SDK is signed"
        region, service = signed.groups()
        headers = HTTPHeaders()
        for key, value in self.headers.items():
            headers[key] = value
        host = f"{service}.{region}.amazonaws.com"
        del headers["Host"]
        headers["Host"] = host
        request = AWSPreparedRequest(self.command, f"https://{host}{self.path}", headers, body, stream_output=False)
        answer: Any = botocore_stubber.process_request(request)
        status, sent, content = answer
        content = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        for key, value in sent.items():
            if key.lower() not in ("content-length", "server", "date"):
                self.send_header(key, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is its own."""


@contextmanager
def aws_over_http() -> Iterator[str]:
    """A fake AWS, and the address that ``AWS_ENDPOINT_URL`` takes; boto3 in this process sees the same."""
    with mock_aws():
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
