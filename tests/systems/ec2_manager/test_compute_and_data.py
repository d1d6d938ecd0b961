"""Compute, data, storage and configuration rows."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from guardrails.resource import ABSENT, Resource
from guardrails.runtimes import DEPRECATED
from tests.support.stacks import ROOT, Planned, planned, reviewed
from tierwise.preview.errors import ConfigError

FUNCTION, ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
TABLE, POLICY = "aws:dynamodb/table:Table", "aws:iam/rolePolicy:RolePolicy"
GROUP, PARAMETER = "aws:codedeploy/deploymentGroup:DeploymentGroup", "aws:ssm/parameter:Parameter"
#: Actions that AWS limits to nothing, each with why the system needs it.
UNSCOPED = {
    "ec2:DescribeInstances": "lists the account's instances",
    "s3:ListAllMyBuckets": "Synthetics finds its bucket so",
    "cloudwatch:PutMetricData": "Synthetics counts runs, in its own namespace",
    "xray:PutTelemetryRecords": "sends traces",
    "xray:PutTraceSegments": "sends traces",
}


def statements(plan: Planned, role: str = "api") -> dict[str, dict[str, Any]]:
    """The statements of a role's policy by id."""
    (policy,) = [p for p in plan.all(POLICY) if p.name == role]
    return {statement["Sid"]: statement for statement in json.loads(policy.get("policy"))["Statement"]}


def by_name(plan: Planned, token: str, name: str) -> Resource:
    (found,) = [resource for resource in plan.all(token) if resource.name == name]
    return found


@pytest.mark.requirement("EC2M-42")
def test_functions_run_on_a_supported_runtime(every: Planned) -> None:
    for function in every.all(FUNCTION):
        assert function.get("runtime") == "nodejs24.x"
        handler = function.get("handler").partition(".")[0]
        assert (ROOT / "workloads/functions/ec2_manager/src" / f"{handler}.mjs").is_file()


@pytest.mark.requirement("EC2M-42", check="pol")
def test_the_drawn_runtime_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"functions.api.runtime: \"nodejs20\.x\" is not allowed"):
        reviewed("ec2-manager", "dev", functionDefaults={"runtime": "nodejs20.x"})
    # And by the pack, whoever wrote the program.
    assert DEPRECATED["nodejs20.x"] < date.today()
    assert "nodejs24.x" not in DEPRECATED or DEPRECATED["nodejs24.x"] > date.today()


@pytest.mark.requirement("EC2M-43")
def test_functions_run_in_the_private_subnets(every: Planned, stage: str) -> None:
    zones = ("a",) if stage == "dev" else ("a", "b")
    for function in every.all(FUNCTION):
        inside = every.refers(function, "vpcConfig")
        assert inside == {*(f"vpc-private-us-west-2{zone}" for zone in zones), f"{function.name}-network"}


@pytest.mark.requirement("EC2M-45")
def test_nothing_is_reserved(every: Planned) -> None:
    for function in every.all(FUNCTION):
        assert function.get("reservedConcurrentExecutions") is ABSENT


@pytest.mark.requirement("EC2M-46")
def test_memory_and_time_are_configuration(prod: Planned) -> None:
    api = by_name(prod, FUNCTION, "api")
    assert (api.get("memorySize"), api.get("timeout")) == (512, 15)
    functions = {"api": {"memory": 1024, "timeoutSeconds": 20, "reservedConcurrency": 200}}
    tuned = by_name(planned("ec2-manager", "prod", functions=functions), FUNCTION, "api")
    assert (tuned.get("memorySize"), tuned.get("timeout"), tuned.get("reservedConcurrentExecutions")) == (1024, 20, 200)


@pytest.mark.requirement("EC2M-47")
def test_a_snapshot_is_taken_every_night(every: Planned, stage: str) -> None:
    rule = every.one("aws:cloudwatch/eventRule:EventRule")
    assert (rule.get("scheduleExpression"), rule.get("state")) == ("cron(0 8 * * ? *)", "ENABLED")
    target = every.one("aws:cloudwatch/eventTarget:EventTarget")
    assert every.refers(target, "rule") == {rule.name}
    assert every.refers(target, "arn") == {"snapshot"}
    permission = every.one("aws:lambda/permission:Permission", principal="events.amazonaws.com")
    assert permission.get("sourceArn").endswith(f":rule/ec2-manager-{stage}-snapshot-nightly")
    assert every.refers(permission, "function") == {"snapshot"}


@pytest.mark.requirement("EC2M-48")
def test_variables_of_functions_have_the_stacks_own_key(every: Planned) -> None:
    for function in every.all(FUNCTION):
        assert every.refers(function, "kmsKeyArn") == {"key"}
    assert every.one("aws:kms/key:Key").get("enableKeyRotation") is True


