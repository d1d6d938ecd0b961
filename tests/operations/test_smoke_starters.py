"""The smoke test of functions: the starters themselves behind what API Gateway does before it calls them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_smoke_requests import account_of, names
from tests.support.pratikoai import handlers, rest_event
from tests.support.website import Answer, Asked, Website, website
from tests.workloads.pratikoai_mcp.conftest import VARIABLES, _forget
from tests.workloads.test_askiam import PROJECT, Deployed

KEY = "an-api-key-of-the-smoke-test-01"
MCP = {"mcp-initialize", "mcp-tools", "mcp-ping", "mcp-unknown"}


@pytest.fixture
def site(desk: Desk) -> Iterator[Website]:
    """A web server that the operator trusts."""
    with website(desk.folder, lambda _: (404, {}, None)) as found:
        desk.monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
        yield found


def smoke(desk: Desk, target: str, site: Website, **outputs: Any) -> Result:
    # To a file: functions write their logs to standard output.
    file, report = desk.outputs(target, url=site.url, **outputs), str(desk.folder / "smoke.json")
    return desk.tierwise("smoke", target, "--outputs", file, "--json", report)


# PratikoAI MCP


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    from pratikoai.keys import make_pair

    return make_pair("one")


@pytest.fixture
def program(desk: Desk, pair: tuple[str, str]) -> Iterator[Callable[[str], str]]:
    """PratikoAI's program of a stage, with its table; gives an access token of a user."""
    desk.monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def start(stage: str) -> str:
        desk.sign_in(account_of(f"pratikoai-mcp/{stage}"))
        own = {name: value for name, value in VARIABLES.items() if not name.startswith("AWS_")}
        more = {"STAGE": stage, "JWT": pair[0], "JWT_PUBLIC_KEYS": pair[1], "AWS_DEFAULT_REGION": "us-east-1"}
        for name, value in {**own, **more}.items():
            desk.monkeypatch.setenv(name, value)
        desk.client("dynamodb").create_table(
            TableName=VARIABLES["TABLE_MAIN"], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )  # fmt: skip
        from pratikoai import tokens

        _forget()
        return tokens.issue("ada", "access", family="f")[0]

    yield start
    _forget()


def gateway(asked: Asked) -> Answer:
    """The REST API and the WebSocket API of prod: the authorizer first, then the function."""
    arn = "arn:aws:execute-api:us-east-1:432109876543:api/prod/GET/"
    path, _, query = asked.path.partition("?")
    try:
        if asked.headers.get("upgrade") == "websocket":
            given = dict(pair.split("=") for pair in query.split("&") if pair)
            # Where the query that it is told to look at is missing, API Gateway answers 401 by itself.
            if "token" not in given:
                return 401, {}, {"message": "Unauthorized"}
            event = {"type": "REQUEST", "methodArn": arn, "queryStringParameters": given}
            claims = handlers().authorizer({**event, "requestContext": {"routeKey": "$connect"}}, None)["context"]
            context = {"routeKey": "$connect", "connectionId": "c1", "authorizer": claims}
            return (101 if handlers().live({"requestContext": context}, None)["statusCode"] == 200 else 500), {}, None
        claims = None
        if path != "/health":
            event = {"type": "TOKEN", "methodArn": arn, "authorizationToken": asked.headers["authorization"]}
            claims = handlers().authorizer(event, None)["context"]
    except Exception:  # any error of an authorizer is a refusal
        return 401, {}, {"message": "Unauthorized"}
    answer = handlers().api(rest_event(asked.method, path, asked.body, claims=claims), None)
    return answer["statusCode"], answer["headers"], answer["body"]


def live(message: Any) -> Any:
    """A message over the channel."""
    context = {"routeKey": "$default", "connectionId": "c1"}
    return json.loads(handlers().live({"requestContext": context, "body": json.dumps(message)}, None)["body"])


@pytest.mark.requirement("PRATIKO-39", check="ops")
@pytest.mark.requirement("PRATIKO-40", check="ops")
@pytest.mark.requirement("PRATIKO-43", check="ops")
@pytest.mark.requirement("PRATIKO-135")
def test_pratikoais_functions_answer_as_the_rows_say(desk: Desk, site: Website, program: Callable[[str], str]) -> None:
    token = program("prod")
    site.answer, site.message = gateway, live
    address = {"websocketUrl": site.url.replace("https", "wss")}
    found = smoke(desk, "pratikoai-mcp/prod", site, **address)
    assert found.status == 0, found.document
    refused = {"mcp-without-token", "channel-without-token"}
    assert names(found.document, "pass") == {"tls", "health"} | refused
    assert names(found.document, "skip") == MCP | {"channel"}

    desk.monkeypatch.setenv("SMOKE_TOKEN", token)
    found = smoke(desk, "pratikoai-mcp/prod", site, **address)
    assert found.status == 0, found.document
    assert names(found.document, "pass") == {"tls", "health", "channel"} | refused | MCP
    assert token not in found.out + found.err
    asked = [json.dumps(a.body) for a in site.asked if a.path == "/mcp" and "authorization" in a.headers]
    assert [json.loads(text)["method"] for text in asked] == ["initialize", "tools/list", "ping", "no/such"]


@pytest.mark.requirement("PRATIKO-40", check="ops")
def test_a_channel_that_answers_otherwise_fails_without_telling_the_token(
    desk: Desk, site: Website, program: Callable[[str], str]
) -> None:
    token = program("prod")
    site.answer, site.message = gateway, lambda _: {"action": "burn"}
    desk.monkeypatch.setenv("SMOKE_TOKEN", token)
    found = smoke(desk, "pratikoai-mcp/prod", site, websocketUrl=site.url.replace("https", "wss"))
    assert names(found.document, "fail") == {"channel"}
    assert "action is 'burn', not 'pong'" in found.out + found.err
    assert token not in found.out + found.err + json.dumps(found.document)


