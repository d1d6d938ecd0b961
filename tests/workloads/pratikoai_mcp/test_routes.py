"""The routes: the same answers from a function and from the server on a port."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.pratikoai import basic, handlers, rest_event

Caller = Callable[..., tuple[int, Any]]


def on_lambda(method: str, path: str, body: Any = None, *, token: str | None = None, header: str | None = None) -> Any:
    """Call as API Gateway does: authorizer first, then the function."""
    handler = handlers()
    headers = {"Authorization": header or f"Bearer {token}"} if token or header else {}
    claims = None
    function = handler.tokens if "/auth/" in path else handler.api
    if path != "/health":
        method_arn = f"arn:aws:execute-api:us-east-1:123456789012:abc/test/{method}{path}"
        shared = {"methodArn": method_arn, "path": path, "headers": headers}
        try:
            if "/auth/" in path:
                answer = handler.tokens({"type": "REQUEST", **shared}, None)
            else:
                answer = handler.authorizer(
                    {"type": "TOKEN", "authorizationToken": headers.get("Authorization"), **shared}, None
                )
        except Exception as error:
            if str(error) != "Unauthorized":
                raise
            return 401, {"message": "Unauthorized"}
        # API Gateway hands a context on as text.
        claims = {key: str(value) for key, value in answer["context"].items()}
    answer = function(rest_event(method, path, body, headers=headers, claims=claims), None)
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


def on_a_port(method: str, path: str, body: Any = None, *, token: str | None = None, header: str | None = None) -> Any:
    """Call the ASGI application."""
    from pratikoai.server import application

    headers = [(b"authorization", (header or f"Bearer {token}").encode())] if token or header else []
    sent: list[dict[str, Any]] = []
    content = b"" if body is None else json.dumps(body).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(application(scope, receive, send))
    text = sent[1]["body"]
    return sent[0]["status"], json.loads(text) if text else None


@pytest.fixture(params=[on_lambda, on_a_port], ids=["lambda", "port"])
def call(request: pytest.FixtureRequest, data: Any) -> Caller:
    return request.param


def access(user: str = "ada") -> str:
    from pratikoai import tokens

    return tokens.issue(user, tokens.ACCESS, family="f")[0]


def rpc(method: str, **more: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, **more}


@pytest.mark.requirement("PRATIKO-39")
def test_health_tells_the_stage_and_the_version_to_anybody(call: Caller) -> None:
    expected = {"status": "ok", "system": "pratikoai-mcp", "stage": "test", "version": "4f1c2a9e6b7d"}
    assert call("GET", "/health") == (200, expected)


@pytest.mark.requirement("PRATIKO-40")
def test_mcp_initializes_lists_tools_and_answers_a_ping(call: Caller) -> None:
    status, answer = call("POST", "/mcp", rpc("initialize", params={"protocolVersion": "2025-03-26"}), token=access())
    assert status == 200
    assert answer["result"]["protocolVersion"] == "2025-03-26"
    assert answer["result"]["serverInfo"] == {"name": "pratikoai-mcp", "version": "4f1c2a9e6b7d"}
    assert "tools" in answer["result"]["capabilities"]
    assert call("POST", "/mcp", rpc("tools/list"), token=access())[1]["result"] == {"tools": []}
    assert call("POST", "/mcp", rpc("ping"), token=access())[1] == {"jsonrpc": "2.0", "id": 1, "result": {}}
    status, answer = call("POST", "/mcp", rpc("initialize", params={"protocolVersion": "1999"}), token=access())
    assert answer["result"]["protocolVersion"] == "2025-06-18"


@pytest.mark.requirement("PRATIKO-40")
def test_mcp_tells_an_unknown_method_and_a_broken_message(call: Caller) -> None:
    assert call("POST", "/mcp", rpc("tools/burn"), token=access())[1]["error"]["code"] == -32601
    assert call("POST", "/mcp", {"jsonrpc": "1.0"}, token=access())[1]["error"]["code"] == -32600
    assert call("POST", "/mcp", None, token=access())[1]["error"]["code"] == -32700
    # A notification takes no answer.
    assert call("POST", "/mcp", {"jsonrpc": "2.0", "method": "ping"}, token=access()) == (202, None)


@pytest.mark.requirement("PRATIKO-40")
@pytest.mark.parametrize("token", [None, "nonsense"])
def test_mcp_wants_a_token(call: Caller, token: str | None) -> None:
    assert call("POST", "/mcp", rpc("ping"), token=token) == (401, {"message": "Unauthorized"})


@pytest.mark.requirement("PRATIKO-41")
def test_a_user_sees_the_profile_of_the_token(call: Caller) -> None:
    assert call("GET", "/v1/users/me", token=access()) == (200, {"userId": "ada", "name": "Ada", "plan": "pro"})
    assert call("GET", "/v1/users/me", token=access("eve")) == (404, {"message": "No profile"})
    assert call("GET", "/v1/users/me")[0] == 401


def test_an_active_user_counts_once_a_day(call: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        assert call("GET", "/v1/users/me", token=access())[0] == 200
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [line for line in lines if "DailyActiveUsers" in line]
    assert len(counted) == 1
    (directive,) = counted[0]["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("PratikoAI/MCP", [["stage"]])


def test_signing_in_gives_tokens_that_work_and_refresh_once(call: Caller) -> None:
    status, first = call("POST", "/v1/auth/token", header=basic("ada", "correct horse"))
    assert (status, first["tokenType"], first["expiresIn"]) == (200, "Bearer", 900)
    assert call("GET", "/v1/users/me", token=first["accessToken"])[0] == 200
    status, second = call("POST", "/v1/auth/refresh", token=first["refreshToken"])
    assert status == 200
    assert call("POST", "/v1/auth/refresh", token=first["refreshToken"])[0] == 401
    assert call("POST", "/v1/auth/refresh", token=second["refreshToken"])[0] == 401


def test_no_token_is_a_password_and_no_access_token_refreshes(call: Caller) -> None:
    assert call("POST", "/v1/auth/token", header=basic("ada", "wrong"))[0] == 401
    assert call("POST", "/v1/auth/token", token=access())[0] == 401
    assert call("POST", "/v1/auth/refresh", token=access())[0] == 401


def test_claims_of_another_authorizer_sign_nobody_in(data: Any) -> None:
    claims = {"sub": "ada", "use": "access", "jti": "1", "family": "f"}
    for path in ("/v1/auth/token", "/v1/auth/refresh"):
        assert handlers().tokens(rest_event("POST", path, claims=claims), None)["statusCode"] == 401


@pytest.mark.requirement("PRATIKO-42")
def test_a_document_gets_an_address_to_upload_to(call: Caller, data: Any) -> None:
    wish = {"filename": "report.pdf", "contentType": "application/pdf", "size": 1000}
    status, answer = call("POST", "/v1/documents", wish, token=access())
    assert (status, answer["expiresIn"]) == (201, 900)
    address = answer["uploadUrl"]
    assert address.startswith("https://docs-local.s3")
    assert f"uploads/ada/{answer['documentId']}/report.pdf" in address
    assert "X-Amz-Expires=900" in address
    assert "content-length" in address
    item = data.get("USER#ada", f"DOCUMENT#{answer['documentId']}")
    assert (item["status"], item["gsi1pk"]) == ("uploading", "STATUS#uploading")


@pytest.mark.requirement("PRATIKO-42")
def test_above_100_mb_it_is_uploaded_in_parts(call: Caller) -> None:
    limit = 100 * 1024 * 1024
    wish = {"filename": "film.mp4", "contentType": "video/mp4", "size": limit}
    assert "multipart" not in call("POST", "/v1/documents", wish, token=access())[1]
    status, answer = call("POST", "/v1/documents", {**wish, "size": limit + 1}, token=access())
    assert (status, answer["uploadUrl"]) == (201, None)
    parts = answer["multipart"]
    assert len(parts["partUrls"]) == 7
    assert parts["partSize"] * 7 >= limit + 1 > parts["partSize"] * 6
    assert "partNumber=7" in parts["partUrls"][6]
    assert f"uploadId={parts['uploadId']}" in parts["completeUrl"]


@pytest.mark.requirement("PRATIKO-115")
@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"filename": "../../etc/passwd"}, "filename"),
        ({"filename": ""}, "filename"),
        ({"filename": "a\nb"}, "filename"),
        ({"filename": 5}, "filename"),
        ({"contentType": "x"}, "contentType"),
        ({"contentType": "text/html\r\nX-A: b"}, "contentType"),
        ({"size": 0}, "size"),
        ({"size": True}, "size"),
        ({"size": "1; DROP TABLE items"}, "size"),
        ({"metadata": []}, "metadata"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(call: Caller, wish: dict[str, Any], words: str) -> None:
    usual = {"filename": "a.txt", "contentType": "text/plain", "size": 1}
    status, answer = call("POST", "/v1/documents", {**usual, **wish}, token=access())
    assert status == 400
    assert answer["message"].startswith(words)


@pytest.mark.requirement("PRATIKO-65")
def test_an_item_above_400_kb_is_refused(call: Caller) -> None:
    usual = {"filename": "a.txt", "contentType": "text/plain", "size": 1}
    fits = {**usual, "metadata": {"note": "x" * (390 * 1024), "weight": 0.5}}
    assert call("POST", "/v1/documents", fits, token=access())[0] == 201
    status, answer = call("POST", "/v1/documents", {**usual, "metadata": {"note": "x" * (400 * 1024)}}, token=access())
    assert status == 413
    assert "400 KB" in answer["message"]


def test_what_there_is_not_is_told(call: Caller) -> None:
    assert call("GET", "/v1/elsewhere", token=access()) == (404, {"message": "Not found"})
    assert call("DELETE", "/mcp", token=access()) == (405, {"message": "Method not allowed"})


def test_a_fault_is_logged_and_told_without_detail(
    call: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_MAIN", "nowhere")
    from pratikoai import clients

    clients.forget()
    token = access()
    assert call("GET", "/v1/users/me", token=token) == (500, {"message": "Internal error"})
    output = capsys.readouterr().out
    assert '"level": "ERROR"' in output
    assert token not in output


def test_the_gateways_answer_outlives_no_token(data: Any) -> None:
    claims = {"sub": "ada", "exp": str(time.time() - 1), "use": "access"}
    answer = handlers().api(rest_event("GET", "/v1/users/me", claims=claims), None)
    assert answer["statusCode"] == 401


def test_browsers_of_the_configured_origin_read_the_answer(data: Any) -> None:
    for origin, allowed in (("https://mcp.pratikoai.example", True), ("https://evil.example", False)):
        answer = handlers().api(rest_event("GET", "/health", headers={"Origin": origin}), None)
        assert ("Access-Control-Allow-Origin" in answer["headers"]) is allowed
        assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.requirement("PRATIKO-51")
def test_clients_and_answers_are_made_once_for_many_calls(data: Any) -> None:
    from pratikoai import cache, clients
    from pratikoai.store import store

    assert clients.table() is clients.table()
    assert clients.s3() is clients.s3()
    assert store() is store()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert cache.shared("k", make, now=lambda: 0.0) == 1
    assert cache.shared("k", make, now=lambda: 299.0) == 1
    assert cache.shared("k", make, now=lambda: 300.0) == 2


def test_a_body_without_end_is_refused(program: None) -> None:
    from pratikoai.server import MAX_BODY, application

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * MAX_BODY, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(application({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, receive, send))
    assert sent[0]["status"] == 413
