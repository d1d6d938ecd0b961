"""Edge, API, sign-in, compute and delivery rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from guardrails.resource import ABSENT
from guardrails.runtimes import DEPRECATED
from tests.support.stacks import ROOT, Planned, planned, reviewed

CDN, REST = "aws:cloudfront/distribution:Distribution", "aws:apigateway/restApi:RestApi"
METHOD, FUNCTION = "aws:apigateway/method:Method", "aws:lambda/function:Function"
WEBSOCKET = "aws:apigatewayv2/api:Api"
DISABLED, ALL_BUT_HOST = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def function(plan: Planned, name: str) -> Any:
    """A function by its logical name."""
    (found,) = [f for f in plan.all(FUNCTION) if f.name == name]
    return found


@pytest.mark.requirement("PRATIKO-18")
def test_one_distribution_serves_the_world(prod: Planned) -> None:
    distribution = prod.one(CDN)
    assert (distribution.get("enabled"), distribution.get("priceClass")) == (True, "PriceClass_All")
    behind = prod.refers(distribution, "origins")
    assert any("rest-api" in name for name in behind)
    assert "bucket-site" in behind


@pytest.mark.requirement("PRATIKO-19")
def test_plain_http_is_redirected_everywhere(prod: Planned) -> None:
    distribution = prod.one(CDN)
    behaviors = [distribution.get("defaultCacheBehavior"), *distribution.get("orderedCacheBehaviors")]
    assert {behavior["viewerProtocolPolicy"] for behavior in behaviors} == {"redirect-to-https"}


@pytest.mark.requirement("PRATIKO-20")
@pytest.mark.requirement("PRATIKO-27")
def test_viewers_need_tls_1_2_and_the_certificate_renews_itself(prod: Planned) -> None:
    viewer = prod.one(CDN).get("viewerCertificate")
    assert viewer["minimumProtocolVersion"] == "TLSv1.2_2021"
    assert "domain-us-east-1" in prod.refers(prod.one(CDN), "viewerCertificate")
    certificate = prod.one("aws:acm/certificate:Certificate")
    assert (certificate.get("validationMethod"), certificate.get("region")) == ("DNS", "us-east-1")
    alarm = prod.one("aws:cloudwatch/metricAlarm:MetricAlarm", metricName="DaysToExpiry")
    assert (alarm.get("namespace"), alarm.get("threshold")) == ("AWS/CertificateManager", 30)
    assert alarm.get("comparisonOperator") == "LessThanThreshold"


@pytest.mark.requirement("PRATIKO-20", check="pol")
def test_the_default_certificate_is_refused_in_prod() -> None:
    findings = reviewed(
        "pratikoai-mcp", "prod", domain=None, observability={"healthCheck": {"enabled": False}}
    ).findings
    assert any(f.policy == "CloudFront.7" for f in findings)
    assert not any(f.policy == "CloudFront.7" for f in reviewed("pratikoai-mcp", "prod").findings)


@pytest.mark.requirement("PRATIKO-21")
def test_static_files_stay_at_the_edge_for_a_day(prod: Planned) -> None:
    assert prod.one("aws:cloudfront/cachePolicy:CachePolicy").get("defaultTtl") == 86400


@pytest.mark.requirement("PRATIKO-22")
def test_shareable_answers_are_kept_for_five_minutes(prod: Planned) -> None:
    assert function(prod, "api").get("environment.variables")["DYNAMIC_CACHE_TTL_SECONDS"] == "300"


@pytest.mark.requirement("PRATIKO-23")
def test_the_api_is_never_cached_at_the_edge(prod: Planned) -> None:
    behaviors = prod.one(CDN).get("orderedCacheBehaviors")
    assert {behavior["pathPattern"] for behavior in behaviors} == {"/mcp", "/v1/*", "/health"}
    for behavior in behaviors:
        assert behavior["cachePolicyId"] == DISABLED
        assert behavior["originRequestPolicyId"] == ALL_BUT_HOST


@pytest.mark.requirement("PRATIKO-24")
def test_the_site_is_reached_through_the_distribution_alone(prod: Planned) -> None:
    control = prod.one("aws:cloudfront/originAccessControl:OriginAccessControl")
    assert (control.get("originAccessControlOriginType"), control.get("signingBehavior")) == ("s3", "always")
    (policy,) = [p for p in prod.all("aws:s3/bucketPolicy:BucketPolicy") if p.name == "bucket-site-access"]
    assert "cdn" in prod.refers(policy, "policy")
    block = [b for b in prod.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock") if b.name == "bucket-site"]
    assert block[0].get("restrictPublicBuckets") is True


@pytest.mark.requirement("PRATIKO-26")
def test_a_firewall_stands_before_the_distribution(prod: Planned) -> None:
    acl = prod.one("aws:wafv2/webAcl:WebAcl")
    assert (acl.get("scope"), acl.get("region")) == ("CLOUDFRONT", "us-east-1")
    assert prod.refers(prod.one(CDN), "webAclId") == {acl.name}
    without = planned("pratikoai-mcp", "prod", firewall={"enabled": False})
    assert not without.all("aws:wafv2/webAcl:WebAcl")


@pytest.mark.requirement("PRATIKO-28")
def test_a_record_points_at_the_distribution(prod: Planned) -> None:
    record = prod.one("aws:route53/record:Record", type="A")
    assert record.get("name") == "mcp.pratikoai.example"
    assert prod.refers(record, "aliases") == {"cdn"}


@pytest.mark.requirement("PRATIKO-29")
def test_the_api_is_a_regional_rest_api_that_calls_functions(prod: Planned) -> None:
    assert prod.one(REST).get("endpointConfiguration.types") == "REGIONAL"
    integrations = prod.all("aws:apigateway/integration:Integration")
    assert {i.get("type") for i in integrations if not i.name.split("-")[-1].startswith("OPTIONS")} == {"AWS_PROXY"}


@pytest.mark.requirement("PRATIKO-30")
def test_a_live_channel_over_web_sockets(prod: Planned) -> None:
    assert prod.one(WEBSOCKET).get("protocolType") == "WEBSOCKET"
    routes = {r.get("routeKey"): r for r in prod.all("aws:apigatewayv2/route:Route")}
    assert set(routes) == {"$connect", "$disconnect", "$default"}
    assert routes["$connect"].get("authorizationType") == "CUSTOM"
    assert prod.one("aws:apigatewayv2/stage:Stage").get("autoDeploy") is True
    authorizer = prod.one("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.get("identitySources") == ["route.request.querystring.token"]


@pytest.mark.requirement("PRATIKO-32")
def test_every_method_but_health_asks_an_authorizer(prod: Planned) -> None:
    authorizers = prod.all("aws:apigateway/authorizer:Authorizer")
    assert {a.get("type") for a in authorizers} == {"TOKEN", "REQUEST"}
    assert max(a.get("authorizerResultTtlInSeconds") for a in authorizers) <= 300
    open_methods = {
        m.name.removeprefix("rest-api-routes-") for m in prod.all(METHOD) if m.get("authorization") != "CUSTOM"
    }
    assert {name for name in open_methods if not name.startswith("OPTIONS ")} == {"GET /health"}
    guarded = {m.name.removeprefix("rest-api-routes-") for m in prod.all(METHOD, authorization="CUSTOM")}
    assert {"POST /mcp", "GET /v1/users/me", "POST /v1/documents", "POST /v1/auth/token"} <= guarded


@pytest.mark.requirement("PRATIKO-33")
@pytest.mark.requirement("PRATIKO-34")
def test_tokens_are_rs256_and_live_15_minutes(prod: Planned, staging: Planned) -> None:
    for name in ("authorizer", "tokens", "live"):
        variables = function(prod, name).get("environment.variables")
        assert variables["JWT_ALGORITHMS"] == "RS256"
        assert int(variables["ACCESS_TOKEN_TTL_SECONDS"]) == 900
    from base64 import b64decode

    script = staging.one("aws:ec2/launchTemplate:LaunchTemplate").get("userData")
    assert isinstance(script, str)
    assert "\nJWT_ALGORITHMS=RS256\n" in b64decode(script).decode()
    assert "\nACCESS_TOKEN_TTL_SECONDS=900\n" in b64decode(script).decode()


@pytest.mark.requirement("PRATIKO-35")
def test_clients_have_keys_and_limits(prod: Planned) -> None:
    plan = prod.one("aws:apigateway/usagePlan:UsagePlan")
    assert (plan.get("throttleSettings.rateLimit"), plan.get("throttleSettings.burstLimit")) == (50, 100)
    assert prod.all("aws:apigateway/apiKey:ApiKey")
    assert {k.get("keyType") for k in prod.all("aws:apigateway/usagePlanKey:UsagePlanKey")} == {"API_KEY"}
    keyed = [m.name for m in prod.all(METHOD) if m.get("apiKeyRequired") is True]
    assert keyed == ["rest-api-routes-POST /v1/documents"]


@pytest.mark.requirement("PRATIKO-36")
def test_the_stage_lets_200_requests_a_second_through(prod: Planned) -> None:
    settings = prod.one("aws:apigateway/methodSettings:MethodSettings", methodPath="*/*").get("settings")
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (200, 400)


@pytest.mark.requirement("PRATIKO-37")
def test_browsers_of_one_origin_may_call(prod: Planned) -> None:
    preflights = {m.name.rpartition(" ")[2] for m in prod.all(METHOD, httpMethod="OPTIONS")}
    assert preflights == {m.name.rpartition(" ")[2] for m in prod.all(METHOD) if m.get("httpMethod") != "OPTIONS"}
    responses = prod.all("aws:apigateway/response:Response")
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= {r.get("responseType") for r in responses}
    for response in responses:
        headers = response.get("responseParameters")
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://mcp.pratikoai.example'"


@pytest.mark.requirement("PRATIKO-45")
def test_functions_run_on_python_3_13(prod: Planned) -> None:
    assert {f.get("runtime") for f in prod.all(FUNCTION)} == {"python3.13"}


@pytest.mark.requirement("PRATIKO-45", check="pol")
def test_a_runtime_past_its_time_is_refused_and_a_late_one_told_of() -> None:
    rules = (ROOT / "tests/policy/rules.txt").read_text().split()
    assert {"Lambda.2", "P.Lambda.runtime-soon"} <= set(rules)
    assert DEPRECATED["python3.13"] - DEPRECATED["python3.11"] > timedelta(days=700)
    assert not [
        f for f in reviewed("pratikoai-mcp", "prod").findings if f.policy in ("Lambda.2", "P.Lambda.runtime-soon")
    ]


@pytest.mark.requirement("PRATIKO-46")
def test_memory_and_time(prod: Planned) -> None:
    sizes = {f.name: (f.get("memorySize"), f.get("timeout")) for f in prod.all(FUNCTION)}
    assert sizes == {
        "api": (512, 29),
        "tokens": (512, 29),
        "live": (512, 29),
        "authorizer": (256, 5),
        "documents": (1024, 300),
    }


@pytest.mark.requirement("PRATIKO-47", check="pol")
def test_an_archive_is_measured_against_lambdas_limit() -> None:
    source = (ROOT / "workloads/build_archive.py").read_text()
    assert "MAX_ZIPPED, MAX_UNPACKED = 50 * 2**20, 250 * 2**20" in source


@pytest.mark.requirement("PRATIKO-48")
def test_lambda_scales_within_the_accounts_quota(prod: Planned) -> None:
    assert {f.get("reservedConcurrentExecutions") for f in prod.all(FUNCTION)} == {ABSENT}


@pytest.mark.requirement("PRATIKO-49")
def test_instances_are_kept_ready_where_asked_for(prod: Planned) -> None:
    token = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"  # noqa: S105 - a type
    assert not prod.all(token)
    wanted = {"provisionedConcurrency": {"min": 100, "heldBy": "version"}}
    plan = planned("pratikoai-mcp", "prod", functions={"api": wanted})
    ready = plan.one(token)
    assert ready.get("provisionedConcurrentExecutions") == 100
    # Prod's canary shares the alias's calls between two versions, and Lambda keeps nothing ready on such an alias.
    assert plan.refers(ready, "qualifier") == {"api"}


@pytest.mark.requirement("PRATIKO-50")
def test_an_upload_calls_the_processor(prod: Planned) -> None:
    notification = prod.one("aws:s3/bucketNotification:BucketNotification")
    (entry,) = notification.get("lambdaFunctions")
    assert entry["filterPrefix"] == "uploads/"
    assert "documents" in prod.refers(notification, "lambdaFunctions")
    permission = prod.one("aws:lambda/permission:Permission", principal="s3.amazonaws.com")
    assert permission.get("sourceArn") == "arn:aws:s3:::pratikoai-mcp-prod-documents-432109876543"
    # What fails for good is kept.
    assert prod.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")


@pytest.mark.requirement("PRATIKO-105")
def test_requests_are_traced(prod: Planned) -> None:
    assert {f.get("tracingConfig.mode") for f in prod.all(FUNCTION)} == {"Active"}
    assert prod.one("aws:apigateway/stage:Stage").get("xrayTracingEnabled") is True


@pytest.mark.requirement("PRATIKO-129")
def test_new_versions_come_in_steps_and_go_back_on_the_alarm(prod: Planned) -> None:
    assert {a.get("name") for a in prod.all("aws:lambda/alias:Alias")} == {"live"}
    groups = prod.all("aws:codedeploy/deploymentGroup:DeploymentGroup")
    assert len(groups) == 5
    for group in groups:
        assert group.get("deploymentStyle.deploymentType") == "BLUE_GREEN"
        assert group.get("autoRollbackConfiguration.enabled") is True
        assert "pratikoai-mcp-prod-high-error-rate" in group.get("alarmConfiguration.alarms")


def test_handlers_that_the_configuration_names_exist() -> None:
    from tests.support.pratikoai import FUNCTION as FOLDER

    text = (FOLDER / "lambda_handler.py").read_text()
    for name in ("api", "tokens", "authorizer", "live", "documents"):
        handler = function(planned("pratikoai-mcp", "prod"), name).get("handler")
        assert f"\ndef {handler.partition('.')[2]}(" in text
    code = json.dumps(str(function(planned("pratikoai-mcp", "prod"), "api").get("code")))
    assert code