@pytest.mark.requirement("EC2M-49")
@pytest.mark.requirement("EC2M-109")
def test_callers_use_an_alias_that_code_deploy_moves(every: Planned, stage: str) -> None:
    for function in every.all(FUNCTION):
        assert function.get("publish") is True
        assert by_name(every, ALIAS, function.name).get("name") == "live"
    for integration in every.all("aws:apigateway/integration:Integration", type="AWS_PROXY"):
        assert any("lambda/alias:Alias" in urn for urn in integration.property_dependencies["uri"])
    groups = every.all(GROUP)
    assert len(groups) == len(every.all(FUNCTION))
    for group in groups:
        assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(group.get("autoRollbackConfiguration.events"))
    api = by_name(every, GROUP, "api-deployment")
    if stage == "prod":
        assert every.refers(api, "deploymentConfigName") == {"api-deployment"}
        canary = every.one("aws:codedeploy/deploymentConfig:DeploymentConfig")
        assert canary.get("trafficRoutingConfig.timeBasedCanary") == {"percentage": 10, "interval": 10}
    else:
        assert api.get("deploymentConfigName") == "CodeDeployDefault.LambdaAllAtOnce"


@pytest.mark.requirement("EC2M-51")
@pytest.mark.requirement("EC2M-124")
def test_the_audit_table(every: Planned) -> None:
    table = every.one(TABLE)
    assert (table.get("hashKey"), table.get("rangeKey")) == ("id", "timestamp")
    assert table.get("billingMode") == "PAY_PER_REQUEST"


@pytest.mark.requirement("EC2M-52")
def test_the_table_is_encrypted_with_awss_key(every: Planned) -> None:
    encryption = every.one(TABLE).get("serverSideEncryption")
    assert encryption["enabled"] is True
    assert "kmsKeyArn" not in encryption


@pytest.mark.requirement("EC2M-53")
def test_the_table_can_be_restored_as_long_as_the_stage_says(every: Planned, stage: str) -> None:
    recovery = every.one(TABLE).get("pointInTimeRecovery")
    assert recovery["enabled"] is (stage != "dev")
    assert recovery.get("recoveryPeriodInDays") == {"dev": None, "staging": 7, "prod": 35}[stage]


@pytest.mark.requirement("EC2M-54")
def test_items_are_found_by_user_instance_and_day(every: Planned) -> None:
    indexes = {index["name"]: index for index in every.one(TABLE).get("globalSecondaryIndexes")}
    keys = {name: [key["attributeName"] for key in index["keySchemas"]] for name, index in indexes.items()}
    assert keys == {
        "by-user": ["user", "timestamp"],
        "by-instance": ["instance", "timestamp"],
        "by-day": ["day", "timestamp"],
    }
    # The handlers ask these indexes by name.
    source = (ROOT / "workloads/functions/ec2_manager/src/audit.mjs").read_text()
    assert all(f"'{name}'" in source for name in keys)


def bucket(plan: Planned, token: str) -> Resource:
    return by_name(plan, f"aws:s3/{token}", "bucket-web")


