"""Edge, API and sign-in rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from settings.rest_api import split_route
from tests.support.stacks import Planned, planned

DISTRIBUTION, ACL = "aws:cloudfront/distribution:Distribution", "aws:wafv2/webAcl:WebAcl"
METHOD, STAGE = "aws:apigateway/method:Method", "aws:apigateway/stage:Stage"
SETTINGS, FUNCTION = "aws:apigateway/methodSettings:MethodSettings", "aws:lambda/function:Function"
DOMAINS = {"dev": "dev.ec2-manager.example", "staging": "staging.ec2-manager.example", "prod": "ec2-manager.example"}
ROUTES = {
    "GET /api/health",
    "GET /api/instances",
    "GET /api/audit",
    "POST /api/instances/{id}/start",
    "POST /api/instances/{id}/stop",
    "POST /api/instances/{id}/reboot",
}


def methods(plan: Planned) -> dict[str, Any]:
    """Methods by route."""
    return {m.name.removeprefix("rest-api-routes-"): m for m in plan.all(METHOD)}


@pytest.mark.requirement("EC2M-16")
def test_the_api_knows_its_own_distribution(every: Planned) -> None:
    distribution = every.one(DISTRIBUTION)
    (api,) = [origin for origin in distribution.get("origins") if origin["originId"] == "api"]
    (header,) = api["customHeaders"]
    assert header["name"] == "X-Origin-Verify"
    assert "rest-api-origin-secret" in every.refers(distribution, "origins")
    wall = every.one(ACL, scope="REGIONAL")
    first = min(wall.get("rules"), key=lambda rule: rule["priority"])
    assert (first["name"], list(first["action"])) == ("past-the-distribution", ["block"])
    assert "rest-api-origin-secret" in every.refers(wall, "rules")
    association = every.one("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert every.refers(association, "webAclArn") == {"rest-api-firewall"}
    assert every.refers(association, "resourceArn") == {"rest-api-stage"}


@pytest.mark.requirement("EC2M-16")
@pytest.mark.requirement("EC2M-21")
def test_an_api_with_a_name_of_its_own_has_no_other_address() -> None:
    alone = planned("ec2-manager", "dev", cdn={"enabled": False})
    assert alone.one("aws:apigateway/restApi:RestApi").get("disableExecuteApiEndpoint") is True
    assert alone.one("aws:apigateway/domainName:DomainName").get("securityPolicy") == "TLS_1_2"


@pytest.mark.requirement("EC2M-20")
def test_the_distribution_has_the_site_and_the_api(every: Planned) -> None:
    found = every.one(DISTRIBUTION)
    assert {origin["originId"] for origin in found.get("origins")} == {"s3", "api"}
    assert found.get("defaultCacheBehavior.targetOriginId") == "s3"
    assert "bucket-web" in every.refers(found, "origins")
    (behavior,) = found.get("orderedCacheBehaviors")
    assert (behavior["pathPattern"], behavior["targetOriginId"]) == ("/api/*", "api")


@pytest.mark.requirement("EC2M-21")
def test_only_https_from_tls_1_2_on(every: Planned) -> None:
    found = every.one(DISTRIBUTION)
    assert found.get("defaultCacheBehavior.viewerProtocolPolicy") == "redirect-to-https"
    assert found.get("orderedCacheBehaviors")[0]["viewerProtocolPolicy"] == "https-only"
    assert found.get("viewerCertificate.minimumProtocolVersion") == "TLSv1.2_2021"


@pytest.mark.requirement("EC2M-22")
def test_the_site_is_compressed_and_cached_by_awss_policy(every: Planned) -> None:
    behavior = every.one(DISTRIBUTION).get("defaultCacheBehavior")
    assert behavior["compress"] is True
    assert behavior["cachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"


@pytest.mark.requirement("EC2M-23")
def test_the_site_is_private_and_one_page(every: Planned) -> None:
    assert every.one("aws:cloudfront/originAccessControl:OriginAccessControl").get("signingBehavior") == "always"
    found = every.one(DISTRIBUTION)
    assert found.get("defaultRootObject") == "index.html"
    errors = found.get("customErrorResponses")
    assert {entry["errorCode"] for entry in errors} == {403, 404}
    assert {entry["responsePagePath"] for entry in errors} == {"/index.html"}
    # The API answers 403 and 404 too: its status goes through, and nobody gets what another was refused.
    assert all(entry["responseCode"] == entry["errorCode"] and entry["errorCachingMinTtl"] == 0 for entry in errors)


@pytest.mark.requirement("EC2M-24")
def test_shield_advanced_is_not_bought(every: Planned) -> None:
    assert every.all("aws:shield/subscription:Subscription") == []
    every.one(DISTRIBUTION)


@pytest.mark.requirement("EC2M-25")
def test_edge_locations_are_limited(every: Planned) -> None:
    assert every.one(DISTRIBUTION).get("priceClass") == "PriceClass_100"


@pytest.mark.requirement("EC2M-26")
def test_answers_carry_security_headers(every: Planned) -> None:
    policy = every.one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    assert policy.get("securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec") >= 31_536_000
    content = policy.get("securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy")
    # The page signs in at Cognito from the browser.
    assert "connect-src 'self' https://cognito-idp.us-west-2.amazonaws.com" in content
    assert every.refers(every.one(DISTRIBUTION), "defaultCacheBehavior") >= {"cdn-headers"}


@pytest.mark.requirement("EC2M-27")
def test_answers_of_the_api_are_not_cached_unless_asked(prod: Planned) -> None:
    behavior = prod.one(DISTRIBUTION).get("orderedCacheBehaviors")[0]
    assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert prod.one(STAGE).get("cacheClusterEnabled") is False
    cached = planned("ec2-manager", "prod", preset="api-cache")
    assert cached.one(STAGE).get("cacheClusterEnabled") is True
    (kept,) = [s for s in cached.all(SETTINGS) if s.get("settings.cachingEnabled") is True]
    assert kept.get("settings.cacheDataEncrypted") is True
    assert kept.get("methodPath") == "api/instances/GET"
    integration = next(
        i for i in cached.all("aws:apigateway/integration:Integration") if i.name.endswith("GET /api/instances")
    )
    assert "method.request.header.Authorization" in integration.get("cacheKeyParameters")


@pytest.mark.requirement("EC2M-28")
def test_a_regional_rest_api_in_front_of_the_function(every: Planned) -> None:
    api = every.one("aws:apigateway/restApi:RestApi")
    assert api.get("endpointConfiguration.types") == "REGIONAL"
    proxies = every.all("aws:apigateway/integration:Integration", type="AWS_PROXY")
    assert len(proxies) == len(ROUTES)


@pytest.mark.requirement("EC2M-29")
def test_users_sign_in_everywhere_but_at_health(every: Planned) -> None:
    authorizer = every.one("aws:apigateway/authorizer:Authorizer")
    assert authorizer.get("type") == "COGNITO_USER_POOLS"
    assert every.refers(authorizer, "providerArns") == {"users"}
    found = methods(every)
    assert {key for key in found if not key.startswith("OPTIONS")} == ROUTES
    for key, method in found.items():
        is_open = key == "GET /api/health" or key.startswith("OPTIONS ")
        assert method.get("authorization") == ("NONE" if is_open else "COGNITO_USER_POOLS"), key


@pytest.mark.requirement("EC2M-30")
def test_a_second_factor_is_asked_for_as_the_stage_says(every: Planned, stage: str) -> None:
    pool = every.one("aws:cognito/userPool:UserPool")
    assert pool.get("mfaConfiguration") == ("ON" if stage == "prod" else "OPTIONAL")
    assert pool.get("softwareTokenMfaConfiguration.enabled") is True


@pytest.mark.requirement("EC2M-31")
def test_there_are_three_groups(every: Planned) -> None:
    groups = every.all("aws:cognito/userGroup:UserGroup")
    assert {group.get("name") for group in groups} == {"viewer", "operator", "admin"}


@pytest.mark.requirement("EC2M-32")
def test_browsers_call_from_the_stages_own_site(every: Planned, stage: str) -> None:
    found = {key for key in methods(every) if key.startswith("OPTIONS")}
    assert found == {f"OPTIONS {split_route(key)[1]}" for key in ROUTES}
    allowed = {
        answer.get("responseParameters")["method.response.header.Access-Control-Allow-Origin"]
        for answer in every.all("aws:apigateway/integrationResponse:IntegrationResponse")
    }
    assert allowed == {f"'https://{DOMAINS[stage]}'"}
    api = every.one(FUNCTION, name=f"ec2-manager-{stage}-api")
    origins = api.get("environment.variables")["CORS_ORIGINS"].split(",")
    assert origins[0] == f"https://{DOMAINS[stage]}"
    assert ("http://localhost:3000" in origins) is (stage == "dev")


@pytest.mark.requirement("EC2M-35")
@pytest.mark.requirement("EC2M-124")
def test_the_api_takes_the_load_that_it_must(every: Planned) -> None:
    limits = every.one(SETTINGS)
    assert limits.get("methodPath") == "*/*"
    # 1 000 requests a minute for an endpoint; 100 users at once.
    assert 17 <= limits.get("settings.throttlingRateLimit") <= 10_000
    assert limits.get("settings.throttlingBurstLimit") >= 100


@pytest.mark.requirement("EC2M-36")
def test_features_have_flags(every: Planned, stage: str) -> None:
    assert every.one(STAGE).get("variables") == {"FEATURE_REBOOT": "on"}
    variables = every.one(FUNCTION, name=f"ec2-manager-{stage}-api").get("environment.variables")
    assert variables["FEATURE_REBOOT"] == "on"


@pytest.mark.requirement("EC2M-69")
def test_access_and_execution_are_logged(every: Planned, stage: str) -> None:
    found = every.one(STAGE)
    assert every.refers(found, "accessLogSettings") == {"rest-api-stage-access"}
    line = json.loads(found.get("accessLogSettings.format"))
    assert line["requestId"] == "$context.requestId"
    limits = every.one(SETTINGS)
    assert limits.get("settings.loggingLevel") == ("ERROR" if stage == "prod" else "INFO")
    assert limits.get("settings.metricsEnabled") is True


@pytest.mark.requirement("EC2M-69")
def test_the_role_by_which_api_gateway_writes_is_the_accounts() -> None:
    account = planned("account-baseline", "prod").all("aws:apigateway/account:Account")
    assert account
    assert all(found.is_set("cloudwatchRoleArn") or found.property_dependencies for found in account)
    assert planned("ec2-manager", "prod").all("aws:apigateway/account:Account") == []


@pytest.mark.requirement("EC2M-58")
def test_cloudfront_is_the_only_cache(every: Planned) -> None:
    assert not [token for token in every.types() if token.startswith(("aws:elasticache/", "aws:memorydb/"))]
    assert every.one(STAGE).get("cacheClusterSize") is ABSENT


@pytest.mark.requirement("EC2M-65")
def test_the_origins_secret_can_rotate(every: Planned, stage: str) -> None:
    secret = every.one("aws:secretsmanager/secret:Secret")
    assert secret.get("name") == f"ec2-manager/{stage}/edge/origin-header"
    assert every.all("aws:secretsmanager/secretRotation:SecretRotation") == []


@pytest.mark.requirement("EC2M-65")
def test_rotation_is_a_line_away() -> None:
    rotator = "arn:aws:lambda:us-west-2:210987654321:function:rotate"
    plan = planned("ec2-manager", "prod", cdn={"originSecret": {"rotationLambdaArn": rotator, "rotationDays": 60}})
    rotation = plan.one("aws:secretsmanager/secretRotation:SecretRotation")
    assert rotation.get("rotationRules.automaticallyAfterDays") == 60
