"""The REST API: paths, functions, authorizers, checks, preflight answers, stage, limits, cache, plans and name."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from components.api.rest_api import definition_of
from guardrails.resource import ABSENT, Resource
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tests.support.serverless import rest_api

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
ANSWER = "aws:apigateway/integrationResponse:IntegrationResponse"
AUTHORIZER = "aws:apigateway/authorizer:Authorizer"
VALIDATOR = "aws:apigateway/requestValidator:RequestValidator"
MODEL = "aws:apigateway/model:Model"
ERROR = "aws:apigateway/response:Response"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
PERMISSION = "aws:lambda/permission:Permission"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"

SCHEMA = {"type": "object", "required": ["user_id"], "properties": {"user_id": {"type": "string"}}}
PLANS = {"partner": {"keys": ["acme"], "throttle": {"rate": 20, "burst": 40}, "quota": {"limit": 100000}}}
CORS = {"origins": ["https://shop.example"]}


def planned(domain: bool = False, **overrides: Any) -> Sample:
    """The plan of an API with a function, made once."""
    return _planned(domain, json.dumps(overrides))


@functools.cache
def _planned(domain: bool, overrides: str) -> Sample:
    def create() -> None:
        from components.api.rest_api import RestApi
        from tests.support.serverless import function

        RestApi(
            "rest-api",
            settings=rest_api(**json.loads(overrides)),
            names=names(),
            functions={name: function(name) for name in ("api", "check")},
            user_pool_arn=POOL,
            domain_name="api.shop.example" if domain else None,
            certificate_arn=CERTIFICATE if domain else None,
            web_acl_arn="arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/0a1b2c3d" if domain else None,
        )

    return sample_of(create)


def method(key: str, **overrides: Any) -> Resource:
    sample = planned(**overrides)
    (found,) = [m for m in sample.all(METHOD) if m.name == f"rest-api-routes-{key}"]
    return found


def limits(path: str, **overrides: Any) -> dict[str, Any]:
    return planned(**overrides).one(SETTINGS, methodPath=path).get("settings")


def test_each_part_of_a_path_is_a_resource_made_once() -> None:
    sample = planned(routes={"GET /items": {}, "GET /items/{id}": {}, "POST /items/{id}/start": {}}, authorizers={})
    parts = {r.name: r.get("pathPart") for r in sample.all(RESOURCE)}
    assert parts == {
        "rest-api-routes-/items": "items",
        "rest-api-routes-/items/{id}": "{id}",
        "rest-api-routes-/items/{id}/start": "start",
    }
    deepest = next(r for r in sample.all(RESOURCE) if r.get("pathPart") == "start")
    assert sample.refers(deepest, "parentId") == {"rest-api-routes-/items/{id}"}


def test_the_root_and_a_catch_all_are_paths_too() -> None:
    sample = planned(routes={"GET /": {}, "ANY /{proxy+}": {}}, authorizers={})
    assert [r.get("pathPart") for r in sample.all(RESOURCE)] == ["{proxy+}"]
    assert {m.get("httpMethod") for m in sample.all(METHOD)} == {"GET", "ANY"}


def test_a_function_is_called_through_its_alias_with_the_whole_request() -> None:
    sample = planned(timeoutMs=12000)
    for integration in sample.all(INTEGRATION):
        assert integration.get("type") == "AWS_PROXY"
        assert integration.get("integrationHttpMethod") == "POST"
        assert integration.get("timeoutMilliseconds") == 12000
        uri = {sample.plan.by_urn[urn].type for urn in integration.property_dependencies["uri"]}
        assert uri == {"aws:lambda/alias:Alias"}


def test_only_this_api_may_call_the_alias() -> None:
    sample = planned()
    permission = sample.one(PERMISSION)
    assert permission.get("principal") == "apigateway.amazonaws.com"
    assert permission.get("qualifier") == "live"
    assert sample.refers(permission, "sourceArn") == {"rest-api"}


def test_a_route_may_lead_to_a_function_of_its_own() -> None:
    sample = planned(routes={"GET /health": {"function": "check"}, "GET /items": {}}, authorizers={})
    called = {i.name: sample.refers(i, "uri") for i in sample.all(INTEGRATION)}
    assert called == {"rest-api-routes-GET /health": {"check"}, "rest-api-routes-GET /items": {"api"}}
    assert len(sample.all(PERMISSION)) == 2


def test_users_are_known_by_their_pool() -> None:
    sample = planned()
    authorizer = sample.one(AUTHORIZER)
    assert authorizer.get("type") == "COGNITO_USER_POOLS"
    assert authorizer.get("providerArns") == [POOL]
    assert authorizer.get("identitySource") == "method.request.header.Authorization"
    guarded = method("GET /items/{id}")
    assert guarded.get("authorization") == "COGNITO_USER_POOLS"
    assert sample.refers(guarded, "authorizerId") == {"rest-api-access-users"}
    assert method("GET /health").get("authorization") == "NONE"


def test_a_function_may_decide_instead() -> None:
    guards = {"tokens": {"kind": "request", "function": "check", "headers": ["Authorization", "X-Tenant"]}}
    sample = planned(authorizers=guards, routes={"GET /items": {"authorizer": "tokens"}})
    authorizer = sample.one(AUTHORIZER)
    assert authorizer.get("type") == "REQUEST"
    assert authorizer.get("identitySource") == "method.request.header.Authorization,method.request.header.X-Tenant"
    assert authorizer.get("authorizerResultTtlInSeconds") == 300
    assert sample.one(METHOD).get("authorization") == "CUSTOM"
    assert {p.name for p in sample.all(PERMISSION)} == {"rest-api-routes-api", "rest-api-access-tokens"}


def test_a_token_may_have_to_name_a_scope() -> None:
    key = "GET /items"
    found = method(key, routes={key: {"authorizer": "users", "scopes": ["items/read"]}})
    assert found.get("authorizationScopes") == ["items/read"]


def test_malformed_requests_are_refused_before_the_function() -> None:
    routes = {
        "POST /access": {"body": "access-request"},
        "GET /items": {"required": ["query:limit", "header:X-Id"]},
        "PUT /items/{id}": {"body": "access-request", "required": ["header:X-Id"]},
        "GET /health": {},
    }
    arguments: dict[str, Any] = {"routes": routes, "models": {"access-request": SCHEMA}, "authorizers": {}}
    sample = planned(**arguments)
    kinds = {
        v.get("name"): (v.get("validateRequestBody"), v.get("validateRequestParameters")) for v in sample.all(VALIDATOR)
    }
    assert kinds == {"all": (True, True), "body": (True, False), "parameters": (False, True)}
    model = sample.one(MODEL, name="AccessRequest")
    assert json.loads(model.get("schema"))["required"] == ["user_id"]
    assert method("POST /access", **arguments).get("requestModels") == {"application/json": "AccessRequest"}
    assert method("GET /items", **arguments).get("requestParameters") == {
        "method.request.querystring.limit": True,
        "method.request.header.X-Id": True,
    }
    assert sample.refers(method("PUT /items/{id}", **arguments), "requestValidatorId") == {"rest-api-checks-all"}
    assert method("GET /health", **arguments).get("requestValidatorId") is ABSENT


def test_every_path_answers_preflight_requests_without_a_caller() -> None:
    sample = planned(cors=CORS)
    options = sample.all(METHOD, httpMethod="OPTIONS")
    assert {m.name for m in options} == {"rest-api-routes-OPTIONS /health", "rest-api-routes-OPTIONS /items/{id}"}
    assert {m.get("authorization") for m in options} == {"NONE"}
    headers = sample.all(ANSWER)[0].get("responseParameters")
    assert headers["method.response.header.Access-Control-Allow-Origin"] == "'https://shop.example'"
    assert headers["method.response.header.Access-Control-Allow-Methods"] == "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'"
    assert sample.all(ANSWER)[0].get("responseTemplates") is ABSENT
    assert planned().all(METHOD, httpMethod="OPTIONS") == []


def test_the_caller_s_origin_is_named_where_several_may_call() -> None:
    origins = ["https://shop.example", "http://localhost:3000"]
    template = planned(cors={"origins": origins}).all(ANSWER)[0].get("responseTemplates")["application/json"]
    assert json.dumps(origins) in template
    assert "responseOverride.header.Access-Control-Allow-Origin" in template


def test_the_gateway_s_own_errors_have_the_shape_of_all_errors_and_reach_browsers() -> None:
    for error in planned(cors=CORS).all(ERROR):
        assert error.get("responseParameters") == {
            "gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example'"
        }
        assert '"correlationId":"$context.requestId"' in error.get("responseTemplates")["application/json"]
    assert {e.get("responseType") for e in planned().all(ERROR)} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    assert planned().all(ERROR)[0].get("responseParameters") is ABSENT


def test_a_deployment_waits_for_all_that_it_holds_and_outlives_the_next() -> None:
    sample = planned(cors=CORS)
    deployment = sample.one(DEPLOYMENT)
    held = {r.urn for t in (METHOD, INTEGRATION, ANSWER, AUTHORIZER, ERROR) for r in sample.all(t)}
    assert held <= set(deployment.dependencies)
    assert sample.planned(deployment).retain_on_delete


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({"cors": CORS}, True),
        ({"timeoutMs": 1000}, True),
        ({"routes": {"GET /items/{id}": {"authorizer": "users"}}}, True),
        ({"throttle": {"rate": 1, "burst": 1}}, False),
        ({"logRetentionDays": 7}, False),
        ({"executionLog": "none"}, False),
    ],
)
def test_what_callers_see_makes_a_new_deployment_and_nothing_else_does(change: dict[str, Any], new: bool) -> None:
    assert (definition_of(rest_api(**change)) != definition_of(rest_api())) is new


def test_the_stage_logs_traces_and_limits() -> None:
    sample = planned(variables={"FEATURE_AUDIT": "on"})
    stage = sample.one(STAGE)
    assert stage.get("stageName") == "prod"
    assert stage.get("xrayTracingEnabled") is True
    assert stage.get("variables") == {"FEATURE_AUDIT": "on"}
    assert stage.get("cacheClusterEnabled") is False
    line = json.loads(stage.get("accessLogSettings")["format"])
    assert line["status"] == "$context.status"
    assert not any("authorization" in value.lower() for value in line.values())
    groups = {g.name: g.get("retentionInDays") for g in sample.all(LOGS) if g.name.startswith("rest-api")}
    assert groups == {"rest-api-stage-access": 30, "rest-api-stage-execution": 30}
    assert set(stage.dependencies) >= {g.urn for g in sample.all(LOGS) if g.name.startswith("rest-api")}
    all_methods = limits("*/*")
    assert (all_methods["throttlingRateLimit"], all_methods["throttlingBurstLimit"]) == (50, 100)
    assert (all_methods["loggingLevel"], all_methods["dataTraceEnabled"]) == ("ERROR", False)


def test_without_an_execution_log_nothing_is_written_or_kept() -> None:
    sample = planned(executionLog="none")
    assert limits("*/*", executionLog="none")["loggingLevel"] == "OFF"
    assert [g.name for g in sample.all(LOGS) if g.name.endswith("execution")] == []


def test_a_route_may_have_limits_of_its_own() -> None:
    arguments: dict[str, Any] = {
        "routes": {"POST /items/{id}/start": {"throttle": {"rate": 5, "burst": 10}}, "GET /": {}},
        "authorizers": {},
    }
    assert limits("items/{id}/start/POST", **arguments)["throttlingRateLimit"] == 5
    assert len(planned(**arguments).all(SETTINGS)) == 2


def test_a_kept_answer_is_encrypted_and_belongs_to_its_caller() -> None:
    arguments: dict[str, Any] = {
        "cache": {"sizeGb": "1.6"},
        "routes": {"GET /items/{id}": {"authorizer": "users", "cacheSeconds": 60, "required": ["query:page"]}},
    }
    sample = planned(**arguments)
    assert sample.one(STAGE).get("cacheClusterSize") == "1.6"
    kept = limits("items/{id}/GET", **arguments)
    assert (kept["cachingEnabled"], kept["cacheDataEncrypted"], kept["cacheTtlInSeconds"]) == (True, True, 60)
    assert limits("*/*", **arguments)["cachingEnabled"] is False
    assert sample.one(INTEGRATION).get("cacheKeyParameters") == [
        "method.request.header.Authorization",
        "method.request.path.id",
        "method.request.querystring.page",
    ]
    assert sample.one(METHOD).get("requestParameters")["method.request.header.Authorization"] is False


def test_a_canary_gets_the_newest_deployment() -> None:
    sample = planned(canary={"percent": 5, "stableDeployment": "a1b2c3"})
    stage = sample.one(STAGE)
    assert stage.get("deployment") == "a1b2c3"
    assert stage.get("canarySettings.percentTraffic") == 5
    assert sample.refers(stage, "canarySettings") == {"rest-api-stage"}
    assert planned().one(STAGE).get("canarySettings") is ABSENT


def test_callers_with_keys_are_counted() -> None:
    sample = planned(usagePlans=PLANS, routes={"GET /items": {"apiKey": True}}, authorizers={})
    plan = sample.one("aws:apigateway/usagePlan:UsagePlan")
    assert plan.get("throttleSettings") == {"rateLimit": 20, "burstLimit": 40}
    assert plan.get("quotaSettings") == {"limit": 100000, "period": "MONTH"}
    key = sample.one("aws:apigateway/usagePlanKey:UsagePlanKey")
    assert key.get("keyType") == "API_KEY"
    assert sample.refers(key, "keyId") == {"rest-api-usage-acme"}
    made = sample.planned(sample.one("aws:apigateway/apiKey:ApiKey"))
    assert "value" in made.additional_secret_outputs
    assert sample.one(METHOD).get("apiKeyRequired") is True


def test_a_name_of_one_s_own_replaces_the_address_of_aws() -> None:
    sample = planned(domain=True)
    assert sample.one(API).get("disableExecuteApiEndpoint") is True
    domain = sample.one("aws:apigateway/domainName:DomainName")
    assert domain.get("securityPolicy") == "TLS_1_2"
    assert domain.get("regionalCertificateArn") == CERTIFICATE
    mapping = sample.one("aws:apigateway/basePathMapping:BasePathMapping")
    assert sample.refers(mapping, "stageName") == {"rest-api-stage"}
    association = sample.one("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert sample.refers(association, "resourceArn") == {"rest-api-stage"}
    plain = planned()
    assert plain.one(API).get("disableExecuteApiEndpoint") is False
    assert plain.one(API).get("endpointConfiguration") == {"types": "REGIONAL"}
    assert plain.all("aws:wafv2/webAclAssociation:WebAclAssociation") == []


def test_what_is_missing_is_said() -> None:
    from components.api.rest_api import RestApi

    with pytest.raises(ValueError, match="come together"):
        RestApi("rest-api", settings=rest_api(), names=names(), functions={}, domain_name="api.shop.example")
