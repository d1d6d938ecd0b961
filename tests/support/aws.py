"""AWS on this machine: moto behind a real HTTP server, with faults on demand, for programs of any language.

An unmodified SDK finds it by ``AWS_ENDPOINT_URL``. What moto lacks, a test answers itself. moto's own server brings a
web framework; this needs the standard library alone, because moto can be asked in process.
"""

from __future__ import annotations

import functools
import json
import os
import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.loaders import Loader

#: Signing names whose hosts begin differently.
_HOSTS = {"lex": "models-v2-lex", "pricing": "api.pricing"}
_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/[0-9]{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_LOCK = threading.Lock()
#: The images that moto offers: its own thousand take longer to make than most tests, for each region anew.
_IMAGES = Path(__file__).with_name("images.json")
#: What botocore has read of AWS's models; EC2's alone takes half a second.
_MODELS: dict[Any, Any] = {}

Answer = tuple[int, Mapping[str, str], str | bytes]


@dataclass
class Call:
    """One call that arrived.

    Attributes:
        service: Signing name of the service.
        operation: The call, as far as the request says: by header, form, or method and path.
        body: The request's text.
        path: The request's path and query.
        method: HTTP method.
    """

    service: str
    operation: str
    body: str
    path: str
    method: str


@dataclass
class FakeAws:
    """The server.

    Attributes:
        url: Where it listens.
        calls: Every call that arrived, in order.
        answers: Answers instead of moto's, by ``service:operation``; a callable gets the call and may pass by None.
    """

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Callable[[Call], Answer | None]] = field(default_factory=dict)

    def fail(self, call: str, code: str, *, status: int = 400, times: int | None = None, message: str = "no") -> None:
        """Answer a call with an error.

        Args:
            call: ``service:operation``.
            code: AWS's code, such as ``ThrottlingException``.
            status: HTTP status.
            times: How often; None is always.
            message: AWS's words.
        """
        left = [times]

        def answer(_: Call) -> Answer | None:
            if left[0] is not None:
                if left[0] <= 0:
                    return None
                left[0] -= 1
            return error(code, message, status)

        self.answers[call] = answer

    def answer(self, call: str, content: Mapping[str, Any] | str) -> None:
        """Answer a call that moto lacks: JSON, or XML as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        kind = "text/xml" if isinstance(content, str) else "application/json"
        self.answers[call] = lambda _: (200, {"content-type": kind}, text)

    def made(self, call: str) -> list[Call]:
        """The calls of one operation."""
        return [made for made in self.calls if f"{made.service}:{made.operation}" == call]


def error(code: str, message: str = "no", status: int = 400) -> Answer:
    """An error that every protocol of AWS understands: the header counts for JSON, the body for XML."""
    xml = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    )
    return status, {"x-amzn-errortype": code, "content-type": "text/xml", "x-fault": code}, xml


@contextmanager
def fake_aws() -> Generator[FakeAws]:
    """An empty cloud, one at a time, behind the one server of this process."""
    with pytest.MonkeyPatch.context() as patch, models_read_once():
        patch.setenv("MOTO_AMIS_PATH", str(_IMAGES))
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data

        BackendDict.reset()
        reset_model_data()
        server = _server()
        server.cloud = FakeAws(f"http://127.0.0.1:{server.server_port}")
        try:
            yield server.cloud
        finally:
            server.cloud = None


@contextmanager
def models_read_once() -> Generator[None]:
    """What botocore reads of AWS's models is kept for the process, and not read by each session anew."""
    make = Loader.__init__

    def shared(loader: Any, *arguments: Any, **named: Any) -> None:
        make(loader, *arguments, **named)
        loader._cache = _MODELS

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Loader, "__init__", shared)
        yield


def client(service: str, region: str) -> Any:
    """A client of the fake AWS, with the credentials that the environment holds at the time of a call."""
    return _client(service, region, f"http://127.0.0.1:{_server().server_port}")


@functools.cache
def _client(service: str, region: str, url: str) -> Any:
    # Kept for the process, because each takes a tenth of a second to make.
    return _session().client(service, region_name=region, endpoint_url=url)


@functools.cache
def _session() -> Any:
    import boto3
    import botocore.session

    session = botocore.session.get_session()
    session.register_component("credential_provider", _Environment())
    return boto3.Session(botocore_session=session)


class _Environment(Credentials):
    """Credentials as the environment has them now; botocore itself reads them once."""

    def __init__(self) -> None:
        super().__init__("read", "later")

    def load_credentials(self) -> Credentials:
        """As botocore asks a provider."""
        return self

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """As botocore asks before it signs."""
        return ReadOnlyCredentials(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN"),
        )


class _Server(ThreadingHTTPServer):
    """Answers for the cloud of the test that runs."""

    daemon_threads = True
    cloud: FakeAws | None = None


@functools.cache
def _server() -> _Server:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body are two writes; the second would wait 40 ms for the first to be acknowledged.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        call, region = self._call(body)
        cloud = self.server.cloud
        assert cloud is not None, f"{call.service}:{call.operation} outside of a test that has a cloud"
        cloud.calls.append(call)
        answer = cloud.answers.get(f"{call.service}:{call.operation}")
        found = answer(call) if answer is not None else None
        if found is not None:
            status, headers, content = found
            code = headers.get("x-fault")
            if code and self.headers.get("x-amz-target"):
                kind = self.headers.get("content-type", "application/json")
                headers, content = {"content-type": kind}, json.dumps({"__type": code, "message": "no"})
        else:
            status, headers, content = self._moto(call, region, body)
        data = content.encode() if isinstance(content, str) else content or b""
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, str(value))
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _handle  # noqa: N815 - names of the base class

    def _chunks(self) -> bytes:
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _call(self, body: bytes) -> tuple[Call, str]:
        scope = _SCOPE.search(self.headers.get("authorization", ""))
        service, region = (scope["service"], scope["region"]) if scope else ("s3", "us-east-1")
        text = body.decode("utf-8", "replace")
        target = self.headers.get("x-amz-target", "")
        operation = target.rpartition(".")[2]
        if not operation and "Action=" in text:
            operation = parse_qs(text).get("Action", [""])[0]
        smithy = re.search(r"/operation/([A-Za-z]+)$", urlsplit(self.path).path)
        if smithy:
            operation = smithy[1]
        return Call(
            service, operation or f"{self.command} {urlsplit(self.path).path}", text, self.path, self.command
        ), region

    def _moto(self, call: Call, region: str, body: bytes) -> Answer:
        from moto.core.botocore_stubber import BotocoreStubber

        host = _HOSTS.get(call.service, call.service)
        global_ = call.service in ("iam", "cloudfront", "route53", "organizations", "budgets", "ce")
        name = f"{host}.amazonaws.com" if global_ or call.service == "s3" else f"{host}.{region}.amazonaws.com"
        headers = HTTPHeaders()
        for key, value in self.headers.items():
            if key.lower() not in ("host", "transfer-encoding"):
                headers[key] = value
        headers["host"] = name
        request = AWSPreparedRequest(self.command, f"https://{name}{self.path}", headers, body, False)
        # moto keeps its cloud in plain dictionaries.
        with _LOCK:
            found = BotocoreStubber().process_request(request)
        if found is None:
            return error("NotImplemented", f"moto has no {call.service}:{call.operation}", 501)
        status, sent, content = found
        return status, {str(k): str(v) for k, v in dict(sent).items()}, content
