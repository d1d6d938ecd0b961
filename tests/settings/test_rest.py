"""Mistakes about tables, users and REST APIs: each gets a line that says what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from settings.consistency import inconsistencies
from settings.identity import Identity
from settings.rest_api import RestApi
from settings.system import Settings
from settings.tables import Table
from tests.support.serverless import identity, rest_api, table

System = Callable[..., Settings]
Refused = Callable[..., list[str]]

MORE = """\
  functions:
    value:
      api:
        archive: workloads
        runtime: python3.13
        handler: app.handler
        timeoutSeconds: 10
        links: ["table:audit/append"]
  tables:
    value:
      audit: {attributes: {id: string, at: string}, partitionKey: id, sortKey: at}
  identity:
    value: {clients: {web: {}}}
  restApi:
    value:
      function: api
      authorizers: {users: {kind: users}}
      routes: {GET /items: {authorizer: users}}
      throttle: {rate: 50, burst: 100}
"""
#: The small system with a table, users and a REST API.
LARGER = ("  budget:\n    value:", f"{MORE}  budget:\n    value:")


def test_the_tier_decides_recovery_factors_and_protection(system: System) -> None:
    found = {stack: system(LARGER, stack=stack) for stack in ("dev", "staging", "prod")}
    users = {stack: settings.active_identity for stack, settings in found.items()}
    assert {stack: s.active_tables["audit"].recovery_days for stack, s in found.items()} == {
        "dev": 0,
        "staging": 7,
        "prod": 35,
    }
    assert [u.mfa for u in users.values() if u is not None] == ["optional", "optional", "required"]
    assert [u.threat_protection for u in users.values() if u is not None] == ["off", "off", "enforced"]
    assert [s.active_tables["audit"].deletion_protection for s in found.values()] == [False, False, True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("table:audit/append", "table:audits", 'links to nothing: no such table; did you mean "audit"?'),
        ("table:audit/append", "table:audit/apend", 'a table is linked whole, or so; did you mean "append"?'),
        ("sortKey: at}", "sortKey: at, encryption: customer}", "set encryption.customerKey: true"),
        ("sortKey: at}", "sortKey: at, replicate: true}", "tables.audit.replicate: needs secondaryRegion"),
        ("sortKey: at}", "sortKey: when}", 'sortKey "when" is not declared in attributes'),
        ("function: api\n", "function: apii\n", 'restApi.function: no such function "apii"; did you mean "api"?'),
        ("{authorizer: users}", "{authorizer: users, function: ap}", 'no such function "ap"; did you mean "api"?'),
        ("{authorizer: users}", "{authorizer: user}", 'no such authorizer "user"; did you mean "users"?'),
        ("{authorizer: users}", "{authorizer: [users, tokens]}", "a route takes one authorizer"),
        ("timeoutSeconds: 10", "timeoutSeconds: 30", "30 s is more than the 29000 ms that restApi waits"),
        ("throttle: {rate: 50", "timeoutMs: 30000\n      throttle: {rate: 50", "restApi.timeoutMs: 30000"),
        (
            "GET /items:",
            "GET items:",
            'restApi.routes.GET items: "GET items" does not have the form of "GET /users/{id}"',
        ),
        ("clients: {web: {}}", "enabled: false, clients: {web: {}}", "kind: users needs an identity section"),
        ("clients: {web: {}}", "mfa: required, factors: [], clients: {web: {}}", "mfa required needs a factor"),
    ],
)
def test_a_mistake_is_told(refused: Refused, old: str, new: str, says: str) -> None:
    problems = refused(LARGER, (old, new))
    assert any(says in problem for problem in problems), problems
    assert all(problem.startswith("Pulumi.yaml:") for problem in problems)


def test_two_apis_do_not_share_a_name(refused: Refused) -> None:
    http = "  httpApi:\n    value: {function: api, routes: {$default: {}}, throttle: {rate: 1, burst: 1}}\n"
    domain = "  domain:\n    value: {name: shop.example, createZone: true}\n"
    problems = refused(LARGER, ("  budget:\n    value:", f"{http}{domain}  budget:\n    value:"))
    assert any("restApi and httpApi would both answer at shop.example" in problem for problem in problems)


def test_login_pages_avoid_words_that_cognito_keeps(system: System) -> None:
    pages = ("clients: {web: {}}", 'clients: {web: {callbackUrls: ["https://shop.example/"]}}')
    fine = system(LARGER, pages)
    assert inconsistencies(fine) == []
    (problem,) = inconsistencies(fine.model_copy(update={"system": "aws-shop"}))
    assert "set domainPrefix" in problem.message


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"indexes": {"by-user": {"partitionKey": "usr"}}}, 'did you mean "user"'),
        ({"indexes": {}}, "attributes user: no key or index uses that"),
        ({"sortKey": "pk", "indexes": {"by-user": {"partitionKey": "user", "sortKey": "sk"}}}, "is the partition key"),
        ({"replicate": True, "stream": "new"}, "set stream: both"),
        ({"recoveryDays": 36}, "less than or equal to 35"),
        ({"provisioned": {"read": {"min": 5, "max": 1}, "write": {"min": 1, "max": 1}}}, "max 1 is below min 5"),
        ({"indexes": {"by-user": {"partitionKey": "user", "projection": "some"}}}, "include names the attributes"),
    ],
)
def test_a_table_that_cannot_be_is_refused(overrides: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        table(**overrides)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"factors": ["email"]}, "codes by mail need a mail section"),
        ({"domainPrefix": "my-cognito"}, 'keeps the word "cognito"'),
        ({"password": {"minimumLength": 6}}, "greater than or equal to 8"),
        ({"clients": {}}, "at least 1 item"),
        ({"clients": {"web": {"logoutUrls": ["https://shop.example/"]}}}, "need callbackUrls"),
        ({"clients": {"web": {"callbackUrls": ["http://shop.example/"]}}}, "should match pattern"),
        (
            {"groups": {name: {"description": name, "precedence": 1} for name in ("viewer", "admin")}},
            "same precedence",
        ),
    ],
)
def test_a_pool_that_cannot_be_is_refused(overrides: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        identity(**overrides)


def test_off_means_off_without_quotes() -> None:
    assert identity(mfa=False, threatProtection=False).mfa == "off"


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"routes": {"GET /items": {"authorizer": "users", "cacheSeconds": 5}}}, "cacheSeconds needs a cache section"),
        ({"cache": {}}, "no route has cacheSeconds"),
        (
            {"cache": {}, "routes": {"POST /items": {"authorizer": "users", "cacheSeconds": 5}}},
            "only answers to GET can be kept",
        ),
        ({"routes": {"GET /items": {"authorizer": "users", "apiKey": True}}}, "apiKey needs usagePlans"),
        ({"models": {"item": {}}}, "models item: no route uses it"),
        ({"routes": {"GET /items": {}}}, "authorizers users: no route uses it"),
        ({"routes": {"GET /items": {"authorizer": "users", "body": "item"}}}, 'no such model "item"'),
        ({"routes": {"GET /items": {"scopes": ["items/read"]}}}, "knows scopes"),
        (
            {"routes": {"GET /items/{id}": {"authorizer": "users"}, "GET /items/{item}/parts": {}}},
            "stand in the same place",
        ),
        ({"routes": {"GET /{rest+}/parts": {"authorizer": "users"}}}, "nothing can follow it"),
        ({"authorizers": {"users": {"kind": "token"}}}, "kind token needs one"),
        ({"authorizers": {"users": {"kind": "users", "function": "api"}}}, "asks the user pool, no function"),
        (
            {"authorizers": {"users": {"kind": "token", "function": "api", "headers": ["A", "B"]}}},
            "kind request reads several",
        ),
        (
            {
                "routes": {"GET /items": {"authorizer": "users", "apiKey": True}},
                "usagePlans": {
                    plan: {"keys": ["acme"], "throttle": {"rate": 1, "burst": 1}} for plan in ("small", "large")
                },
            },
            "a key belongs to one plan",
        ),
    ],
)
def test_an_api_that_cannot_be_is_refused(overrides: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        rest_api(**overrides)


@pytest.mark.parametrize("key", ["GET /", "ANY /{proxy+}", "POST /a/{id}/b", "DELETE /a.b_c"])
def test_these_are_routes(key: str) -> None:
    assert rest_api(routes={key: {"authorizer": "users"}}).function_of(key) == "api"


@pytest.mark.parametrize("key", ["GET", "GET items", "FETCH /items", "GET /items/", "GET //items", "OPTIONS /items"])
def test_these_are_not(key: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        rest_api(routes={key: {"authorizer": "users"}})


@pytest.mark.parametrize("model", [Table, Identity, RestApi])
def test_an_unknown_key_is_refused(model: type[Table] | type[Identity] | type[RestApi]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        model.model_validate({"unknown": 1})
