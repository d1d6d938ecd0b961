"""Calls of a collection's own endpoint, each signed for the service ``aoss``.

A collection admits the VPC that its network policy names, and the roles of its data access policy; nobody else.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
from typing import Any, Final
from urllib.parse import urlsplit

from tierwise.operations.answers import as_mapping, listed, part
from tierwise.operations.aws import ATTEMPTS
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.http import connect, reason

#: Answers that are worth another try.
_AGAIN: Final = frozenset({0, 429, 500, 502, 503, 504})
_LONGEST_PAUSE: Final = 20.0
_JSON: Final = "application/json"
_LINES: Final = "application/x-ndjson"


class Collection:
    """A collection's endpoint.

    Args:
        operation: The command; the output ``searchEndpoint`` is the address.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._url = str(operation.stack.require("searchEndpoint", "search collection")).rstrip("/")
        operation.aws.declared("aoss:APIAccessAll")

    def read(self, path: str, *, missing: bool = False) -> Any:
        """What a ``GET`` answers.

        Args:
            path: Path below the endpoint.
            missing: Whether None stands for what does not exist, instead of an error.
        """
        status, answer = self._ask("GET", path, b"")
        if status == 404 and missing:
            return None
        return self._checked(status, answer, "GET", path)

    def change(self, method: str, path: str, content: Any = None) -> Any:
        """Make, change or delete something; a dry run prints it and returns nothing.

        Args:
            method: HTTP method.
            path: Path below the endpoint.
            content: Sent as JSON.
        """
        text = f"aoss:{method} {path}"
        self._operation.aws.changed.append(text)
        if self._operation.options.dry_run:
            self._operation.console.say(f"would call {text}")
            return {}
        body = b"" if content is None else json.dumps(content).encode()
        return self._checked(*self._ask(method, path, body), method, path)

    def add(self, index: str, documents: list[dict[str, Any]]) -> None:
        """Add documents to an index; AWS gives them their ids, as a vector collection takes no other.

        Raises:
            OperationError: A document was refused.
        """
        path = "/_bulk"
        action = json.dumps({"index": {"_index": index}})
        left = documents
        for attempt in range(ATTEMPTS):
            body = "".join(f"{action}\n{json.dumps(document)}\n" for document in left).encode()
            answer = self._checked(*self._ask("POST", path, body, kind=_LINES), "POST", path)
            results = [part(item, "index") for item in listed(answer, "items")]
            if len(results) != len(left):
                raise OperationError(f"{self._url}  answers for {len(results)} of {len(left)} documents: run it again")
            refused = [result for result in results if result.get("error") and int(result["status"]) not in _AGAIN]
            if refused:
                why = part(refused[0], "error").get("reason", refused[0]["error"])
                raise OperationError(f"{index}  refuses {len(refused)} of {len(left)} documents: {why}")
            left = [document for document, result in zip(left, results, strict=True) if result.get("error")]
            if not left:
                return
            self._pause(attempt)
        raise OperationError(f"{index}  takes no more documents at this pace: wait a minute and run it again")

    def _ask(self, method: str, path: str, body: bytes, *, kind: str = _JSON) -> tuple[int, Any]:
        status, answer = 0, ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt - 1)
            status, answer = self._send(method, path, body, kind)
            if status not in _AGAIN:
                break
        return status, answer

    def _pause(self, attempt: int) -> None:
        # By a random share, so that two operators do not march in step.
        self._operation.console.clock.sleep(random.uniform(0.5, 1) * min(2.0**attempt, _LONGEST_PAUSE))  # noqa: S311

    def _send(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, Any]:
        parts = urlsplit(self._url)
        connection = connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request(method, path, body or None, self._signed(method, path, body, kind))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            try:
                return response.status, json.loads(text)
            except ValueError:
                return response.status, text
        except (OSError, http.client.HTTPException) as error:
            return 0, reason(error)
        finally:
            connection.close()

    def _signed(self, method: str, path: str, body: bytes, kind: str) -> dict[str, str]:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(method, f"{self._url}{path}", data=body, headers={"Content-Type": kind})
        # The collection refuses a signature that does not cover the body's digest.
        request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
        signer: Any = SigV4Auth(self._operation.aws.credentials(), "aoss", self._operation.stack.settings.region)
        signer.add_auth(request)
        return {str(name): str(value) for name, value in request.headers.items()}

    def _checked(self, status: int, answer: Any, method: str, path: str) -> Any:
        if 200 <= status < 300:
            return answer
        call = f"{self._operation.stack.key}  {method} {path}"
        if status == 0:
            raise OperationError(
                f"{call}: no answer from {self._url} ({answer}): the collection admits its VPC alone, so run this from "
                "inside, or look at the network policy"
            )
        if status in (401, 403):
            raise OperationError(
                f"{call}: refused to {self._operation.aws.who}: search.administrators must name its role, and the "
                "collection admits its VPC alone"
            )
        said = part(as_mapping(answer) or {}, "error").get("reason") if as_mapping(answer) else answer
        raise OperationError(f"{call}: {status} {said or answer}")
