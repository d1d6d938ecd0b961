"""The API, the bot, the functions, and how they reach one another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, UNKNOWN, Resource
from tests.support.stacks import Planned, planned, reviewed

FUNCTION, ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
METHOD, RESOURCE = "aws:apigateway/method:Method", "aws:apigateway/resource:Resource"
INTEGRATION = "aws:apigateway/integration:Integration"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SIZES = {
    "request-orchestrator": (60, 512),
    "entity-extractor": (30, 256),
    "rag-validator": (45, 1024),
    "mcp-validator": (30, 256),
    "audit-logger": (15, 256),
    "lex-connector": (15, 256),
    "status-checker": (15, 256),
}


def function(plan: Planned, name: str) -> Resource:
    (found,) = [f for f in plan.all(FUNCTION) if f.name == name]
    return found


def actions(plan: Planned, name: str) -> set[str]:
    """What the readable policy of a function allows."""
    (policy,) = [p for p in plan.all(POLICY) if p.name == name]
    return {action for s in json.loads(policy.get("policy"))["Statement"] for action in s["Action"]}


@pytest.mark.requirement("ASKIAM-31")
@pytest.mark.requirement("ASKIAM-32")
@pytest.mark.requirement("ASKIAM-33")
@pytest.mark.requirement("ASKIAM-34")
@pytest.mark.requirement("ASKIAM-35")
@pytest.mark.requirement("ASKIAM-36")
def test_seven_functions_have_the_sizes_of_the_document(every: Planned) -> None:
    assert {f.name: (f.get("timeout"), f.get("memorySize")) for f in every.all(FUNCTION)} == SIZES
    assert function(every, "request-orchestrator").get("ephemeralStorage.size") == 512


@pytest.mark.requirement("ASKIAM-35")
def test_the_audit_logger_is_told_by_the_bus(every: Planned) -> None:
    (target,) = [t for t in every.all("aws:cloudwatch/eventTarget:EventTarget") if t.get("targetId") == "audit"]
    assert any("alias:Alias::audit-logger" in urn for urn in target.property_dependencies["arn"])


@pytest.mark.requirement("ASKIAM-31")
@pytest.mark.requirement("ASKIAM-44")
def test_no_function_reserves_what_the_account_has(every: Planned) -> None:
    assert {f.get("reservedConcurrentExecutions") for f in every.all(FUNCTION)} == {ABSENT}


@pytest.mark.requirement("ASKIAM-37")
def test_ten_instances_of_the_orchestrator_are_kept_by_each_version(prod: Planned) -> None:
    ready = prod.one("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    assert ready.get("provisionedConcurrentExecutions") == 10
    # Lambda refuses them on an alias whose calls a canary shares out.
    assert any("function:Function::request-orchestrator" in urn for urn in ready.property_dependencies["qualifier"])
    assert ready.get("skipDestroy") is True


@pytest.mark.requirement("ASKIAM-38")
def test_ready_instances_grow_with_their_use(prod: Planned) -> None:
    target = prod.one("aws:appautoscaling/target:Target")
    assert target.get("scalableDimension") == "lambda:function:ProvisionedConcurrency"
    assert (target.get("minCapacity"), target.get("maxCapacity")) == (10, 50)
    tracking = prod.one("aws:appautoscaling/policy:Policy").get("targetTrackingScalingPolicyConfiguration")
    assert tracking["targetValue"] == 0.7
    metric = tracking["predefinedMetricSpecification"]["predefinedMetricType"]
    assert metric == "LambdaProvisionedConcurrencyUtilization"


@pytest.mark.requirement("ASKIAM-40")
def test_approved_requests_wait_in_an_encrypted_queue(every: Planned, stage: str) -> None:
    queue = every.one("aws:sqs/queue:Queue", name=f"askiam-{stage}-grants")
    assert queue.get("sqsManagedSseEnabled") is True
    assert json.loads(queue.get("redrivePolicy"))["deadLetterTargetArn"].endswith(f":askiam-{stage}-grants-dead")
    assert "sqs:SendMessage" in actions(every, "request-orchestrator")


@pytest.mark.requirement("ASKIAM-41")
def test_no_audit_event_is_lost(every: Planned) -> None:
    (config,) = [
        c
        for c in every.all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
        if c.name == "audit-logger"
    ]
    assert config.get("maximumRetryAttempts") == 2
    assert every.refers(config, "destinationConfig") == {"audit-logger-failed"}
    (target,) = [t for t in every.all("aws:cloudwatch/eventTarget:EventTarget") if t.get("targetId") == "audit"]
    assert target.get("retryPolicy.maximumRetryAttempts") == 185
    assert every.refers(target, "deadLetterConfig") == {"event-bus-undelivered"}


@pytest.mark.requirement("ASKIAM-43")
def test_callers_use_the_alias_of_a_published_version(every: Planned) -> None:
    assert {f.get("publish") for f in every.all(FUNCTION)} == {True}
    assert {a.get("name") for a in every.all(ALIAS)} == {"live"}
    assert len(every.all(ALIAS)) == 7


@pytest.mark.requirement("ASKIAM-59")
def test_code_comes_from_an_archive(every: Planned) -> None:
    for found in every.all(FUNCTION):
        assert found.get("packageType") == "Zip"
        assert found.get("code") is not ABSENT


@pytest.mark.requirement("ASKIAM-13")
def test_a_name_of_ones_own_asks_for_tls_1_2() -> None:
    plan = planned("askiam", "prod", preset="own-domain")
    assert plan.one("aws:apigateway/domainName:DomainName").get("securityPolicy") == "TLS_1_2"


@pytest.mark.requirement("ASKIAM-12")
def test_there_is_no_cdn_and_a_web_acl_is_one_line_away(every: Planned) -> None:
    assert [t for t in every.types() if t.startswith(("aws:cloudfront/", "aws:wafv2/"))] == []
    plan = planned("askiam", "prod", preset="firewall")
    assert plan.one("aws:wafv2/webAcl:WebAcl").get("scope") == "REGIONAL"
    assert plan.one("aws:wafv2/webAclAssociation:WebAclAssociation")


@pytest.mark.requirement("ASKIAM-15")
@pytest.mark.requirement("ASKIAM-23")
def test_a_regional_rest_api_waits_29_seconds(every: Planned) -> None:
    assert every.one("aws:apigateway/restApi:RestApi").get("endpointConfiguration.types") == "REGIONAL"
    proxies = every.all(INTEGRATION, type="AWS_PROXY")
    assert len(proxies) == 6
    assert {p.get("timeoutMilliseconds") for p in proxies} == {29000}
    variables = function(every, "request-orchestrator").get("environment.variables")
    assert variables["ANSWERS_AFTER_SECONDS"] == "25"


@pytest.mark.requirement("ASKIAM-16")
@pytest.mark.requirement("ASKIAM-17")
def test_routes_and_their_older_names_lead_to_their_functions(every: Planned) -> None:
    parts = {r.get("pathPart") for r in every.all(RESOURCE)}
    assert parts == {"access-request", "chat", "requests", "lex-webhook", "status", "{request_id}"}
    found = {
        p.name.removeprefix("rest-api-routes-"): every.refers(p, "uri")
        for p in every.all(INTEGRATION, type="AWS_PROXY")
    }
    assert found == {
        "POST /access-request": {"request-orchestrator"},
        "POST /chat": {"request-orchestrator"},
        "POST /requests": {"request-orchestrator"},
        "POST /lex-webhook": {"lex-connector"},
        "GET /status/{request_id}": {"status-checker"},
        "GET /status": {"status-checker"},
    }


@pytest.mark.requirement("ASKIAM-18")
def test_every_route_but_the_health_check_needs_a_key(every: Planned) -> None:
    methods = [m for m in every.all(METHOD) if m.get("httpMethod") != "OPTIONS"]
    assert {m.name.removeprefix("rest-api-routes-") for m in methods if m.get("apiKeyRequired") is not True} == {
        "GET /status"
    }
    plan = every.one("aws:apigateway/usagePlan:UsagePlan")
    assert (plan.get("throttleSettings.rateLimit"), plan.get("throttleSettings.burstLimit")) == (20, 40)
    assert (plan.get("quotaSettings.limit"), plan.get("quotaSettings.period")) == (100_000, "MONTH")
    assert len(every.all("aws:apigateway/apiKey:ApiKey")) == 3


@pytest.mark.requirement("ASKIAM-19")
def test_the_web_ui_can_bring_a_token() -> None:
    plan = planned("askiam", "prod", preset="jwt")
    authorizer = plan.one("aws:apigateway/authorizer:Authorizer")
    assert authorizer.get("type") == "TOKEN"
    assert plan.all("aws:secretsmanager/secret:Secret", name="askiam/prod/jwt")
    guarded = [m for m in plan.all(METHOD) if m.get("authorization") == "CUSTOM"]
    assert {m.name.removeprefix("rest-api-routes-") for m in guarded} == {"POST /chat"}


@pytest.mark.requirement("ASKIAM-20")
def test_requests_are_checked_before_a_function_sees_them(every: Planned) -> None:
    schema = json.loads(every.one("aws:apigateway/model:Model").get("schema"))
    assert schema["required"] == ["user_id", "raw_request"]
    assert every.one("aws:apigateway/requestValidator:RequestValidator").get("validateRequestBody") is True
    checked = [m for m in every.all(METHOD) if m.get("requestValidatorId") is not ABSENT]
    names = {m.name.removeprefix("rest-api-routes-") for m in checked}
    assert names == {"POST /access-request", "POST /chat", "POST /requests"}


@pytest.mark.requirement("ASKIAM-21")
def test_browsers_of_the_web_ui_may_call(every: Planned) -> None:
    assert len(every.all(METHOD, httpMethod="OPTIONS")) == 6
    assert (
        function(every, "request-orchestrator").get("environment.variables")["CORS_ORIGINS"] == "https://askiam.example"
    )


@pytest.mark.requirement("ASKIAM-22")
def test_the_stage_is_throttled(every: Planned) -> None:
    (settings,) = every.all("aws:apigateway/methodSettings:MethodSettings", methodPath="*/*")
    assert settings.get("settings.throttlingRateLimit") == 1000


@pytest.mark.requirement("ASKIAM-24")
def test_the_bot_asks_for_three_things(every: Planned) -> None:
    bot = every.one("aws:lex/v2modelsBot:V2modelsBot")
    assert bot.get("idleSessionTtlInSeconds") == 300
    assert bot.get("dataPrivacies") == [{"childDirected": False}]
    locale = every.one("aws:lex/v2modelsBotLocale:V2modelsBotLocale")
    assert (locale.get("localeId"), locale.get("nLuIntentConfidenceThreshold")) == ("en_US", 0.4)
    intent = every.one("aws:lex/v2modelsIntent:V2modelsIntent")
    assert (intent.get("name"), intent.get("fulfillmentCodeHook.enabled")) == ("AccessRequest", True)
    slots = every.all("aws:lex/v2modelsSlot:V2modelsSlot")
    assert {s.get("name") for s in slots} == {"UserName", "ApplicationName", "RoleName"}
    assert {s.get("valueElicitationSetting.slotConstraint") for s in slots} == {"Required"}
    assert [t for t in every.types() if t.startswith("aws:lex/") and "v2models" not in t] == []


@pytest.mark.requirement("ASKIAM-25", check="plan")
def test_the_bot_has_a_version_and_may_call(every: Planned) -> None:
    version = every.one("aws:lex/v2modelsBotVersion:V2modelsBotVersion")
    assert version.get("localeSpecification") == {"en_US": {"sourceBotVersion": "DRAFT"}}
    (permission,) = every.all("aws:lambda/permission:Permission", principal="lexv2.amazonaws.com")
    assert every.refers(permission, "function") == {"lex-connector"}


@pytest.mark.requirement("ASKIAM-25", check="plan")
def test_the_plan_tells_what_no_resource_can_do(stage: str) -> None:
    told = reviewed("askiam", stage).plan.outputs["afterDeploy"]
    assert {f"tierwise search bootstrap askiam/{stage}", f"tierwise lex publish askiam/{stage}"} <= set(told)


@pytest.mark.requirement("ASKIAM-79")
@pytest.mark.requirement("ASKIAM-80")
def test_each_role_has_what_its_function_needs_and_no_more(every: Planned) -> None:
    always = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    data = {
        "rds-data:BeginTransaction",
        "rds-data:CommitTransaction",
        "rds-data:ExecuteStatement",
        "rds-data:RollbackTransaction",
    }
    read, secret = (
        {"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"},
        {"secretsmanager:GetSecretValue"},
    )
    objects = {
        "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:ListMultipartUploadParts",
        "s3:PutObject",
    }  # fmt: skip
    assert actions(every, "request-orchestrator") == always | read | {
        "lambda:InvokeFunction", "events:PutEvents", "sqs:SendMessage",
    }  # fmt: skip
    assert actions(every, "entity-extractor") == always | data | read | secret
    assert actions(every, "rag-validator") == always | secret | {"bedrock:InvokeModel"}
    assert actions(every, "mcp-validator") == always | data | secret
    assert actions(every, "audit-logger") == always | data | read | secret | objects | {"sqs:SendMessage"}
    assert actions(every, "lex-connector") == always | {"lambda:InvokeFunction"}
    assert actions(every, "status-checker") == always | data | secret
    attached = every.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    interfaces = [a for a in attached if "ENIManagement" in a.get("policyArn")]
    assert len(interfaces) == 7


@pytest.mark.requirement("ASKIAM-79")
def test_no_role_reaches_beyond_its_own_things(every: Planned, stage: str) -> None:
    found: dict[str, Any] = {}
    for policy in every.all(POLICY):
        if policy.get("policy") is not UNKNOWN and policy.name in SIZES:
            for statement in json.loads(policy.get("policy"))["Statement"]:
                found.setdefault(statement["Sid"], set()).update(statement["Resource"])
    calls = {arn.rpartition(":function:")[2] for arn in found["CallFunctions"]}
    names = ("entity-extractor", "mcp-validator", "rag-validator", "request-orchestrator")
    assert calls == {f"askiam-{stage}-{name}:live" for name in names}
    assert found["AskModels"] == {"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"}
    assert all(":secret:askiam/" in arn for arn in found["ReadSecrets"])


@pytest.mark.requirement("ASKIAM-92")
@pytest.mark.requirement("ASKIAM-93", check="plan")
def test_new_versions_get_five_percent_for_an_hour(prod: Planned) -> None:
    configs = prod.all("aws:codedeploy/deploymentConfig:DeploymentConfig")
    canaries = [c.get("trafficRoutingConfig.timeBasedCanary") for c in configs]
    assert canaries == [{"percentage": 5, "interval": 60}] * 7
    for group in prod.all("aws:codedeploy/deploymentGroup:DeploymentGroup"):
        assert "DEPLOYMENT_STOP_ON_ALARM" in group.get("autoRollbackConfiguration.events")
        alarms = set(group.get("alarmConfiguration.alarms"))
        assert {"askiam-prod-slow-api", "askiam-prod-orchestrator-errors"} <= alarms
        assert len(alarms) == 8
    plan = reviewed("askiam", "prod").plan
    for alias in prod.all(ALIAS):
        assert set(plan.by_urn[alias.urn].ignore_changes) == {"functionVersion", "routingConfig"}
