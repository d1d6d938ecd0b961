"""Values that AWS refuses: each with the property, what is allowed and the nearest valid value."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import Failure, check
from tierwise.preview.values import Archive, Secret

U = UNKNOWN
TODAY = date(2026, 11, 21)
DATABASE: dict[str, Any] = {"instanceClass": "db.t4g.micro", "engine": "postgres", "allocatedStorage": 20}
FUNCTION: dict[str, Any] = {"role": U, "handler": "a.b", "code": Archive("path", "a"), "runtime": "python3.13"}
FARGATE: dict[str, Any] = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": U,
}
GROUP: dict[str, Any] = {"port": 80, "protocol": "HTTP", "vpcId": U}
ALARM: dict[str, Any] = {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "metricName": "a"}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def refused(checked: Any, kind: str, inputs: dict[str, Any]) -> list[Failure]:
    """The failures of one resource on the day of the tests."""
    return check([checked.resource(kind, **inputs)], TODAY)


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "words"),
    [
        ("aws:rds/instance:Instance", {**DATABASE, "engine": "postgress"}, "engine", 'did you mean "postgres"?'),
        ("aws:rds/instance:Instance", {**DATABASE, "engine": "postgresql"}, "engine", "postgres"),
        ("aws:rds/instance:Instance", {**DATABASE, "instanceClass": "t4g.micro"}, "instanceClass", "db.t4g.micro"),
        ("aws:rds/instance:Instance", {**DATABASE, "backupRetentionPeriod": 400}, "backupRetentionPeriod", "0 to 35"),
        ("aws:rds/instance:Instance", {**DATABASE, "storageType": "gp4"}, "storageType", "gp3"),
        ("aws:rds/instance:Instance", {**DATABASE, "port": 70000}, "port", "1150 to 65535"),
        ("aws:rds/instance:Instance", {**DATABASE, "engineVersion": "99.1"}, "engineVersion", "no such version"),
        ("aws:rds/instance:Instance", {**DATABASE, "identifier": "-db"}, "identifier", "letter"),
        ("aws:rds/instance:Instance", {**DATABASE, "monitoringInterval": 60}, "monitoringRoleArn", "required"),
        ("aws:rds/instance:Instance", {**DATABASE, "maxAllocatedStorage": 10}, "maxAllocatedStorage", "less than"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 401}, "retentionInDays", "400"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 45}, "retentionInDays", 'did you mean "30"?'),
        ("aws:lambda/function:Function", {**FUNCTION, "runtime": "python3.99"}, "runtime", 'did you mean "python3.9"?'),
        ("aws:lambda/function:Function", {**FUNCTION, "runtime": "python3.9"}, "runtime", "deprecated this runtime on"),
        ("aws:lambda/function:Function", {**FUNCTION, "timeout": 901}, "timeout", "at most 900 seconds"),
        (
            "aws:lambda/function:Function",
            {**FUNCTION, "packageType": "Image", "imageUri": U},
            "runtime",
            "the image decides",
        ),
        (
            "aws:lambda/function:Function",
            {**FUNCTION, "environment": {"variables": {"AWS_REGION": "eu-west-1"}}},
            "environment.variables.AWS_REGION",
            "refuses this name",
        ),
        ("aws:ecs/taskDefinition:TaskDefinition", {**FARGATE, "memory": "500"}, "memory", "512, 1024, 2048 MiB"),
        ("aws:ecs/taskDefinition:TaskDefinition", {**FARGATE, "cpu": "300"}, "cpu", 'did you mean "256"?'),
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            {**FARGATE, "cpu": "1024", "memory": "9000"},
            "memory",
            "in steps of 1024",
        ),
        ("aws:ecs/taskDefinition:TaskDefinition", {**FARGATE, "networkMode": "bridge"}, "networkMode", "awsvpc"),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"ingress": [{"protocol": "tcp", "fromPort": 70000, "toPort": 70000}]},
            "ingress[0].fromPort",
            "not a TCP or UDP port",
        ),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"securityGroupId": U, "ipProtocol": "tcp", "fromPort": 443, "toPort": 80, "cidrIpv4": "0.0.0.0/0"},
            "fromPort",
            "after its end",
        ),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"securityGroupId": U, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.1/16"},
            "cidrIpv4",
            "10.0.0.0/16",
        ),
        ("aws:lb/targetGroup:TargetGroup", {**GROUP, "port": 70000}, "port", "0 to 65535"),
        ("aws:lb/targetGroup:TargetGroup", {**GROUP, "name": "a" * 33}, "name", "at most 32 characters"),
        ("aws:lb/targetGroup:TargetGroup", {**GROUP, "name": "web_api"}, "name", "letters, digits and hyphens"),
        ("aws:lb/targetGroup:TargetGroup", {"port": 80, "protocol": "HTTP"}, "vpcId", "required"),
        (
            "aws:lb/targetGroup:TargetGroup",
            {**GROUP, "healthCheck": {"interval": 10, "timeout": 10}},
            "healthCheck.timeout",
            "not shorter",
        ),
        (
            "aws:lb/listener:Listener",
            {"loadBalancerArn": U, "port": 70000, "protocol": "HTTP", "defaultActions": []},
            "port",
            "0 to 65535",
        ),
        (
            "aws:lb/listener:Listener",
            {"loadBalancerArn": U, "port": 443, "protocol": "HTTPS", "defaultActions": []},
            "certificateArn",
            "required",
        ),
        ("aws:lb/loadBalancer:LoadBalancer", {"subnets": [U]}, "subnets", "two Availability Zones"),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "region": "eu-west-9"}, "region", "eu-west-"),
        ("aws:ec2/subnet:Subnet", {"vpcId": "subnet-1", "cidrBlock": "10.0.0.0/24"}, "vpcId", "vpc-"),
        (
            "aws:ec2/subnet:Subnet",
            {"vpcId": U, "availabilityZone": "eu-west-1"},
            "availabilityZone",
            "Availability Zone",
        ),
        ("aws:lambda/function:Function", {**FUNCTION, "role": "app"}, "role", "arn"),
        (
            "aws:cloudfront/originAccessControl:OriginAccessControl",
            {"originAccessControlOriginType": "s3", "signingBehavior": "allways", "signingProtocol": "sigv4"},
            "signingBehavior",
            'did you mean "always"?',
        ),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/8"}, "cidrBlock", "/16 to /28"),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0/16"}, "cidrBlock", "not an address range"),
        ("aws:ec2/subnet:Subnet", {"vpcId": U, "cidrBlock": "2001:db8::/64"}, "cidrBlock", "an IPv6 range"),
        (
            "aws:ec2/instance:Instance",
            {"ami": U, "instanceType": "t4g.nanno"},
            "instanceType",
            'did you mean "t4g.nano"?',
        ),
        ("aws:s3/bucket:Bucket", {"bucket": "Shop_Uploads"}, "bucket", "lower-case"),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            {"bucket": U, "versioningConfiguration": {"status": "Enable"}},
            "versioningConfiguration.status",
            'did you mean "Enabled"?',
        ),
        (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {
                "bucket": U,
                "rules": [
                    {"id": "a", "status": "Enabled", "transitions": [{"days": 7, "storageClass": "STANDARD_IA"}]}
                ],
            },
            "rules[0].transitions[0].days",
            "before 30 days",
        ),
        ("aws:iam/role:Role", {"assumeRolePolicy": U, "name": "a" * 65}, "name", "64 characters"),
        ("aws:iam/role:Role", {"assumeRolePolicy": U, "maxSessionDuration": 60}, "maxSessionDuration", "3600 to 43200"),
        (
            "aws:cloudwatch/eventRule:EventRule",
            {"scheduleExpression": "rate(1 minutes)"},
            "scheduleExpression",
            "singular",
        ),
        (
            "aws:scheduler/schedule:Schedule",
            {"scheduleExpression": "cron(0 3 * * * *)", "flexibleTimeWindow": {"mode": "OFF"}, "target": U},
            "scheduleExpression",
            "must be ?",
        ),
        ("aws:sqs/queue:Queue", {"name": "jobs", "fifoQueue": True}, "name", ".fifo"),
        ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 50000}, "visibilityTimeoutSeconds", "0 to 43200"),
        (
            "aws:dynamodb/table:Table",
            {
                "billingMode": "PAY_PER_REQUEST",
                "hashKey": "id",
                "attributes": [{"name": "pk", "type": "S"}, {"name": "id", "type": "S"}],
            },
            "attributes",
            "no key or index uses it",
        ),
        (
            "aws:dynamodb/table:Table",
            {"billingMode": "ON_DEMAND", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}]},
            "billingMode",
            "PAY_PER_REQUEST",
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"description": "a", "nodeType": "t4g.micro"},
            "nodeType",
            "cache.t4g.micro",
        ),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {**ALARM, "period": 45}, "period", "multiple of 60"),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {**ALARM, "treatMissingData": "ok"},
            "treatMissingData",
            "notBreaching",
        ),
        (
            "aws:appautoscaling/target:Target",
            {
                "minCapacity": 4,
                "maxCapacity": 2,
                "resourceId": U,
                "scalableDimension": "ecs:service:DesiredCount",
                "serviceNamespace": "ecs",
            },
            "minCapacity",
            "more than maxCapacity",
        ),
        (
            "aws:budgets/budget:Budget",
            {"budgetType": "COST", "timeUnit": "MONTH", "limitAmount": "1", "limitUnit": "USD"},
            "timeUnit",
            'did you mean "MONTHLY"?',
        ),
        ("aws:kms/alias:Alias", {"name": "shop", "targetKeyId": U}, "name", "starts with alias/"),
        (
            "aws:cloudwatch/dashboard:Dashboard",
            {"dashboardName": "a", "dashboardBody": "{"},
            "dashboardBody",
            "not valid JSON",
        ),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"a" * 129: "b"}}, None, "128 characters"),
    ],
)
def test_it_is_refused(checked: Any, kind: str, inputs: dict[str, Any], path: str | None, words: str) -> None:
    found = refused(checked, kind, inputs)
    assert [failure.kind for failure in found if failure.path == path or path is None] == ["value"], list(
        map(str, found)
    )
    assert words in " ".join(map(str, found))
    assert all("[components/it.py:41]" in str(failure) for failure in found)


def test_a_runtime_near_its_end_is_a_warning(checked: Any) -> None:
    [failure] = refused(checked, "aws:lambda/function:Function", {**FUNCTION, "runtime": "python3.11"})
    assert failure.level == "warning"
    assert "2027-06-30" in failure.message


def test_a_secret_value_is_checked_and_not_shown(checked: Any) -> None:
    [failure] = refused(checked, "aws:rds/instance:Instance", {**DATABASE, "engine": Secret("postgress")})
    assert failure.value == "[secret]"
    assert "postgress" not in str(failure)
    [failure] = refused(checked, "aws:rds/instance:Instance", {**DATABASE, "password": Secret("sh/rt")})
    assert failure.path == "password"
    assert "sh/rt" not in str(failure)


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"Effect": "allow"}, "policy.Statement[0].Effect", 'did you mean "Allow"?'),
        ({"Action": "GetObject"}, "policy.Statement[0].Action", "service:Action"),
        ({"Action": None}, "policy.Statement[0].Action", "required"),
        ({"Resource": None}, "policy.Statement[0].Resource", "required"),
        ({"Resource": "my-bucket"}, "policy.Statement[0].Resource", "an ARN or *"),
        ({"NotAction": "s3:*"}, "policy.Statement[0]", "exclude each other"),
        ({"Principal": "*"}, "policy.Statement[0].Principal", "names no principal"),
        ({"Actions": "s3:*"}, "policy.Statement[0].Actions", 'did you mean "Action"?'),
        ({"Condition": {"StringEqual": {"a": "b"}}}, "policy.Statement[0].Condition.StringEqual", "no such condition"),
        ({"Sid": "read it"}, "policy.Statement[0].Sid", "letters and digits"),
    ],
)
def test_a_policy_outside_the_grammar_is_refused(checked: Any, change: dict[str, Any], path: str, words: str) -> None:
    statement = {key: value for key, value in {**POLICY["Statement"][0], **change}.items() if value is not None}  # type: ignore[dict-item]
    found = refused(checked, "aws:iam/policy:Policy", {"policy": json.dumps({**POLICY, "Statement": [statement]})})
    assert [failure.path for failure in found] == [path]
    assert words in str(found[0])


def test_policies_of_other_kinds(checked: Any) -> None:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
    paths = [failure.path for failure in refused(checked, "aws:iam/role:Role", {"assumeRolePolicy": json.dumps(trust)})]
    assert paths == ["assumeRolePolicy.Statement[0].Resource", "assumeRolePolicy.Statement[0].Principal"]
    [failure] = refused(checked, "aws:iam/policy:Policy", {"policy": json.dumps({**POLICY, "Version": "2012-10-18"})})
    assert failure.path == "policy.Version"
    [failure] = refused(checked, "aws:s3/bucketPolicy:BucketPolicy", {"bucket": U, "policy": "{'Version'}"})
    assert "not valid JSON" in failure.message
    long = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Resource": ["arn:aws:s3:::" + "b" * 60] * 100}]}  # type: ignore[dict-item]
    [failure] = refused(checked, "aws:iam/policy:Policy", {"policy": json.dumps(long)})
    assert failure.allowed == "at most 6144"


@pytest.mark.parametrize(
    ("containers", "words"),
    [
        ([{"name": "a", "image": "i"}, {"name": "a", "image": "i"}], "another container is called"),
        ([{"name": "a"}], "image: required"),
        ([{"name": "a", "image": "i", "essential": False}], "no container is essential"),
        ([{"name": "a", "image": "i", "cpu": 512}], "reserve 512 CPU units, the task has 256"),
        ([{"name": "a", "image": "i", "memory": 400}, {"name": "b", "image": "i", "memory": 400}], "reserve 800 MiB"),
        ([{"name": "a", "image": "i", "portMappings": [{"containerPort": 70000}]}], "70000 is not a TCP or UDP port"),
        ([{"name": "a", "image": "i", "portMappings": [{"containerPort": 80, "hostPort": 81}]}], "host port"),
        ([{"name": "a", "image": "i", "enviroment": []}], 'did you mean "environment"?'),
        ([{"name": "a", "image": "i", "environment": [{"name": "A", "value": 1}]}], "takes a string"),
        (
            [{"name": "a", "image": "i", "dependsOn": [{"containerName": "b", "condition": "START"}]}],
            "no container is called",
        ),
        ([], "at least one container"),
    ],
)
def test_container_definitions_that_ecs_refuses(checked: Any, containers: list[Any], words: str) -> None:
    inputs = {**FARGATE, "containerDefinitions": json.dumps(containers)}
    found = refused(checked, "aws:ecs/taskDefinition:TaskDefinition", inputs)
    assert len(found) == 1, list(map(str, found))
    assert words in str(found[0])


def test_every_mistake_of_a_resource_is_told_at_once(checked: Any) -> None:
    inputs = {
        **DATABASE,
        "engine": "postgress",
        "storageTyp": "gp3",
        "backupRetentionPeriod": 400,
        "monitoringInterval": 7,
    }
    paths = {failure.path for failure in refused(checked, "aws:rds/instance:Instance", inputs)}
    assert {"engine", "storageTyp", "backupRetentionPeriod", "monitoringInterval"} <= paths
