"""Stage and network rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from guardrails.resource import ABSENT
from tests.support.stacks import ROOT, Planned, planned

SYSTEM = ROOT / "systems" / "ec2-manager"
STAGES = ("dev", "staging", "prod")
LOG_GROUP, BUCKET, TABLE = "aws:cloudwatch/logGroup:LogGroup", "aws:s3/bucket:Bucket", "aws:dynamodb/table:Table"
POOL, FUNCTION = "aws:cognito/userPool:UserPool", "aws:lambda/function:Function"
SUBNET, NAT = "aws:ec2/subnet:Subnet", "aws:ec2/natGateway:NatGateway"
RETENTION = {"dev": 7, "staging": 14, "prod": 30}
CLASSES = {"dev": "non-sensitive", "staging": "anonymised", "prod": "sensitive"}
#: Only what these switches make differs between the stages, by the key that makes it.
SWITCHED = {
    "aws:synthetics/canary:Canary",  # observability.canaries, on in prod
    "aws:s3/bucketObjectv2:BucketObjectv2",  # its code
    "aws:codedeploy/deploymentConfig:DeploymentConfig",  # deployment.strategy, a canary in prod
    "tierwise:observability:Canary",
}


@pytest.mark.requirement("EC2M-01")
def test_everything_is_in_oregon_but_what_cloudfront_reads(every: Planned) -> None:
    provider = every.one("pulumi:providers:aws")
    assert provider.get("region") == "us-west-2"
    certificate = every.one("aws:acm/certificate:Certificate")
    assert certificate.get("region") == "us-east-1"
    distribution = every.one("aws:cloudfront/distribution:Distribution")
    assert every.refers(distribution, "viewerCertificate") == {"domain-us-east-1"}
    elsewhere = {r.get("region") for r in every.stack.resources if r.is_set("region")} - {"us-west-2", "us-east-1"}
    assert elsewhere == set()


@pytest.mark.requirement("EC2M-02")
def test_the_stages_are_made_of_the_same_blocks(dev: Planned, staging: Planned, prod: Planned) -> None:
    assert dev.types() == staging.types()
    assert prod.types() - staging.types() == SWITCHED
    assert staging.types() - prod.types() == set()


@pytest.mark.requirement("EC2M-03")
@pytest.mark.requirement("EC2M-04")
@pytest.mark.requirement("EC2M-05")
@pytest.mark.requirement("EC2M-68")
def test_every_log_is_kept_as_long_as_the_stage_says(every: Planned, stage: str) -> None:
    groups = [g for g in every.all(LOG_GROUP) if g.name != "vpc-flow-logs-group"]
    assert {g.get("retentionInDays") for g in groups} == {RETENTION[stage]}
    named = {g.get("name") for g in groups if isinstance(g.get("name"), str)}
    assert {f"/ec2-manager/{stage}/{log}" for log in ("api", "snapshot", "rest-api")} <= named


@pytest.mark.requirement("EC2M-03")
def test_everything_of_dev_can_go(dev: Planned) -> None:
    assert {bucket.get("forceDestroy") for bucket in dev.all(BUCKET)} == {True}
    assert dev.one(TABLE).get("deletionProtectionEnabled") is False
    assert not [r.name for r in dev.stack.resources if r.protect]


@pytest.mark.requirement("EC2M-04")
def test_staging_keeps_its_data_and_nothing_else(staging: Planned) -> None:
    assert [r.type for r in staging.stack.resources if r.protect] == [TABLE]
    (web,) = [bucket for bucket in staging.all(BUCKET) if bucket.name == "bucket-web"]
    assert web.get("forceDestroy") is True


@pytest.mark.requirement("EC2M-05")
def test_prod_keeps_everything_with_data(prod: Planned) -> None:
    kept = {r.type for r in prod.stack.resources if r.protect}
    assert {TABLE, BUCKET, POOL} <= kept
    assert prod.one(TABLE).get("deletionProtectionEnabled") is True
    assert prod.one(POOL).get("deletionProtection") == "ACTIVE"
    assert not any(bucket.get("forceDestroy") is True for bucket in prod.all(BUCKET))
    for token in (TABLE, BUCKET, POOL):
        for found in prod.all(token):
            assert found.protect, found.name
            assert found.retain_on_delete, found.name


@pytest.mark.requirement("EC2M-06")
@pytest.mark.requirement("EC2M-07")
@pytest.mark.requirement("EC2M-08")
@pytest.mark.requirement("EC2M-94")
def test_the_class_of_the_data_is_on_everything(every: Planned, stage: str) -> None:
    tags = every.one("pulumi:providers:aws").get("defaultTags")
    tags = json.loads(tags) if isinstance(tags, str) else tags
    assert CLASSES[stage] in json.dumps(tags)


@pytest.mark.requirement("EC2M-06")
def test_dev_uses_one_zone(dev: Planned, prod: Planned) -> None:
    for function in dev.all(FUNCTION):
        assert dev.refers(function, "vpcConfig") >= {"vpc-private-us-west-2a"}
        assert "vpc-private-us-west-2b" not in dev.refers(function, "vpcConfig")
    assert [nat.name for nat in dev.all(NAT)] == ["vpc-nat-us-west-2a"]
    assert len(dev.all(SUBNET)) == len(prod.all(SUBNET)) == 4


@pytest.mark.requirement("EC2M-07")
def test_staging_is_like_production_with_less(staging: Planned, prod: Planned) -> None:
    assert prod.types() - staging.types() == SWITCHED
    assert (len(staging.all(NAT)), len(prod.all(NAT))) == (1, 2)


@pytest.mark.requirement("EC2M-08")
def test_prod_scales_by_itself_and_asks_for_a_second_factor(prod: Planned) -> None:
    assert prod.one(TABLE).get("billingMode") == "PAY_PER_REQUEST"
    assert all(f.get("reservedConcurrentExecutions") is ABSENT for f in prod.all(FUNCTION))
    assert prod.one(POOL).get("mfaConfiguration") == "ON"


@pytest.mark.requirement("EC2M-10")
def test_the_vpc(every: Planned) -> None:
    vpc = every.one("aws:ec2/vpc:Vpc")
    assert vpc.get("cidrBlock") == "10.0.0.0/16"
    assert (vpc.get("enableDnsSupport"), vpc.get("enableDnsHostnames")) == (True, True)


def ranges(plan: Planned, tier: str) -> dict[str, str]:
    """Ranges of a tier's subnets by zone."""
    found = [subnet for subnet in plan.all(SUBNET) if subnet.name.startswith(f"vpc-{tier}-")]
    assert {subnet.get("mapPublicIpOnLaunch") for subnet in found} == {False}
    return {subnet.get("availabilityZone"): subnet.get("cidrBlock") for subnet in found}


