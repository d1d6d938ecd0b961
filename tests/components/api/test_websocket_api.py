"""WebSocket APIs: routes, who may connect, and how functions send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, UNKNOWN
from tests.support.stacks import Planned, planned, reviewed

API, STAGE, ROUTE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage", "aws:apigatewayv2/route:Route"
FUNCTION = "aws:lambda/function:Function"
CHAT = {
    "archive": "workloads/log_copier",
    "runtime": "python3.13",
    "handler": "handler.handle",
    "timeoutSeconds": 10,
    "description": "Talks",
}
OVERRIDES: dict[str, Any] = {
    "httpApi": {"enabled": False},
    "parameters": {"CORS_ORIGINS": {"description": "Origins", "corsOrigins": False, "value": "-"}},
    "functions": {
        "template-api": {"timeoutSeconds": 10},
        "chat": CHAT,
        "guard": CHAT,
        "push": {**CHAT, "links": ["websocket"]},
    },
    "tables": {"connections": {"attributes": {"id": "string"}, "partitionKey": "id"}},
    "websocketApi": {
        "function": "chat",
        "authorizer": {"function": "guard", "sources": ["header:Authorization", "query:token"]},
        "connections": "connections",
        "routes": {
            "ping": {"throttle": {"rate": 1, "burst": 2}},
            "shout": {"function": "push", "answers": False},
        },
        "throttle": {"rate": 50, "burst": 100},
    },
    "observability": {
        "healthCheck": {"enabled": False},
        "savedQueries": {"refused": {"logs": ["websocket-api"], "query": "filter status = 401"}},
        "metricFilters": {"refused": {"log": "websocket-api", "metric": "Refused", "statuses": ["401"]}},
        "metricAlarms": {
            "broken": {
                "description": "Messages fail",
                "watches": "websocket-api",
                "metric": "ExecutionError",
                "dimensions": {"Route": "ping"},
                "threshold": 0,
            }
        },
    },
    "usage": {
        "aws:apigatewayv2:Api": {"messages": 1000000, "connectionMinutes": 4000000},
        "aws:dynamodb:Table": {"storageGb": 1, "readUnits": 100000, "writeUnits": 100000},
    },
}


def plan() -> Planned:
    return planned("phoney", "prod", **OVERRIDES)


def route(key: str) -> Any:
    return plan().one(ROUTE, routeKey=key)


def test_connections_messages_and_their_ends_have_routes() -> None:
    assert {r.get("routeKey") for r in plan().all(ROUTE)} == {"$connect", "$disconnect", "$default", "ping", "shout"}
    api = plan().one(API)
    assert (api.get("protocolType"), api.get("routeSelectionExpression")) == ("WEBSOCKET", "$request.body.action")
    assert api.get("corsConfiguration") is ABSENT
    assert plan().refers(route("ping"), "target") == {"websocket-routes-chat"}
    assert plan().refers(route("shout"), "target") == {"websocket-routes-push"}


def test_the_authorizer_is_asked_when_a_connection_opens() -> None:
    authorizer = plan().one("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.get("authorizerType") == "REQUEST"
    assert authorizer.get("identitySources") == [
        "route.request.header.Authorization",
        "route.request.querystring.token",
    ]
    assert (route("$connect").get("authorizationType"), plan().refers(route("$connect"), "authorizerId")) == (
        "CUSTOM",
        {"websocket-routes-authorizer"},
    )
    for key in ("$disconnect", "$default", "ping"):
        assert (route(key).get("authorizationType"), route(key).get("authorizerId")) == ("NONE", ABSENT)
    permissions = {p.name: p for p in plan().all("aws:lambda/permission:Permission")}
    assert plan().refers(permissions["websocket-routes-authorizer"], "sourceArn") == {
        "websocket-api",
        "websocket-routes-authorizer",
    }


@pytest.mark.parametrize(
    ("key", "answers"), [("$connect", False), ("$default", True), ("ping", True), ("shout", False)]
)
def test_only_messages_are_answered(key: str, answers: bool) -> None:
    responses = {r.name for r in plan().all("aws:apigatewayv2/routeResponse:RouteResponse")}
    assert (f"websocket-routes-{key}" in responses) is answers
    assert (route(key).get("routeResponseSelectionExpression") == "$default") is answers


def test_the_stage_limits_logs_and_deploys_itself() -> None:
    stage = plan().one(STAGE)
    assert (stage.get("name"), stage.get("autoDeploy")) == ("prod", True)
    limits = stage.get("defaultRouteSettings")
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (50, 100)
    assert (limits["loggingLevel"], limits["dataTraceEnabled"]) == ("ERROR", False)
    (own,) = stage.get("routeSettings")
    assert (own["routeKey"], own["throttlingRateLimit"]) == ("ping", 1)
    fields = json.loads(stage.get("accessLogSettings.format"))
    assert all(value.startswith("$context.") for value in fields.values())
    groups = {g.name: g for g in plan().all("aws:cloudwatch/logGroup:LogGroup") if g.name.startswith("websocket")}
    assert groups["websocket-routes-access"].get("name") == "/phoney/prod/websocket-api"
    # API Gateway would make the execution log itself, and keep it for ever.
    assert groups["websocket-routes-execution"].get("retentionInDays") == 30
    planned_stage = reviewed("phoney", "prod", **OVERRIDES).plan.by_urn[stage.urn]
    assert groups["websocket-routes-execution"].urn in planned_stage.dependencies


def test_who_links_it_may_send_and_knows_where() -> None:
    functions = {f.name: f for f in plan().all(FUNCTION)}
    assert functions["push"].get("environment.variables")["WEBSOCKET_ENDPOINT"] is UNKNOWN
    assert "WEBSOCKET_ENDPOINT" not in functions["guard"].get("environment.variables")
    policies = {p.name: p for p in plan().all("aws:iam/rolePolicy:RolePolicy")}
    # The address is AWS's to make up, so this right stands apart and the others stay readable.
    assert plan().refers(policies["push-made"], "policy") == {"websocket-api"}
    assert "guard-made" not in policies


def test_functions_of_the_api_keep_connections() -> None:
    policies = {
        p.name: json.loads(p.get("policy"))
        for p in plan().all("aws:iam/rolePolicy:RolePolicy")
        if p.get("policy") is not UNKNOWN
    }
    actions = {name: json.dumps(policy) for name, policy in policies.items()}
    assert "table/phoney-prod-connections" in actions["chat"]
    assert "dynamodb:PutItem" in actions["push"]
    assert "dynamodb" not in actions["guard"]
    chat = next(f for f in plan().all(FUNCTION) if f.name == "chat")
    assert chat.get("environment.variables")["TABLE_CONNECTIONS"] == "phoney-prod-connections"


def test_it_is_watched_and_counted() -> None:
    alarm = next(a for a in plan().all("aws:cloudwatch/metricAlarm:MetricAlarm") if a.name.endswith("-broken"))
    assert (alarm.get("namespace"), alarm.get("metricName")) == ("AWS/ApiGateway", "ExecutionError")
    assert alarm.get("dimensions.Route") == "ping"
    assert alarm.get("dimensions.Stage") == "prod"
    counted = plan().one("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert counted.get("logGroupName") == "/phoney/prod/websocket-api"


def test_it_passes_review_and_everything_has_a_price() -> None:
    result = reviewed("phoney", "prod", **OVERRIDES)
    assert [f"{f.policy} {f.resource}: {f.message}" for f in result.findings if f.level == "mandatory"] == []
    assert [str(failure) for failure in result.failures] == []
    assert result.estimate is not None
    assert [str(line) for line in (*result.estimate.unsupported, *result.estimate.unknown)] == []
    lines = {line.name: line for line in result.estimate.lines if line.urn.endswith("::websocket-api")}
    assert float(lines["WebSocket messages"].expected) == pytest.approx(1.00)
    assert float(lines["WebSocket connection minutes"].expected) == pytest.approx(1.00)


def test_clients_can_connect_through_the_distribution() -> None:
    behind = planned(
        "phoney",
        "prod",
        **OVERRIDES,
        buckets={"site": {}, "logs": {"receivesLogs": True, "versioned": False}},
        cdn={"siteBucket": "site", "websocket": True},
    )
    distribution = behind.one("aws:cloudfront/distribution:Distribution")
    origin = next(o for o in distribution.get("origins") if o["originId"] == "websocket")
    # The stage stands in the path already.
    assert "originPath" not in origin
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    (behavior,) = distribution.get("orderedCacheBehaviors")
    assert (behavior["pathPattern"], behavior["targetOriginId"]) == ("/prod", "websocket")


def test_nobody_need_be_asked() -> None:
    overrides = {**OVERRIDES, "websocketApi": {**OVERRIDES["websocketApi"], "authorizer": None}}
    opened = planned("phoney", "prod", **overrides)
    assert opened.all("aws:apigatewayv2/authorizer:Authorizer") == []
    assert opened.one(ROUTE, routeKey="$connect").get("authorizationType") == "NONE"
