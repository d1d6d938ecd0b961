"""HTTP APIs: routes, who may call them, and how often."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.functions import api_sample, http_api
from tests.support.program import Sample

API, STAGE, ROUTE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage", "aws:apigatewayv2/route:Route"
PERMISSION = "aws:lambda/permission:Permission"
GUARD = {"authorizers": {"token": {"function": "guard", "ttlSeconds": 0}}}
ISSUER = {"authorizers": {"token": {"issuer": "https://id.example", "audience": ["shop"]}}}
CORS = {"cors": {"origins": ["https://shop.example"], "credentials": False}}


@functools.cache
def _planned(described: str) -> Sample:
    return api_sample(http_api(**json.loads(described)))


def plan(**overrides: Any) -> Sample:
    """The plan of an API, made once."""
    return _planned(json.dumps(overrides))


def test_each_function_is_called_through_its_alias() -> None:
    sample = plan(routes={"$default": {}, "GET /check": {"function": "guard"}})
    integrations = {i.name: i for i in sample.all("aws:apigatewayv2/integration:Integration")}
    assert set(integrations) == {"api-orders", "api-guard"}
    for name, integration in integrations.items():
        (urn,) = integration.property_dependencies["integrationUri"]
        assert "lambda/alias:Alias" in urn, name
        assert integration.get("payloadFormatVersion") == "2.0"
    assert sample.refers(sample.one(ROUTE, routeKey="GET /check"), "target") == {"api-guard"}
    assert len(sample.all(PERMISSION)) == 2


def test_a_stage_deploys_itself_logs_and_limits() -> None:
    sample = plan(routes={"$default": {}, "POST /pay": {"throttle": {"rate": 1, "burst": 2}}}, detailedMetrics=True)
    stage = sample.one(STAGE)
    assert (stage.get("name"), stage.get("autoDeploy")) == ("$default", True)
    assert stage.get("defaultRouteSettings") == {
        "throttlingRateLimit": 50,
        "throttlingBurstLimit": 100,
        "detailedMetricsEnabled": True,
    }
    (own,) = stage.get("routeSettings")
    assert (own["routeKey"], own["throttlingRateLimit"], own["throttlingBurstLimit"]) == ("POST /pay", 1, 2)
    routes = {route.urn for route in sample.all(ROUTE)}
    assert routes <= set(sample.planned(stage).dependencies)
    fields = json.loads(stage.get("accessLogSettings.format"))
    assert all(value.startswith("$context.") for value in fields.values())
    group = sample.one("aws:cloudwatch/logGroup:LogGroup", name="/shop/prod/http-api")
    assert group.get("retentionInDays") == 30


def test_a_function_can_guard_routes() -> None:
    sample = plan(**GUARD, routes={"GET /open": {}, "GET /mine": {"authorizer": "token"}})
    authorizer = sample.one("aws:apigatewayv2/authorizer:Authorizer")
    assert (authorizer.get("authorizerType"), authorizer.get("authorizerResultTtlInSeconds")) == ("REQUEST", 0)
    assert authorizer.get("identitySources") == ["$request.header.Authorization"]
    assert sample.one(ROUTE, routeKey="GET /mine").get("authorizationType") == "CUSTOM"
    opened = sample.one(ROUTE, routeKey="GET /open")
    assert (opened.get("authorizationType"), opened.get("authorizerId")) == ("NONE", ABSENT)
    (asks,) = [p for p in sample.all(PERMISSION) if p.name == "api-token-authorizer"]
    assert sample.refers(asks, "sourceArn") == {"api", "api-token"}


def test_an_issuers_tokens_can_guard_routes() -> None:
    sample = plan(**ISSUER, routes={"GET /mine": {"authorizer": "token", "scopes": ["read"]}})
    authorizer = sample.one("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.get("jwtConfiguration") == {"issuer": "https://id.example", "audiences": ["shop"]}
    route = sample.one(ROUTE)
    assert (route.get("authorizationType"), route.get("authorizationScopes")) == ("JWT", ["read"])


@pytest.mark.parametrize(
    ("guarded", "cors", "expected"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_preflight_requests_pass_a_guarded_catch_all(guarded: bool, cors: bool, expected: bool) -> None:
    route = {"authorizer": "token"} if guarded else {}
    sample = plan(**GUARD, **(CORS if cors else {}), routes={"$default": route})
    found = sample.all(ROUTE, routeKey="OPTIONS /{proxy+}")
    assert bool(found) is expected
    assert all(r.get("authorizationType") == "NONE" for r in found)


def test_without_origins_no_browser_of_another_site_may_call() -> None:
    assert plan().one(API).get("corsConfiguration") is ABSENT
    cors = plan(**CORS).one(API).get("corsConfiguration")
    assert cors["allowOrigins"] == ["https://shop.example"]


def test_a_name_of_ones_own_replaces_the_default_one() -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0"
    sample = api_sample(
        http_api(trustStore="s3://trust/ca.pem"), domain_name="api.shop.example", certificate_arn=certificate
    )
    assert sample.one(API).get("disableExecuteApiEndpoint") is True
    domain = sample.one("aws:apigatewayv2/domainName:DomainName")
    assert domain.get("domainNameConfiguration.certificateArn") == certificate
    assert domain.get("mutualTlsAuthentication.truststoreUri") == "s3://trust/ca.pem"
    mapping = sample.one("aws:apigatewayv2/apiMapping:ApiMapping")
    assert mapping.get("stage") == "$default"


def test_a_domain_needs_its_certificate() -> None:
    with pytest.raises(AssertionError, match="come together"):
        api_sample(http_api(), domain_name="api.shop.example")