@pytest.mark.requirement("EC2M-11")
@pytest.mark.requirement("EC2M-12")
def test_public_and_private_subnets_in_two_zones(every: Planned) -> None:
    assert ranges(every, "public") == {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"}
    assert ranges(every, "private") == {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"}


@pytest.mark.requirement("EC2M-13")
@pytest.mark.requirement("EC2M-44")
def test_public_subnets_hold_nat_and_nothing_else(every: Planned) -> None:
    for nat in every.all(NAT):
        assert all(name.startswith("vpc-public-") for name in every.refers(nat, "subnetId"))
    for token in ("aws:lb/loadBalancer:LoadBalancer", "aws:ec2/instance:Instance", "aws:autoscaling/group:Group"):
        assert every.all(token) == [], token


@pytest.mark.requirement("EC2M-14")
def test_functions_reach_ec2_by_nat_and_tables_without(every: Planned, stage: str) -> None:
    assert len(every.all(NAT)) == {"dev": 1, "staging": 1, "prod": 2}[stage]
    endpoints = {e.get("serviceName").rsplit(".", 1)[1]: e for e in every.all("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert set(endpoints) == {"s3", "dynamodb"}
    for endpoint in endpoints.values():
        assert endpoint.get("vpcEndpointType") == "Gateway"
        tables = every.refers(endpoint, "routeTableIds")
        assert tables >= {"vpc-private-us-west-2a", "vpc-private-us-west-2b"}


@pytest.mark.requirement("EC2M-15")
def test_functions_go_out_by_https_and_nobody_comes_in(every: Planned) -> None:
    assert every.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []
    rules = every.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert len(rules) == len(every.all(FUNCTION))
    for rule in rules:
        assert (rule.get("ipProtocol"), rule.get("fromPort"), rule.get("toPort")) == ("tcp", 443, 443)
    for group in every.all("aws:ec2/securityGroup:SecurityGroup"):
        assert group.get("ingress") is ABSENT


@pytest.mark.requirement("EC2M-17")
def test_there_is_no_network_acl_of_its_own(every: Planned) -> None:
    assert every.all("aws:ec2/networkAcl:NetworkAcl") == []


@pytest.mark.requirement("EC2M-66")
@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_its_file(stage: str) -> None:
    document = yaml.safe_load((SYSTEM / f"Pulumi.{stage}.yaml").read_text())
    overrides = document["config"]["ec2-manager:overrides"]
    assert overrides["dataClassification"] == CLASSES[stage]
    assert planned("ec2-manager", stage).one(FUNCTION, name=f"ec2-manager-{stage}-api")


@pytest.mark.requirement("EC2M-94")
def test_no_stage_names_another(every: Planned, stage: str) -> None:
    for other in set(STAGES) - {stage}:
        for found in every.stack.resources:
            if found.type.startswith("aws:iam/"):
                assert f"ec2-manager-{other}" not in str(found.get("policy")), found.name
    for token in (TABLE, POOL):
        assert stage in every.one(token).get("name")


def test_the_configuration_can_be_read_in_one_sitting() -> None:
    files = sorted(Path(SYSTEM).glob("Pulumi*.yaml"))
    assert len(files) == 4
    assert sum(len(file.read_text().splitlines()) for file in files) < 340
