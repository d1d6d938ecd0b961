"""Edge, API and auth rows."""

from __future__ import annotations

import pytest

from guardrails.resource import ABSENT
from tests.support.stacks import Planned, planned

API, STAGE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage"
ROUTE, INTEGRATION = "aws:apigatewayv2/route:Route", "aws:apigatewayv2/integration:Integration"
AUTHORIZER, FUNCTION = "aws:apigatewayv2/authorizer:Authorizer", "aws:lambda/function:Function"
LIMITS = {"dev": (10, 20), "staging": (50, 100), "prod": (500, 1000)}
ORIGINS = {
    "dev": ["http://localhost:3000"],
    "staging": ["https://staging.your-frontend.com"],
    "prod": ["https://your-frontend.com"],
}


@pytest.mark.requirement("PHONEY-08")
def test_a_firewall_stands_before_the_api_where_it_is_asked_for(prod: Planned) -> None:
    assert not [token for token in prod.types() if token.startswith(("aws:wafv2/", "aws:cloudfront/"))]
    plan = planned("phoney", "prod", preset="firewall")
    assert plan.one("aws:wafv2/webAcl:WebAcl").get("scope") == "CLOUDFRONT"
    distribution = plan.one("aws:cloudfront/distribution:Distribution")
    assert plan.refers(distribution, "webAclId") == {"firewall"}
    (behavior,) = distribution.get("orderedCacheBehaviors")
    assert behavior["pathPattern"] == "/*"
    assert "http-api" in plan.refers(distribution, "origins")


@pytest.mark.requirement("PHONEY-09")
def test_a_name_of_ones_own_has_a_certificate_and_records(prod: Planned) -> None:
    assert not prod.all("aws:apigatewayv2/domainName:DomainName")
    assert prod.one(API).get("disableExecuteApiEndpoint") is False
    plan = planned("phoney", "prod", preset="own-domain")
    name = plan.one("aws:apigatewayv2/domainName:DomainName")
    assert name.get("domainName") == "phoney-api.phoney.example"
    assert name.get("domainNameConfiguration.endpointType") == "REGIONAL"
    assert name.get("domainNameConfiguration.securityPolicy") == "TLS_1_2"
    certificate = plan.one("aws:acm/certificate:Certificate")
    assert (certificate.get("validationMethod"), certificate.get("region")) == ("DNS", "us-east-1")
    mapping = plan.one("aws:apigatewayv2/apiMapping:ApiMapping")
    assert "http-api" in plan.refers(mapping, "apiId")
    assert plan.one(API).get("disableExecuteApiEndpoint") is True
    alias = plan.one("aws:route53/record:Record", name="phoney-api.phoney.example", type="A")
    assert "http-api" in plan.refers(alias, "aliases")


def test_mutual_tls_reads_its_trust_store() -> None:
    plan = planned("phoney", "prod", preset="own-domain", httpApi={"trustStore": "s3://trust/ca.pem"})
    name = plan.one("aws:apigatewayv2/domainName:DomainName")
    assert name.get("mutualTlsAuthentication.truststoreUri") == "s3://trust/ca.pem"


@pytest.mark.requirement("PHONEY-10")
def test_the_http_api_hands_every_path_to_the_function(every: Planned) -> None:
    api = every.one(API)
    assert api.get("protocolType") == "HTTP"
    assert api.get("name").startswith("phoney-api")
    integration = every.one(INTEGRATION)
    assert integration.get("integrationType") == "AWS_PROXY"
    assert integration.get("payloadFormatVersion") == "2.0"
    assert "$default" in {route.get("routeKey") for route in every.all(ROUTE)}
    for route in every.all(ROUTE):
        assert every.refers(route, "target") == {"http-api-template-api"}, route.name


@pytest.mark.requirement("PHONEY-11")
def test_gateway_and_function_end_at_30_seconds(every: Planned) -> None:
    assert every.one(INTEGRATION).get("timeoutMilliseconds") == 30000
    assert every.one(FUNCTION).get("timeout") == 30


@pytest.mark.requirement("PHONEY-12")
def test_browsers_of_the_configured_origins_may_call(every: Planned, stage: str) -> None:
    cors = every.one(API).get("corsConfiguration")
    assert cors["allowOrigins"] == ORIGINS[stage]
    assert (cors["allowMethods"], cors["allowHeaders"]) == (["*"], ["*"])
    assert cors["allowCredentials"] is False
    # A browser's preflight carries no token, so it must pass the guarded catch-all.
    preflight = every.one(ROUTE, routeKey="OPTIONS /{proxy+}")
    assert preflight.get("authorizationType") == "NONE"


@pytest.mark.requirement("PHONEY-13")
def test_requests_are_limited(every: Planned, stage: str) -> None:
    settings = every.one(STAGE).get("defaultRouteSettings")
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == LIMITS[stage]


@pytest.mark.requirement("PHONEY-14")
def test_a_function_checks_the_token_of_protected_routes(every: Planned, stage: str) -> None:
    authorizer = every.one(AUTHORIZER)
    assert authorizer.get("authorizerType") == "REQUEST"
    assert authorizer.get("authorizerPayloadFormatVersion") == "2.0"
    assert authorizer.get("enableSimpleResponses") is True
    assert every.refers(authorizer, "authorizerUri") == {"template-api"}
    guarded = {r.get("routeKey") for r in every.all(ROUTE) if r.get("authorizationType") == "CUSTOM"}
    assert guarded == {"$default", "GET /generators", *([] if stage == "dev" else ["POST /template"])}
    for route in every.all(ROUTE, authorizationType="CUSTOM"):
        assert every.refers(route, "authorizerId") == {"http-api-token"}


@pytest.mark.requirement("PHONEY-14")
def test_an_issuers_tokens_are_checked_by_the_gateway() -> None:
    issuer = {"issuer": "https://login.phoney.example", "audience": ["phoney"], "function": None}
    plan = planned("phoney", "prod", httpApi={"authorizers": {"token": issuer}})
    authorizer = plan.one(AUTHORIZER)
    assert authorizer.get("authorizerType") == "JWT"
    assert authorizer.get("jwtConfiguration.issuer") == "https://login.phoney.example"
    assert plan.one(ROUTE, routeKey="POST /template").get("authorizationType") == "JWT"


@pytest.mark.requirement("PHONEY-15")
def test_the_gateway_has_no_api_keys(every: Planned) -> None:
    assert {route.get("apiKeyRequired") for route in every.all(ROUTE)} == {ABSENT}


@pytest.mark.requirement("PHONEY-44")
def test_every_call_is_logged(every: Planned) -> None:
    stage = every.one(STAGE)
    assert every.refers(stage, "accessLogSettings") == {"http-api-access"}
    log_format = stage.get("accessLogSettings.format")
    for name in ("requestId", "identity.sourceIp", "routeKey", "status"):
        assert f"$context.{name}" in log_format


def test_only_the_gateway_may_call_the_function_and_only_this_one(every: Planned) -> None:
    permissions = every.all("aws:lambda/permission:Permission")
    assert {p.get("principal") for p in permissions} == {"apigateway.amazonaws.com"}
    for permission in permissions:
        assert permission.get("qualifier") == "live"
        assert "http-api" in every.refers(permission, "sourceArn")
