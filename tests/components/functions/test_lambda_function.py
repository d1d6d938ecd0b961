"""Functions: code, limits, what they may do, and how their versions take over."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from components.compute.task_definition import LinkConflictError
from components.functions.function_environment import function_environment, secret_name
from components.grant import Grant, Opening, Statement
from guardrails.resource import ABSENT, Resource
from tests.support.functions import ARCHIVE, IMAGE, function, function_sample, image_function
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names

FUNCTION, ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
INVOKE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:shop-prod-orders"


@functools.cache
def planned(described: str = "{}") -> Sample:
    return function_sample(function(**json.loads(described)))


def plan(**overrides: Any) -> Sample:
    """The plan of a function from an archive, made once."""
    return planned(json.dumps(overrides))


def statements(sample: Sample, name: str = "orders") -> dict[str, dict[str, Any]]:
    policy = sample.one("aws:iam/rolePolicy:RolePolicy")
    assert policy.name == name
    return {s["Sid"]: s for s in json.loads(policy.get("policy"))["Statement"]}


def made() -> Resource:
    return plan().one(FUNCTION)


def test_a_function_from_an_archive() -> None:
    found = made()
    assert (found.get("packageType"), found.get("runtime"), found.get("handler")) == (
        "Zip",
        "python3.13",
        "handler.handle",
    )
    assert found.get("name") == "shop-prod-orders"
    assert found.get("architectures") == ["arm64"]
    assert found.get("imageUri") is ABSENT
    assert found.get("code") is not ABSENT


def test_a_function_from_an_image() -> None:
    found = function_sample(image_function(handler="app.handler")).one(FUNCTION)
    assert (found.get("packageType"), found.get("imageUri")) == ("Image", IMAGE)
    assert found.get("imageConfig.commands") == ["app.handler"]
    assert (found.get("runtime"), found.get("handler")) == (ABSENT, ABSENT)
    assert found.get("environment.variables.VERSION") == "a" * 12


def test_every_size_reaches_aws() -> None:
    layer = "arn:aws:lambda:us-east-1:123456789012:layer:tools:3"
    found = plan(
        memory=1769,
        timeoutSeconds=900,
        ephemeralStorageMb=2048,
        layers=[layer],
        reservedConcurrency=0,
        architecture="X86_64",
    ).one(FUNCTION)
    assert (found.get("memorySize"), found.get("timeout"), found.get("ephemeralStorage.size")) == (1769, 900, 2048)
    assert found.get("layers") == [layer]
    assert found.get("reservedConcurrentExecutions") == 0
    assert found.get("architectures") == ["x86_64"]


def test_callers_use_the_alias_of_a_published_version() -> None:
    alias = plan().one(ALIAS)
    assert alias.get("name") == "live"
    assert made().get("publish") is True
    assert plan().refers(alias, "functionVersion") == {"orders"}
    assert not plan().planned(alias).ignore_changes


@pytest.mark.parametrize("strategy", ["all-at-once", "linear", "canary"])
def test_the_alias_is_left_to_code_deploy(strategy: str) -> None:
    sample = plan(deployment={"strategy": strategy})
    assert set(sample.planned(sample.one(ALIAS)).ignore_changes) == {"functionVersion", "routingConfig"}


def test_the_log_exists_first_and_is_json() -> None:
    config = plan(logLevel="WARN", systemLogLevel="INFO").one(FUNCTION).get("loggingConfig")
    assert config == {
        "logFormat": "JSON",
        "logGroup": "/shop/prod/orders",
        "applicationLogLevel": "WARN",
        "systemLogLevel": "INFO",
    }
    group = plan().one("aws:cloudwatch/logGroup:LogGroup")
    assert (group.get("name"), group.get("retentionInDays")) == ("/shop/prod/orders", 30)
    assert group.urn in plan().planned(made()).dependencies


def test_it_may_write_its_log_and_send_traces_and_no_more() -> None:
    found = statements(plan())
    assert set(found) == {"WriteLogs", "SendTraces"}
    assert found["WriteLogs"]["Resource"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/orders:*"]
    assert set(statements(plan(tracing=False))) == {"WriteLogs"}
    assert plan(tracing=False).one(FUNCTION).get("tracingConfig.mode") == "PassThrough"


def test_links_give_names_of_secrets_never_values() -> None:
    read = Statement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=["arn:aws:x:y:z:secret:a"])
    grant = Grant(
        environment={"BUCKET": "b"},
        secrets={"JWT": "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod/jwt", "DB": "/shop/prod/db"},
        secret_statements=[read],
    )
    sample = function_sample(function(environment={"MODE": "fast"}), (grant,))
    variables = sample.one(FUNCTION).get("environment.variables")
    assert variables["JWT_NAME"] == "shop/prod/jwt"
    assert variables["DB_NAME"] == "/shop/prod/db"
    assert (variables["BUCKET"], variables["MODE"]) == ("b", "fast")
    assert (variables["SYSTEM"], variables["STAGE"], variables["FUNCTION"]) == ("shop", "prod", "orders")
    assert "ReadSecrets" in statements(sample)


def test_a_variable_has_one_source() -> None:
    grant = Grant(secrets={"JWT": "/a/b/jwt"})
    with pytest.raises(LinkConflictError, match="JWT_NAME"):
        function_environment(
            names(), "orders", log_level="INFO", image=None, configured={"JWT_NAME": "other"}, grants=[grant]
        )


@pytest.mark.parametrize(
    ("reference", "name"),
    [("/a/b/c", "/a/b/c"), ("arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b/c", "a/b/c")],
)
def test_the_name_of_a_secret(reference: str, name: str) -> None:
    assert secret_name(reference) == name


def test_in_the_network_links_open_ports_both_ways() -> None:
    grant = Grant(openings=[Opening(target="cache", security_group_id="sg-1", port=6379)])
    sample = function_sample(function(vpc=True), (grant,))
    found = sample.one(FUNCTION)
    assert len(found.get("vpcConfig.subnetIds")) == 2
    out = sample.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert {rule.get("fromPort") for rule in out if rule.name.startswith("orders")} == {443, 6379}
    into = sample.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", securityGroupId="sg-1")
    assert (into.get("fromPort"), into.get("toPort")) == (6379, 6379)
    attached = sample.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.get("policyArn").endswith("/AWSLambdaENIManagementAccess")
    assert attached.urn in sample.planned(found).dependencies


def test_failed_calls_go_to_a_queue_of_the_functions_own() -> None:
    sample = plan(asyncCalls={"retries": 1, "maxAgeSeconds": 60})
    config = sample.one(INVOKE)
    assert (config.get("maximumRetryAttempts"), config.get("maximumEventAgeInSeconds")) == (1, 60)
    assert config.get("qualifier") == "live"
    assert sample.refers(config, "destinationConfig") == {"orders-failed"}
    queue = sample.one("aws:sqs/queue:Queue")
    assert (queue.get("sqsManagedSseEnabled"), queue.get("messageRetentionSeconds")) == (True, 1_209_600)
    arn = "arn:aws:sqs:us-east-1:123456789012:shop-prod-orders-failed"
    assert statements(sample)["KeepFailures"]["Resource"] == [arn]
    policy = json.loads(sample.one("aws:sqs/queuePolicy:QueuePolicy").get("policy"))
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_failed_calls_can_go_elsewhere_or_be_dead_letters() -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:failures"
    sample = plan(asyncCalls={"onFailure": topic})
    assert sample.one(INVOKE).get("destinationConfig.onFailure.destination") == topic
    assert statements(sample)["KeepFailures"]["Action"] == ["sns:Publish"]
    assert not sample.all("aws:sqs/queue:Queue")
    dead = plan(asyncCalls={"onFailure": topic, "keep": "dead-letter"})
    assert dead.one(FUNCTION).get("deadLetterConfig.targetArn") == topic
    assert dead.one(INVOKE).get("destinationConfig") is ABSENT


def test_instances_kept_ready_scale_between_limits() -> None:
    sample = plan(provisionedConcurrency={"min": 2, "max": 8, "utilization": 0.5})
    config = sample.one("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    assert (config.get("provisionedConcurrentExecutions"), config.get("qualifier")) == (2, "live")
    assert list(sample.planned(config).ignore_changes) == ["provisionedConcurrentExecutions"]
    policy = sample.one("aws:appautoscaling/policy:Policy").get("targetTrackingScalingPolicyConfiguration")
    assert policy["targetValue"] == 0.5
    fixed = plan(provisionedConcurrency={"min": 2})
    assert not fixed.all("aws:appautoscaling/target:Target")


def test_code_must_be_signed_where_a_profile_is_named() -> None:
    profile = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/shop/abc123"
    sample = plan(signingProfiles=[profile])
    config = sample.one("aws:lambda/codeSigningConfig:CodeSigningConfig")
    assert config.get("allowedPublishers.signingProfileVersionArns") == [profile]
    assert config.get("policies.untrustedArtifactOnDeployment") == "Enforce"
    assert sample.refers(sample.one(FUNCTION), "codeSigningConfigArn") == {"orders"}


def test_an_archive_that_does_not_exist_is_named() -> None:
    def create() -> None:
        from components.functions.lambda_function import LambdaFunction

        LambdaFunction("orders", function="orders", settings=function(archive=f"{ARCHIVE}-not"), names=names())

    error = plan_of(create).error
    assert error is not None
    assert "log_copier-not" in error.message


@pytest.mark.parametrize(
    ("deployment", "config", "expected"),
    [
        ({"strategy": "all-at-once"}, None, None),
        (
            {"strategy": "canary", "percent": 5, "minutes": 60},
            "timeBasedCanary",
            {"interval": 60, "percentage": 5},
        ),
        (
            {"strategy": "linear", "percent": 20, "minutes": 3},
            "timeBasedLinear",
            {"interval": 3, "percentage": 20},
        ),
    ],
)
def test_code_deploy_moves_the_calls(deployment: dict[str, Any], config: str | None, expected: Any) -> None:
    def create() -> None:
        from components.functions.function_deployment import FunctionDeployment
        from components.functions.lambda_function import LambdaFunction

        settings = function(deployment=deployment)
        made = LambdaFunction("orders", function="orders", settings=settings, names=names())
        FunctionDeployment(
            "deploy", settings=settings.deployment, function=made, names=names(), alarms=["shop-prod-errors"]
        )

    sample = sample_of(create)
    group = sample.one("aws:codedeploy/deploymentGroup:DeploymentGroup")
    assert group.get("alarmConfiguration") == {"enabled": True, "alarms": ["shop-prod-errors"]}
    assert group.get("autoRollbackConfiguration.enabled") is True
    assert sample.one("aws:codedeploy/application:Application").get("computePlatform") == "Lambda"
    made = sample.all("aws:codedeploy/deploymentConfig:DeploymentConfig")
    if config is None:
        assert not made
        assert group.get("deploymentConfigName") == "CodeDeployDefault.LambdaAllAtOnce"
    else:
        assert made[0].get(f"trafficRoutingConfig.{config}") == expected
        assert group.get("deploymentConfigName") == made[0].get("deploymentConfigName")
    (policy,) = [p for p in sample.all("aws:iam/rolePolicy:RolePolicy") if p.name == "deploy"]
    allowed = {s["Sid"]: s for s in json.loads(policy.get("policy"))["Statement"]}
    assert set(allowed["MoveAlias"]["Resource"]) == {ARN, f"{ARN}:live"}


def test_what_a_test_run_left_in_a_folder_does_not_change_its_archive(tmp_path: Path) -> None:
    """The hash decides whether a deployment changes the function, so it must be the same on every machine."""
    (tmp_path / "code" / "package").mkdir(parents=True)
    (tmp_path / "code" / "handler.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "code" / "package" / "part.py").write_text("PART = 1\n")

    def archive_hash() -> str:
        def create() -> None:
            from components.functions.lambda_function import LambdaFunction

            LambdaFunction("f", function="f", settings=function(archive=str(tmp_path / "code")), names=names())

        planned = plan_of(create)
        (found,) = [resource for resource in planned.resources if resource.type == FUNCTION]
        return str(found.inputs["code"].hash)

    clean = archive_hash()
    (tmp_path / "code" / "package" / "__pycache__").mkdir()
    (tmp_path / "code" / "package" / "__pycache__" / "part.cpython-313.pyc").write_bytes(b"1")
    assert archive_hash() == clean
    (tmp_path / "code" / "package" / "part.py").write_text("PART = 2\n")
    assert archive_hash() != clean