@pytest.mark.requirement("PRATIKO-39", check="ops")
@pytest.mark.requirement("PRATIKO-40", check="ops")
@pytest.mark.requirement("PRATIKO-135")
def test_pratikoais_servers_answer_the_same(desk: Desk, site: Website, program: Callable[[str], str]) -> None:
    token = program("staging")
    from pratikoai.server import application

    transport = httpx.ASGITransport(application)

    def answer(asked: Asked) -> Answer:
        headers = {name: value for name, value in asked.headers.items() if name in ("authorization", "content-type")}
        content = None if asked.body is None else json.dumps(asked.body)

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="https://server") as client:
                return await client.request(asked.method, asked.path, headers=headers, content=content)

        found = asyncio.run(ask())
        return found.status_code, {}, found.text

    site.answer = answer
    desk.monkeypatch.setenv("SMOKE_TOKEN", token)
    found = smoke(desk, "pratikoai-mcp/staging", site)
    assert found.status == 0, found.document
    assert names(found.document, "pass") == {"tls", "health", "mcp-without-token"} | MCP


# AskIAM


class AskIam(Deployed):
    """AskIAM's functions in the account of the operator."""

    def _variables(self) -> dict[str, str]:
        own = ("AWS_ACCESS", "AWS_SECRET")
        return {name: value for name, value in super()._variables().items() if not name.startswith(own)}


@pytest.fixture
def askiam(desk: Desk) -> Iterator[AskIam]:
    from concurrent.futures import ThreadPoolExecutor

    from tests.workloads import test_askiam as starter

    parts = ("aws", "orchestrator", "extractor", "rag", "mcp", "audit", "status")
    caches = [
        getattr(module, name)
        for module in (getattr(starter, part) for part in parts)
        for name in dir(module)
        if hasattr(getattr(module, name), "cache_clear")
    ]
    desk.sign_in(account_of("askiam/dev"))
    desk.monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    desk.monkeypatch.setattr(starter.orchestrator, "ThreadPoolExecutor", ThreadPoolExecutor)
    for cached in caches:
        cached.cache_clear()
    desk.monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield AskIam(desk.monkeypatch)
    for cached in caches:
        cached.cache_clear()


def rest_api(system: AskIam) -> Callable[[Asked], Answer]:
    """What API Gateway does with keys and models before it calls a function, by the configuration."""
    api = PROJECT["restApi"]["value"]

    def answer(asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        template = "/status/{request_id}" if path.startswith("/status/") else path
        route = api["routes"][f"{asked.method} {template}"]
        if route.get("apiKey") and asked.headers.get("x-api-key") != KEY:
            return 403, {}, {"message": "Forbidden"}
        required = api["models"][route["body"]]["required"] if "body" in route else []
        if not set(required) <= set(asked.body or {}):
            return 400, {}, {"message": "Invalid request body"}
        status, body = system.api(asked.method, path, asked.body)
        return status, {}, body

    return answer


ASKIAM = {"health", "without-key", "with-key", "stored-request", "broken-request", "unknown-request"}


@pytest.mark.requirement("ASKIAM-26", check="ops")
@pytest.mark.requirement("ASKIAM-27", check="ops")
@pytest.mark.requirement("ASKIAM-100")
@pytest.mark.parametrize("seconds", ["25", "0"])
def test_askiams_api_answers_as_the_rows_say(desk: Desk, site: Website, askiam: AskIam, seconds: str) -> None:
    desk.client("apigateway").create_api_key(name="askiam-dev-web-ui", enabled=True, value=KEY)
    # With 0 seconds the request is answered 202, and finished by the bus.
    desk.monkeypatch.setenv("ANSWERS_AFTER_SECONDS", seconds)
    site.answer = rest_api(askiam)
    found = smoke(desk, "askiam/dev", site)
    assert found.status == 0, found.document
    assert names(found.document, "pass") == {"tls", *ASKIAM}
    details = {check["name"]: check["detail"] for check in found.document["checks"]}
    assert details["with-key"].endswith("→ 202" if seconds == "0" else "→ 200")
    assert details["stored-request"].endswith("→ 200")
    assert KEY not in found.out + found.err


@pytest.mark.requirement("ASKIAM-100")
def test_an_api_that_asks_for_no_key_fails(desk: Desk, site: Website, askiam: AskIam) -> None:
    desk.client("apigateway").create_api_key(name="askiam-dev-web-ui", enabled=True, value=KEY)
    behind = rest_api(askiam)
    site.answer = lambda asked: behind(Asked(asked.method, asked.path, {**asked.headers, "x-api-key": KEY}, asked.body))
    found = smoke(desk, "askiam/dev", site)
    assert (found.status, names(found.document, "fail")) == (1, {"without-key"})


def test_what_an_earlier_answer_did_not_tell_is_skipped(desk: Desk, site: Website, askiam: AskIam) -> None:
    desk.client("apigateway").create_api_key(name="askiam-dev-web-ui", enabled=True, value=KEY)
    behind = rest_api(askiam)
    site.answer = lambda a: (500, {}, {}) if a.path == "/access-request" and a.headers.get("x-api-key") else behind(a)
    found = smoke(desk, "askiam/dev", site)
    assert "stored-request" in names(found.document, "skip")
    assert "needs {request}, which no earlier answer has told" in found.out
