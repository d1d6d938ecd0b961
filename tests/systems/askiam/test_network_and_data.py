"""Stages, network, database, search, buckets, secrets and parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from guardrails.resource import ABSENT, UNKNOWN
from tests.support.stacks import ROOT, Planned, planned

CLUSTER, INSTANCE = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
COLLECTION = "aws:opensearch/serverlessCollection:ServerlessCollection"
GROUP = "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup"
SECURITY = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"
FUNCTION = "aws:lambda/function:Function"


@pytest.mark.requirement("ASKIAM-02")
@pytest.mark.parametrize("name", ["dev", "staging"])
def test_below_prod_there_is_the_same_with_smaller_knobs(name: str, prod: Planned) -> None:
    plan = planned("askiam", name)
    cluster = plan.one(CLUSTER)
    assert cluster.get("serverlessv2ScalingConfiguration.minCapacity") == 0
    assert cluster.get("serverlessv2ScalingConfiguration.secondsUntilAutoPause") == 300
    assert len(plan.all(INSTANCE)) == 1
    assert plan.all("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig") == []
    assert plan.one(COLLECTION).get("standbyReplicas") == "DISABLED"
    assert plan.one(GROUP).get("generation") == "NEXTGEN"
    assert {f.name for f in plan.all(FUNCTION)} == {f.name for f in prod.all(FUNCTION)}


@pytest.mark.requirement("ASKIAM-03")
def test_no_server_is_managed(every: Planned) -> None:
    managed = ("aws:ec2/instance", "aws:ecs/", "aws:autoscaling/")
    assert [token for token in every.types() if token.startswith(managed)] == []


@pytest.mark.requirement("ASKIAM-04")
def test_names_are_those_of_the_document(every: Planned, stage: str) -> None:
    assert every.one("aws:ec2/vpc:Vpc").get("tags")["Name"] == f"ask-iam-{stage}"
    assert every.one(COLLECTION).get("name") == f"ask-iam-{stage}"
    names = [p.get("name") for p in every.all("aws:ssm/parameter:Parameter")]
    assert names
    assert all(name.startswith(f"/askiam/{stage}/") for name in names)


@pytest.mark.requirement("ASKIAM-05")
def test_two_private_and_two_public_subnets_in_two_zones(every: Planned) -> None:
    assert every.one("aws:ec2/vpc:Vpc").get("cidrBlock") == "10.0.0.0/16"
    found = {
        s.get("cidrBlock"): (s.get("tags")["tier"], s.get("availabilityZone"))
        for s in every.all("aws:ec2/subnet:Subnet")
    }
    assert found == {
        "10.0.1.0/24": ("private", "us-east-1a"),
        "10.0.2.0/24": ("private", "us-east-1b"),
        "10.0.101.0/24": ("public", "us-east-1a"),
        "10.0.102.0/24": ("public", "us-east-1b"),
    }
    private = {"vpc-private-us-east-1a", "vpc-private-us-east-1b"}
    for function in every.all(FUNCTION):
        assert {n for n in every.refers(function, "vpcConfig") if n.startswith("vpc-")} == private
    assert every.refers(every.one("aws:rds/subnetGroup:SubnetGroup"), "subnetIds") == private


@pytest.mark.requirement("ASKIAM-06")
def test_nat_gateways_stand_in_public_subnets(every: Planned, stage: str) -> None:
    gateways = every.all("aws:ec2/natGateway:NatGateway")
    assert len(gateways) == (2 if stage == "prod" else 1)
    for gateway in gateways:
        assert all("public" in name for name in every.refers(gateway, "subnetId"))


@pytest.mark.requirement("ASKIAM-07")
def test_clients_of_the_database_use_tls(every: Planned) -> None:
    group = every.one("aws:rds/clusterParameterGroup:ClusterParameterGroup")
    assert {p["name"]: p["value"] for p in group.get("parameters")}["rds.force_ssl"] == "1"


@pytest.mark.requirement("ASKIAM-08")
def test_only_functions_reach_the_database(every: Planned) -> None:
    rules = every.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", fromPort=5432)
    users = {"audit-logger", "entity-extractor", "mcp-validator", "status-checker"}
    assert {rule.name.split("-network")[0] for rule in rules} == users
    for rule in rules:
        assert rule.get("cidrIpv4") is ABSENT
        assert every.refers(rule, "referencedSecurityGroupId") == {rule.name.split("-to-")[0]}


@pytest.mark.requirement("ASKIAM-09")
def test_the_collection_is_reached_from_the_vpc_alone(every: Planned, stage: str) -> None:
    endpoint = every.one("aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint")
    assert len(endpoint.get("subnetIds")) == (2 if stage == "prod" else 1)
    assert all("private" in name for name in every.refers(endpoint, "subnetIds"))
    (policy,) = [p for p in every.all(SECURITY) if p.get("type") == "network"]
    # It names the endpoint, whose id AWS makes; the rule that forbids public access judges it at deployment.
    assert policy.get("policy") is UNKNOWN
    assert every.refers(policy, "policy") == {"search"}


@pytest.mark.requirement("ASKIAM-10")
def test_calls_to_aws_can_stay_inside() -> None:
    services = ["secretsmanager", "ssm", "logs", "events", "lambda", "xray"]
    plan = planned("askiam", "prod", network={"interfaceEndpoints": services})
    endpoints = plan.all("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface")
    assert {e.get("serviceName").rpartition(".")[2] for e in endpoints} == set(services)
    assert {e.get("privateDnsEnabled") for e in endpoints} == {True}
    assert plan.all("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway")


@pytest.mark.requirement("ASKIAM-45")
def test_aurora_15_between_half_a_unit_and_two(prod: Planned) -> None:
    cluster = prod.one(CLUSTER)
    assert cluster.get("engine") == "aurora-postgresql"
    assert cluster.get("engineVersion").startswith("15.")
    assert cluster.get("serverlessv2ScalingConfiguration") == {"minCapacity": 0.5, "maxCapacity": 2}
    assert {i.get("instanceClass") for i in prod.all(INSTANCE)} == {"db.serverless"}


@pytest.mark.requirement("ASKIAM-46")
def test_a_writer_and_a_reader_in_two_zones_and_the_rules_ask_the_reader(prod: Planned) -> None:
    found = {i.get("promotionTier"): i.get("availabilityZone") for i in prod.all(INSTANCE)}
    assert found == {0: "us-east-1a", 1: "us-east-1b"}
    (mcp,) = [f for f in prod.all(FUNCTION) if f.name == "mcp-validator"]
    variables = mcp.get("environment.variables")
    assert "DB_READER_HOST" in variables
    assert "DB_HOST" not in variables


@pytest.mark.requirement("ASKIAM-47")
def test_thirty_days_of_backups(prod: Planned) -> None:
    cluster = prod.one(CLUSTER)
    assert cluster.get("backupRetentionPeriod") == 30
    assert cluster.get("copyTagsToSnapshot") is True
    assert cluster.get("deletionProtection") is True


@pytest.mark.requirement("ASKIAM-48")
def test_the_database_is_encrypted(every: Planned) -> None:
    assert every.one(CLUSTER).get("storageEncrypted") is True
    assert every.one(CLUSTER).get("kmsKeyId") is ABSENT


@pytest.mark.requirement("ASKIAM-49")
def test_storage_grows_by_itself(prod: Planned) -> None:
    assert prod.one(CLUSTER).get("allocatedStorage") is ABSENT
    assert prod.one(CLUSTER).get("storageType") is ABSENT


@pytest.mark.requirement("ASKIAM-50")
def test_functions_sign_in_with_iam(every: Planned) -> None:
    assert every.one(CLUSTER).get("iamDatabaseAuthenticationEnabled") is True
    made = {p.name: p for p in every.all("aws:iam/rolePolicy:RolePolicy") if p.name.endswith("-made")}
    # The right names the cluster's resource id, which AWS makes.
    assert every.refers(made["mcp-validator-made"], "policy") == {"aurora"}


@pytest.mark.requirement("ASKIAM-52")
def test_a_redundant_vector_collection(prod: Planned) -> None:
    collection = prod.one(COLLECTION)
    assert (collection.get("type"), collection.get("standbyReplicas")) == ("VECTORSEARCH", "ENABLED")
    assert prod.refers(collection, "collectionGroupName") == {"search"}


@pytest.mark.requirement("ASKIAM-53")
def test_four_to_sixteen_units_in_all(prod: Planned) -> None:
    (limits,) = prod.one(GROUP).get("capacityLimits")
    assert limits == {
        "minIndexingCapacityInOcu": 2,
        "minSearchCapacityInOcu": 2,
        "maxIndexingCapacityInOcu": 8,
        "maxSearchCapacityInOcu": 8,
    }


@pytest.mark.requirement("ASKIAM-55")
def test_search_is_encrypted_and_read_by_one_role(every: Planned, stage: str) -> None:
    (policy,) = [p for p in every.all(SECURITY) if p.get("type") == "encryption"]
    assert json.loads(policy.get("policy"))["AWSOwnedKey"] is True
    (block,) = json.loads(every.one("aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy").get("policy"))
    assert block["Principal"] == [f"arn:aws:iam::432109876543:role/askiam-{stage}-rag-validator-function"]
    assert block["Rules"][0]["Permission"] == ["aoss:DescribeIndex", "aoss:ReadDocument"]


@pytest.mark.requirement("ASKIAM-56")
@pytest.mark.requirement("ASKIAM-58")
def test_the_audit_archive_is_private_versioned_and_goes_to_glacier(prod: Planned) -> None:
    def part(kind: str) -> Any:
        (found,) = [r for r in prod.all(f"aws:s3/{kind}") if r.name == "bucket-audit"]
        return found

    rules = part("bucketLifecycleConfiguration:BucketLifecycleConfiguration").get("rules")
    classes = {t["storageClass"] for rule in rules for t in rule.get("transitions") or ()}
    assert classes == {"GLACIER_IR"}
    block = part("bucketPublicAccessBlock:BucketPublicAccessBlock")
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [block.get(flag) for flag in flags] == [True] * 4
    assert part("bucketVersioning:BucketVersioning").get("versioningConfiguration.status") == "Enabled"
    assert part("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").get("rules")


@pytest.mark.requirement("ASKIAM-57")
def test_there_is_no_cache(every: Planned) -> None:
    assert [token for token in every.types() if token.startswith("aws:elasticache/")] == []


@pytest.mark.requirement("ASKIAM-60")
def test_secrets_have_their_names_without_a_leading_slash(every: Planned, stage: str) -> None:
    names = {s.get("name") for s in every.all("aws:secretsmanager/secret:Secret")}
    wanted = {f"askiam/{stage}/{name}" for name in ("db/password", "openai/api-key", "jwt")}
    assert wanted <= names
    assert not any(name.startswith("/") for name in names)


@pytest.mark.requirement("ASKIAM-61")
def test_parameters_hold_what_the_functions_read(every: Planned, stage: str) -> None:
    found = {p.get("name"): p.get("value") for p in every.all("aws:ssm/parameter:Parameter")}
    prefix = f"/askiam/{stage}"
    assert found[f"{prefix}/app/rag-threshold"] == "0.95"
    assert found[f"{prefix}/app/audit-enabled"] == "true"
    assert json.loads(found[f"{prefix}/app/extraction-patterns"])
    assert found[f"{prefix}/lex/bot-id"] is UNKNOWN
    assert found[f"{prefix}/opensearch/endpoint"] is UNKNOWN


@pytest.mark.requirement("ASKIAM-29")
def test_the_threshold_is_a_parameter(every: Planned, stage: str) -> None:
    parameter = every.one("aws:ssm/parameter:Parameter", name=f"/askiam/{stage}/app/rag-threshold")
    assert parameter.get("value") == "0.95"


@pytest.mark.requirement("ASKIAM-63")
def test_secrets_are_read_and_never_written(every: Planned) -> None:
    found: set[str] = set()
    for policy in every.all("aws:iam/rolePolicy:RolePolicy"):
        if policy.get("policy") is not UNKNOWN:
            statements = json.loads(policy.get("policy"))["Statement"]
            found |= {action for s in statements for action in s["Action"] if action.startswith("secretsmanager:")}
    assert found == {"secretsmanager:GetSecretValue"}


@pytest.mark.requirement("ASKIAM-64")
def test_the_administrator_s_password_is_managed(every: Planned) -> None:
    assert every.one(CLUSTER).get("manageMasterUserPassword") is True


@pytest.mark.requirement("ASKIAM-01")
def test_prod_is_in_us_east_1_and_only_a_standby_elsewhere(prod: Planned) -> None:
    def regions(plan: Planned) -> set[str]:
        found = [p for p in plan.all("pulumi:providers:aws") if not p.name.startswith("default")]
        return {p.get("region") for p in found}

    assert regions(prod) == {"us-east-1"}
    assert regions(planned("askiam", "prod", preset="standby")) == {"us-east-1", "us-west-2"}


def test_precedents_can_live_in_the_database_by_one_line() -> None:
    plan = planned("askiam", "prod", preset="pgvector")
    assert plan.all(COLLECTION) == []
    (rag,) = [f for f in plan.all(FUNCTION) if f.name == "rag-validator"]
    variables = rag.get("environment.variables")
    assert variables["VECTOR_STORE"] == "pgvector"
    assert variables["DB_SECRET_NAME"] == "askiam/prod/db/reader"  # noqa: S105 - a name


def test_the_configuration_can_be_read_in_one_sitting() -> None:
    files = sorted(Path(ROOT / "systems/askiam").glob("Pulumi*.yaml"))
    assert len(files) == 4
    assert sum(len(file.read_text().splitlines()) for file in files) < 480
