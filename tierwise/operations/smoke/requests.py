"""Asks a stack what its ``smoke.yaml`` says, and judges the answers."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from tierwise.operations.answers import as_mapping, listed
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check
from tierwise.operations.smoke.expectations import Expectations, Request, filled, mismatch
from tierwise.operations.smoke.http import Answer, ask
from tierwise.operations.smoke.tokens import token_for
from tierwise.operations.smoke.websocket import exchange

#: Seconds between two tries of a request that found nobody.
_PAUSE: Final = 3.0
#: Seconds for which a stack may be unreachable after a deployment.
_PATIENCE: Final = 90.0
#: What is no verdict yet.
_NOT_YET: Final = frozenset({0, 502, 503, 504})
#: Calls of which the median is compared with the limit.
_CALLS: Final = 5
#: A certificate that ends sooner is said to.
_CERTIFICATE_DAYS: Final = 21
_SHOWN: Final = 160
_WORD: Final = re.compile(r"\{[A-Za-z_]+\}")


def check_requests(operation: Operation, expectations: Expectations) -> list[Check]:
    """Ask everything that the stage is asked.

    Args:
        operation: The command.
        expectations: What must come back.
    """
    stack = operation.stack
    requests = expectations.of_stage(stack.stage)
    if not requests:
        return [Check("endpoints", "none", "skip", f"smoke.yaml asks {stack.stage} nothing")]
    if not stack.output("url"):
        return [Check("endpoints", "url", "skip", "the stack answers no requests: it exports no url")]
    asker = _Asker(operation, expectations)
    checks = [asker.check(name, request) for name, request in requests.items()]
    return [*_tls(str(stack.output("url")), asker.last_tls), *checks]


class _Asker:
    def __init__(self, operation: Operation, expectations: Expectations) -> None:
        self._operation = operation
        self._expectations = expectations
        self._patience = _PATIENCE
        settings = operation.stack.settings
        release = settings.release or ""
        self._words = {"system": settings.system, "stage": settings.stage}
        # A digest's beginning is what an image says of itself.
        self._release = release.removeprefix("sha256:")
        self._token: str | None = None
        self._token_read = False
        self.last_tls: Answer | None = None

    def check(self, name: str, request: Request) -> Check:
        base = self._operation.stack.output(request.output)
        if not base:
            return Check("endpoints", name, "skip", f"the stack exports no {request.output}")
        headers: dict[str, str] = {}
        if request.token:
            if self._bearer() is None:
                return Check("endpoints", name, "skip", "needs a token: set SMOKE_TOKEN")
            headers["authorization"] = f"Bearer {self._bearer()}"
        if request.key:
            key = _api_key(self._operation)
            if key is None:
                return Check("endpoints", name, "skip", "the stack has no API key")
            headers["x-api-key"] = key
        path = filled(request.path, self._words)
        unknown = _WORD.search(path)
        if unknown:
            return Check("endpoints", name, "skip", f"needs {unknown[0]}, which no earlier answer has told")
        return self._judge(name, request, str(base).rstrip("/") + path, headers)

    def _bearer(self) -> str | None:
        if not self._token_read:
            self._token = token_for(self._operation, self._expectations.token)
            self._token_read = True
        return self._token

    def _judge(self, name: str, request: Request, url: str, headers: Mapping[str, str]) -> Check:
        clock = self._operation.console.clock
        # The token stands in no message: what is told is the address without it.
        address = url
        if request.token_query and self._token is not None:
            address = f"{url}{'&' if '?' in url else '?'}{request.token_query}={quote(self._token, safe='')}"
        send: Callable[[], Answer] = lambda: _send(address, request, headers)  # noqa: E731
        started = clock.elapsed()
        answer = send()
        # What is expected is an answer, even where it is a 503.
        while self._not_yet(request, answer) and self._patience > 0:
            self._operation.console.note(f"{name}: {answer.error or answer.status}, asking again")
            clock.sleep(_PAUSE)
            self._patience -= _PAUSE
            started = clock.elapsed()
            answer = send()
        taken = clock.elapsed() - started
        if answer.tls or answer.certificate_ends:
            self.last_tls = answer
        wrong = self._wrong(request, answer)
        told = as_mapping(answer.json()) or {}
        self._words |= {word: str(told[member]) for word, member in request.keep.items() if member in told}
        if wrong:
            return Check("endpoints", name, "fail", f"{request.method} {url}: {wrong}", seconds=taken)
        if request.seconds is not None:
            times = [taken]
            for _ in range(_CALLS - 1):
                started = clock.elapsed()
                send()
                times.append(clock.elapsed() - started)
            taken = statistics.median(times)
            if taken >= request.seconds:
                slow = f"median of {_CALLS} calls is {taken:.3f} s, limit {request.seconds:g} s"
                return Check("endpoints", name, "fail", f"{request.method} {url}: {slow}", seconds=taken)
        return Check("endpoints", name, "pass", f"{request.method} {request.path} → {answer.status}", seconds=taken)

    def _not_yet(self, request: Request, answer: Answer) -> bool:
        if answer.status in request.expect.statuses:
            return False
        return request.eventually or answer.status in _NOT_YET

    def _wrong(self, request: Request, answer: Answer) -> str | None:
        if answer.error:
            return answer.error
        expect = request.expect
        if answer.status not in expect.statuses:
            wanted = " or ".join(map(str, expect.statuses))
            return f"answers {answer.status}, not {wanted}: {answer.body[:_SHOWN].strip()}"
        for header in expect.headers:
            if header.lower() not in answer.headers:
                return f"sends no {header} header"
        if expect.body is None:
            return None
        actual = answer.json()
        expected = filled(expect.body, self._words)
        return mismatch(self._with_release(expected, actual), actual)

    def _with_release(self, expected: Any, actual: Any) -> Any:
        """``{release}`` fits a version that is the release or its beginning; any, where the stack names none."""
        if (mapping := as_mapping(expected)) is not None:
            given = as_mapping(actual) or {}
            return {key: self._with_release(member, given.get(key)) for key, member in mapping.items()}
        if expected != "{release}":
            return expected
        if not self._release:
            return "*"
        text = str(actual or "").removeprefix("sha256:").removeprefix("sha256-")
        return actual if len(text) >= 7 and self._release.startswith(text) else self._release


def _send(url: str, request: Request, headers: Mapping[str, str]) -> Answer:
    if request.method == "WEBSOCKET":
        return exchange(url, request.body, headers=headers)
    return ask(url, method=request.method, headers=headers, body=request.body)


def _tls(url: str, answer: Answer | None) -> list[Check]:
    if urlsplit(url).scheme != "https":
        return [Check("endpoints", "tls", "fail", f"{url} is not encrypted: the stack's url must be https")]
    if answer is None or answer.certificate_ends is None:
        return []
    left = answer.certificate_ends - datetime.now(UTC)
    text = f"{answer.tls}, the certificate ends on {answer.certificate_ends.date()}"
    return [Check("endpoints", "tls", "warn" if left < timedelta(days=_CERTIFICATE_DAYS) else "pass", text)]


def _api_key(operation: Operation) -> str | None:
    answer = operation.aws.read(
        "apigateway", "GetApiKeys", nameQuery=operation.stack.prefix.rstrip("-"), includeValues=True
    )
    enabled = [key for key in listed(answer, "items") if key.get("enabled", True)]
    return str(enabled[0]["value"]) if enabled else None
