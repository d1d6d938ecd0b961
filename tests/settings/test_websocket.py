"""Bad WebSocket APIs: one clear line each, with file and line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from settings.system import Settings

WEBSOCKET = """\
  functions:
    value:
      chat: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle, timeoutSeconds: 29}
      push: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle, links: [websocket]}
  tables:
    value: {connections: {attributes: {id: string}, partitionKey: id}}
  websocketApi:
    value:
      function: chat
      authorizer: {function: chat}
      connections: connections
      throttle: {rate: 10, burst: 20}
      routes:
        ping: {}
  notifications:
"""
BEFORE = "  notifications:\n"

Refused = Callable[..., list[str]]


def test_the_sample_is_fine(system: Callable[..., Settings]) -> None:
    api = system((BEFORE, WEBSOCKET)).active_websocket_api
    assert api is not None
    assert list(api.all_routes) == ["$connect", "$disconnect", "$default", "ping"]
    assert (api.functions, api.log_retention_days, api.timeout_ms) == (["chat"], 7, 29000)


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("function: chat\n", "function: chta\n", "websocketApi.function", 'did you mean "chat"?'),
        ("authorizer: {function: chat}", "authorizer: {function: c}", "websocketApi.authorizer.function", "no such"),
        ("authorizer: {function: chat}", "authorizer: [chat, push]", "websocketApi.authorizer", "a list"),
        (
            "authorizer: {function: chat}",
            "authorizer: {function: chat, sources: ['cookie:a']}",
            "websocketApi.authorizer.sources",
            "cookie:a",
        ),
        ("ping: {}", "ping: {function: psh}", "websocketApi.routes.ping.function", 'did you mean "push"?'),
        ("ping: {}", "GET /ping: {}", "websocketApi.routes", "GET /ping"),
        ("connections: connections", "connections: links", "websocketApi.connections", 'no such table "links"'),
        (
            "connections: connections",
            'cors: {origins: ["https://shop.example"]}',
            "websocketApi.cors",
            "let the authorizer's function check the Origin header",
        ),
        ("rate: 10", "rate: 10001", "websocketApi.throttle.rate", "10000"),
        ("connections: connections", "timeoutMs: 29001", "websocketApi.timeoutMs", "29000"),
        ("timeoutSeconds: 29", "timeoutSeconds: 30", "functions.chat.timeoutSeconds", "29000 ms that websocketApi"),
        ("connections: connections", "routeBy: action", "websocketApi.routeBy", "action"),
    ],
)
def test_a_mistake_is_one_line(refused: Refused, old: str, new: str, where: str, words: str) -> None:
    problems = refused((BEFORE, WEBSOCKET), (old, new))
    assert len(problems) == 1, problems
    assert where in problems[0]
    assert words in problems[0], problems
    assert re.match(r"Pulumi\.yaml:\d+  ", problems[0])


def test_only_functions_link_it(refused: Refused) -> None:
    (problem,) = refused((BEFORE, WEBSOCKET), ("search: {}", "search: {links: [websocket]}"))
    assert "services.search.links[0]" in problem
    assert "only functions take it" in problem


def test_a_link_needs_the_api(refused: Refused) -> None:
    without = WEBSOCKET[: WEBSOCKET.index("  websocketApi:")] + BEFORE
    (problem,) = refused((BEFORE, without))
    assert 'functions.push.links[0]: "websocket": links to nothing: the system has no websocketApi section' in problem


def test_the_distribution_passes_on_what_exists(refused: Refused) -> None:
    (problem,) = refused(
        (BEFORE, "  cdn:\n    value: {siteBucket: uploads, enabled: true, websocket: true}\n" + BEFORE)
    )
    assert "cdn.websocket: needs a websocketApi section" in problem
