"""Network, compute, data, cache, storage and delivery rows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from guardrails.resource import ABSENT
from tests.support.stacks import ROOT, Planned, planned
from tierwise.preview.errors import ConfigError

FUNCTION, ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
REPOSITORY = "aws:ecr/repository:Repository"
NAMES = {"dev": "phoney-template-api-dev", "staging": "phoney-template-api-staging", "prod": "phoney-template-api"}


@pytest.mark.requirement("PHONEY-01")
@pytest.mark.requirement("PHONEY-22")
def test_dev_has_256_mb_and_100_calls_at_once(dev: Planned) -> None:
    function = dev.one(FUNCTION)
    assert (function.get("memorySize"), function.get("reservedConcurrentExecutions")) == (256, 100)


@pytest.mark.requirement("PHONEY-02")
@pytest.mark.requirement("PHONEY-22")
def test_staging_has_512_mb_and_500_calls_at_once(staging: Planned) -> None:
    function = staging.one(FUNCTION)
    assert (function.get("memorySize"), function.get("reservedConcurrentExecutions")) == (512, 500)


@pytest.mark.requirement("PHONEY-03")
@pytest.mark.requirement("PHONEY-22")
def test_prod_has_1024_mb_and_what_the_account_leaves(prod: Planned) -> None:
    function = prod.one(FUNCTION)
    assert (function.get("memorySize"), function.get("reservedConcurrentExecutions")) == (1024, ABSENT)


@pytest.mark.requirement("PHONEY-03")
def test_a_thousand_reserved_calls_need_a_raised_quota() -> None:
    reserve = {"template-api": {"reservedConcurrency": 1000}}
    plan = planned("phoney", "prod", functions=reserve, accountConcurrencyQuota=1100)
    assert plan.one(FUNCTION).get("reservedConcurrentExecutions") == 1000
    with pytest.raises(ConfigError, match="900 can be reserved"):
        planned("phoney", "prod", functions=reserve)


@pytest.mark.requirement("PHONEY-04")
def test_everything_is_in_us_east_1(every: Planned) -> None:
    (provider,) = [p for p in every.all("pulumi:providers:aws") if not p.name.startswith("default")]
    assert provider.get("region") == "us-east-1"
    assert "321098765432" in str(provider.get("allowedAccountIds"))


@pytest.mark.requirement("PHONEY-07")
def test_the_function_is_outside_the_network_unless_asked(every: Planned) -> None:
    assert every.one(FUNCTION).get("vpcConfig") is ABSENT
    assert not every.all("aws:ec2/vpc:Vpc")


@pytest.mark.requirement("PHONEY-07")
def test_in_the_network_it_is_private_and_calls_https_only() -> None:
    plan = planned("phoney", "prod", preset="vpc")
    private = {plan.one("aws:ec2/subnet:Subnet", cidrBlock=f"10.0.{n}.0/24").name for n in (11, 12)}
    function = plan.one(FUNCTION)
    assert {n for n in plan.refers(function, "vpcConfig") if "private" in n} == private
    egress = plan.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    (out,) = [rule for rule in egress if rule.name.startswith("template-api")]
    assert (out.get("fromPort"), out.get("toPort"), out.get("ipProtocol")) == (443, 443, "tcp")
    ingress = plan.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert not [rule for rule in ingress if rule.name.startswith("template-api")]
    assert plan.all("aws:ec2/natGateway:NatGateway")


@pytest.mark.requirement("PHONEY-20")
def test_one_function_from_an_image_with_mangums_handler(every: Planned, stage: str) -> None:
    function = every.one(FUNCTION)
    assert function.get("packageType") == "Image"
    assert function.get("imageConfig.commands") == ["lambda_handler.handler"]
    assert function.get("name") == NAMES[stage]
    handler = (ROOT / "workloads/functions/phoney/phoney/entry.py").read_text()
    assert "Mangum(" in handler


@pytest.mark.requirement("PHONEY-21")
def test_the_base_image_brings_python_3_13(every: Planned) -> None:
    dockerfile = (ROOT / "workloads/functions/phoney/Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["public.ecr.aws/lambda/python:3.13"]
    assert every.one(FUNCTION).get("runtime") is ABSENT


@pytest.mark.requirement("PHONEY-23")
def test_it_runs_on_one_architecture_and_configuration_says_which(every: Planned) -> None:
    assert every.one(FUNCTION).get("architectures") == ["arm64"]
    other = planned("phoney", "prod", functions={"template-api": {"architecture": "X86_64"}})
    assert other.one(FUNCTION).get("architectures") == ["x86_64"]


@pytest.mark.requirement("PHONEY-24")
def test_the_function_knows_its_stage_and_level(every: Planned, stage: str) -> None:
    variables = every.one(FUNCTION).get("environment.variables")
    assert variables["ENV_STATE"] == stage
    assert variables["LOG_LEVEL"] == ("DEBUG" if stage == "dev" else "INFO")


@pytest.mark.requirement("PHONEY-25")
def test_the_function_is_told_where_its_settings_are(every: Planned, stage: str) -> None:
    variables = every.one(FUNCTION).get("environment.variables")
    assert variables["USE_PARAMETER_STORE"] == "true"
    assert variables["PARAMETER_STORE_PREFIX"] == f"/phoney/{stage}/"
    assert variables["USE_SECRETS_MANAGER"] == "true"
    assert variables["SECRET_NAME"] == f"phoney/{stage}/credentials"
    assert variables["LAMBDA_COLD_START_OPTIMIZATION"] == "true"
    assert variables["PRELOAD_FAKER_PROVIDERS"] == "true"
    # Lambda sets it itself and refuses a function that does.
    assert "AWS_REGION" not in variables


@pytest.mark.requirement("PHONEY-26")
def test_instances_can_be_kept_ready() -> None:
    # Prod's canary shares the alias's calls, and Lambda keeps nothing ready on such an alias.
    ready = {"template-api": {"provisionedConcurrency": {"min": 2, "max": 10, "heldBy": "version"}}}
    plan = planned("phoney", "prod", functions=ready)
    config = plan.one("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    assert config.get("provisionedConcurrentExecutions") == 2
    assert plan.refers(config, "qualifier") == {"template-api"}
    assert config.get("skipDestroy") is True
    target = plan.one("aws:appautoscaling/target:Target")
    assert (target.get("minCapacity"), target.get("maxCapacity")) == (2, 10)
    assert target.get("scalableDimension") == "lambda:function:ProvisionedConcurrency"


@pytest.mark.requirement("PHONEY-26")
def test_slow_answers_ring(prod: Planned) -> None:
    alarms = prod.all("aws:cloudwatch/metricAlarm:MetricAlarm", metricName="Duration")
    assert {alarm.get("threshold") for alarm in alarms} == {200, 2000}


@pytest.mark.requirement("PHONEY-27")
def test_the_repository_is_scanned_encrypted_and_kept_small(every: Planned) -> None:
    repository = every.one(REPOSITORY)
    assert repository.get("imageScanningConfiguration.scanOnPush") is True
    assert repository.get("encryptionConfigurations[0].encryptionType") == "AES256"
    assert repository.get("imageTagMutability") == "IMMUTABLE"
    rules = json.loads(every.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").get("policy"))["rules"]
    selections = {rule["selection"]["tagStatus"]: rule["selection"] for rule in rules}
    assert selections["untagged"]["countType"] == "sinceImagePushed"
    assert selections["untagged"]["countNumber"] == 7
    assert selections["any"]["countNumber"] == 10
    policy = json.loads(every.one("aws:ecr/repositoryPolicy:RepositoryPolicy").get("policy"))
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert set(statement["Action"]) == {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert ":321098765432:function:" in json.dumps(statement["Condition"])


@pytest.mark.requirement("PHONEY-28")
def test_nothing_is_stored(every: Planned) -> None:
    assert not [token for token in every.types() if token.startswith(("aws:dynamodb/", "aws:rds/", "aws:efs/"))]


@pytest.mark.requirement("PHONEY-30")
def test_a_cache_is_one_line_away(prod: Planned) -> None:
    assert not [token for token in prod.types() if token.startswith("aws:elasticache/")]
    plan = planned("phoney", "prod", preset="cache")
    plan.one("aws:elasticache/replicationGroup:ReplicationGroup")
    function = plan.one(FUNCTION)
    assert function.get("environment.variables")["REDIS_URL_NAME"] == "/phoney/prod/cache/url"
    ports = {rule.get("fromPort") for rule in plan.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")}
    assert 6379 in ports


@pytest.mark.requirement("PHONEY-31")
def test_there_are_no_buckets(every: Planned) -> None:
    assert not every.all("aws:s3/bucket:Bucket")


@pytest.mark.requirement("PHONEY-58")
@pytest.mark.requirement("PHONEY-20")
def test_the_image_is_named_by_digest(every: Planned, stage: str) -> None:
    uri = every.one(FUNCTION).get("imageUri")
    expected = rf"321098765432\.dkr\.ecr\.us-east-1\.amazonaws\.com/phoney-{stage}/template-api@sha256:[0-9a-f]{{64}}"
    assert re.fullmatch(expected, uri)
    digest = f"sha256:{'0' * 64}"
    assert planned("phoney", stage, release=digest).one(FUNCTION).get("imageUri").endswith(f"@{digest}")


@pytest.mark.requirement("PHONEY-62")
def test_a_new_version_takes_over_without_a_gap(prod: Planned) -> None:
    alias = prod.one(ALIAS)
    assert alias.get("name") == "live"
    assert prod.one(FUNCTION).get("publish") is True
    group = prod.one("aws:codedeploy/deploymentGroup:DeploymentGroup")
    assert group.get("deploymentStyle.deploymentType") == "BLUE_GREEN"
    assert group.get("deploymentStyle.deploymentOption") == "WITH_TRAFFIC_CONTROL"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group.get("autoRollbackConfiguration.events")
    assert set(group.get("alarmConfiguration.alarms")) == {"phoney-prod-error-rate", "phoney-prod-very-slow"}
    config = prod.one("aws:codedeploy/deploymentConfig:DeploymentConfig")
    canary = config.get("trafficRoutingConfig.timeBasedCanary")
    assert (canary["percentage"], canary["interval"]) == (5, 60)
    assert prod.refers(prod.one("aws:apigatewayv2/integration:Integration"), "integrationUri") == {"template-api"}
    urn = next(iter(prod.one("aws:apigatewayv2/integration:Integration").property_dependencies["integrationUri"]))
    assert ALIAS.split(":")[1] in urn


def test_a_deployment_may_move_this_alias_and_nothing_else(prod: Planned) -> None:
    (found,) = [p for p in prod.all("aws:iam/rolePolicy:RolePolicy") if p.name == "template-api-deployment"]
    statements = {s["Sid"]: s for s in json.loads(found.get("policy"))["Statement"]}
    arn = "arn:aws:lambda:us-east-1:321098765432:function:phoney-template-api"
    assert set(statements["MoveAlias"]["Resource"]) == {arn, f"{arn}:live"}


def test_the_configuration_can_be_read_in_one_sitting() -> None:
    files = sorted(Path(ROOT / "systems/phoney").glob("Pulumi*.yaml"))
    assert len(files) == 4
    assert sum(len(file.read_text().splitlines()) for file in files) < 320
