"""The live channel: who may connect, and what is answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.support.pratikoai import handlers


def event(route: str, body: Any = None, **more: Any) -> dict[str, Any]:
    context = {"routeKey": route, "connectionId": "c1", "domainName": "ws.example", "stage": "test"}
    return {"requestContext": {**context, **more.pop("context", {})}, "body": body, **more}


def token(use: str = "access") -> str:
    from pratikoai import tokens

    return tokens.issue("ada", use, family="f")[0]


@pytest.mark.requirement("PRATIKO-43")
def test_a_connection_needs_a_valid_token(data: Any) -> None:
    live = handlers().live
    assert live(event("$connect"), None)["statusCode"] == 401
    assert live(event("$connect", queryStringParameters={"token": "x"}), None)["statusCode"] == 401
    assert live(event("$connect", queryStringParameters={"token": token("refresh")}), None)["statusCode"] == 401
    assert data.get("CONN#c1", "CONN") is None
    assert live(event("$connect", queryStringParameters={"token": token()}), None)["statusCode"] == 200
    assert data.get("CONN#c1", "CONN")["user"] == "ada"
    assert live(event("$connect", headers={"Authorization": f"Bearer {token()}"}), None)["statusCode"] == 200


@pytest.mark.requirement("PRATIKO-43")
def test_the_gateways_authorizer_names_the_user(data: Any) -> None:
    made = event("$connect", context={"authorizer": {"sub": "eve"}})
    assert handlers().live(made, None)["statusCode"] == 200
    assert data.get("CONN#c1", "CONN")["user"] == "eve"


@pytest.mark.requirement("PRATIKO-43")
def test_a_ping_is_answered_with_a_pong(data: Any) -> None:
    def said(body: str) -> Any:
        answer = handlers().live(event("$default", body), None)
        assert answer["statusCode"] == 200
        return json.loads(answer["body"])

    assert said('{"action":"ping"}') == {"action": "pong"}
    assert said('{"action":"burn"}') == {"error": "unknown action"}
    assert said("[1]") == {"error": "unknown action"}
    assert said("nonsense") == {"error": "not JSON"}


def test_a_connection_that_ends_is_forgotten_and_its_length_told(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    handlers().live(event("$connect", context={"authorizer": {"sub": "ada"}}), None)
    assert handlers().live(event("$disconnect"), None)["statusCode"] == 200
    assert data.get("CONN#c1", "CONN") is None
    assert '"SessionDuration"' in capsys.readouterr().out
    # The end of a connection that nobody remembers is no fault.
    assert handlers().live(event("$disconnect", context={"connectionId": "c9"}), None)["statusCode"] == 200


def test_authorizers_of_web_sockets_read_the_query(data: Any) -> None:
    made = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:ws/test/$connect",
        "queryStringParameters": {"token": token()},
        "requestContext": {"routeKey": "$connect"},
    }
    answer = handlers().authorizer(made, None)
    assert answer["context"]["sub"] == "ada"
    assert answer["policyDocument"]["Statement"][0]["Resource"].endswith(":ws/test/*")
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handlers().authorizer({**made, "queryStringParameters": None}, None)


def test_servers_keep_the_same_channel(data: Any) -> None:
    from pratikoai.server import application

    async def talk(header: list[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
        messages = iter(
            [
                {"type": "websocket.connect"},
                {"type": "websocket.receive", "text": '{"action":"ping"}'},
                {"type": "websocket.disconnect"},
            ]
        )
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(messages)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await application({"type": "websocket", "path": "/", "headers": header}, receive, send)
        return sent

    accepted, pong = asyncio.run(talk([(b"authorization", f"Bearer {token()}".encode())]))
    assert accepted["type"] == "websocket.accept"
    assert json.loads(pong["text"]) == {"action": "pong"}
    (closed,) = asyncio.run(talk([]))
    assert closed["type"] == "websocket.close"