@pytest.mark.requirement("EC2M-60")
def test_the_web_bucket_is_versioned_encrypted_and_private(every: Planned) -> None:
    versioning = bucket(every, "bucketVersioning:BucketVersioning")
    assert versioning.get("versioningConfiguration.status") == "Enabled"
    encryption = bucket(every, "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    assert encryption.get("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm") == "AES256"
    block = bucket(every, "bucketPublicAccessBlock:BucketPublicAccessBlock")
    for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        assert block.get(flag) is True


@pytest.mark.requirement("EC2M-61")
def test_old_objects_move_and_old_versions_go(every: Planned) -> None:
    rules = bucket(every, "bucketLifecycleConfiguration:BucketLifecycleConfiguration").get("rules")
    classes = {move["storageClass"] for rule in rules for move in rule.get("transitions", [])}
    assert classes == {"INTELLIGENT_TIERING"}
    days = {
        rule["noncurrentVersionExpiration"]["noncurrentDays"] for rule in rules if "noncurrentVersionExpiration" in rule
    }
    assert days == {90}


@pytest.mark.requirement("EC2M-63")
def test_parameters_are_below_system_and_stage(every: Planned, stage: str) -> None:
    found = {parameter.get("name"): parameter for parameter in every.all(PARAMETER)}
    assert all(name.startswith(f"/ec2-manager/{stage}/") for name in found)
    assert {parameter.get("type") for parameter in found.values()} <= {"String", "SecureString"}
    assert found[f"/ec2-manager/{stage}/ACTIONS"].get("value") == "on"
    api = by_name(every, FUNCTION, "api")
    assert api.get("environment.variables")["PARAMETER_STORE_PREFIX"] == f"/ec2-manager/{stage}/"


@pytest.mark.requirement("EC2M-64")
def test_no_variable_is_a_secret(every: Planned) -> None:
    for function in every.all(FUNCTION):
        variables = function.get("environment.variables")
        assert not [key for key in variables if re.search(r"SECRET|PASSWORD|TOKEN", key)]
        assert variables["TABLE_AUDIT"] == every.one(TABLE).get("name")


@pytest.mark.requirement("EC2M-67")
def test_lines_are_json_from_a_level_on(every: Planned, stage: str) -> None:
    for function in every.all(FUNCTION):
        config = function.get("loggingConfig")
        assert (config["logFormat"], config["applicationLogLevel"]) == ("JSON", "INFO")
        assert config["logGroup"] == f"/ec2-manager/{stage}/{function.name}"


@pytest.mark.requirement("EC2M-71")
def test_calls_are_traced_from_gateway_to_table(every: Planned) -> None:
    assert every.one("aws:apigateway/stage:Stage").get("xrayTracingEnabled") is True
    for function in every.all(FUNCTION):
        assert function.get("tracingConfig.mode") == "Active"
        assert "xray:PutTraceSegments" in statements(every, function.name)["SendTraces"]["Action"]
    source = (ROOT / "workloads/functions/ec2_manager/src/instances.mjs").read_text()
    assert "traced(" in source


@pytest.mark.requirement("EC2M-87")
def test_rights_are_scoped_but_for_a_list(every: Planned) -> None:
    policies = every.all(POLICY)
    assert policies
    for policy in policies:
        for statement in json.loads(policy.get("policy"))["Statement"]:
            actions = statement["Action"]
            assert not [action for action in actions if "*" in action], policy.name
            if statement["Resource"] in ("*", ["*"]):
                assert set(actions) <= set(UNSCOPED), f"{policy.name}: {actions}"


@pytest.mark.requirement("EC2M-88")
def test_the_function_touches_instances_of_the_tag_and_adds_to_the_trail(every: Planned, stage: str) -> None:
    found = statements(every)
    assert found["SeeInstances"] == {
        "Sid": "SeeInstances",
        "Effect": "Allow",
        "Action": ["ec2:DescribeInstances"],
        "Resource": ["*"],
    }
    touch = found["TouchManagedInstances"]
    assert set(touch["Action"]) == {"ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances"}
    assert touch["Resource"] == ["arn:aws:ec2:us-west-2:210987654321:instance/*"]
    assert touch["Condition"] == {"StringEquals": {"ec2:ResourceTag/ManagedBy": "ec2-manager"}}
    table = f"arn:aws:dynamodb:us-west-2:210987654321:table/ec2-manager-{stage}-audit"
    assert set(found["UseItems"]["Action"]) == {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetItem"}
    assert set(found["UseItems"]["Resource"]) == {table, f"{table}/index/*"}
    assert "TouchManagedInstances" not in statements(every, "snapshot")
    source = (ROOT / "workloads/functions/ec2_manager/src/settings.mjs").read_text()
    assert "key: 'ManagedBy', value: 'ec2-manager'" in source


@pytest.mark.requirement("EC2M-52")
def test_the_stacks_own_key_for_everything_is_a_line_away() -> None:
    plan = planned("ec2-manager", "prod", encryption={"only": []})
    assert plan.refers(plan.one(TABLE), "serverSideEncryption") == {"key"}
    encryption = by_name(
        plan,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucket-web",
    )
    assert encryption.get("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm") == "aws:kms"


@pytest.mark.requirement("EC2M-57")
def test_a_second_region_is_two_lines_away(prod: Planned) -> None:
    assert prod.one(TABLE).get("replicas") in (ABSENT, None, [])
    plan = planned("ec2-manager", "prod", secondaryRegion="us-east-2", tables={"audit": {"replicate": True}})
    (replica,) = plan.one(TABLE).get("replicas")
    assert (replica["regionName"], replica["pointInTimeRecovery"]) == ("us-east-2", True)


@pytest.mark.requirement("EC2M-62")
def test_accelerated_uploads_are_a_line_away(prod: Planned) -> None:
    kind = "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration"
    assert prod.all(kind) == []
    plan = planned("ec2-manager", "prod", buckets={"web": {"accelerate": True}})
    assert plan.one(kind).get("status") == "Enabled"
