"""An Aurora cluster: safety, capacity, instances, who may sign in, and the switches."""

from __future__ import annotations

import functools
import json
from decimal import Decimal
from typing import Any

import pytest

import guardrails
from components.grant import Grant
from guardrails.cost import estimate
from guardrails.resource import ABSENT
from guardrails.stack_config import StackConfig
from tests.policy.cost.build import BOOK
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tierwise.preview.checks import check

CLUSTER = "aws:rds/cluster:Cluster"
INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
ZONES = ("us-east-1a", "us-east-1b")


@functools.cache
def _planned(described: str) -> tuple[Sample, list[Grant]]:
    grants: list[Grant] = []

    def create() -> None:
        from components.data.aurora import AuroraCluster

        cluster = AuroraCluster(
            "aurora",
            settings=data.aurora(**json.loads(described)),
            names=names(),
            vpc_id=data.VPC,
            subnet_ids=data.SUBNETS,
            zones=ZONES,
            log_retention_days=14,
        )
        grants.extend(cluster.grant("mcp-validator", detail) for detail in ("", "reader"))

    return sample_of(create), grants


def planned(**overrides: Any) -> Sample:
    """The plan of a cluster, made once."""
    return _planned(json.dumps(overrides))[0]


def granted(**overrides: Any) -> tuple[Grant, Grant]:
    """What it gives to a user of the writer, and to one of the readers."""
    writer, reader = _planned(json.dumps(overrides))[1]
    return writer, reader


def test_capacity_is_that_of_the_settings_and_never_an_instance_size() -> None:
    sample = planned(minAcu=0.5, maxAcu=2, version="15.17")
    cluster = sample.one(CLUSTER)
    assert cluster.get("engine") == "aurora-postgresql"
    assert cluster.get("engineVersion") == "15.17"
    assert cluster.get("serverlessv2ScalingConfiguration") == {"minCapacity": 0.5, "maxCapacity": 2}
    assert {instance.get("instanceClass") for instance in sample.all(INSTANCE)} == {"db.serverless"}
    assert cluster.get("allocatedStorage") is ABSENT
    assert cluster.get("backtrackWindow") is ABSENT


def test_it_pauses_only_when_it_may_fall_to_nothing() -> None:
    assert planned(minAcu=0).one(CLUSTER).get("serverlessv2ScalingConfiguration.secondsUntilAutoPause") == 300
    later = planned(minAcu=0, autoPauseSeconds=3600).one(CLUSTER)
    assert later.get("serverlessv2ScalingConfiguration.secondsUntilAutoPause") == 3600
    assert planned().one(CLUSTER).get("serverlessv2ScalingConfiguration.secondsUntilAutoPause") is ABSENT


def test_a_writer_and_readers_stand_in_different_zones() -> None:
    sample = planned(readers=2)
    found = {i.name: (i.get("availabilityZone"), i.get("promotionTier")) for i in sample.all(INSTANCE)}
    assert found == {
        "aurora-writer": ("us-east-1a", 0),
        "aurora-reader-us-east-1b": ("us-east-1b", 1),
        "aurora-reader-us-east-1a": ("us-east-1a", 2),
    }
    for instance in sample.all(INSTANCE):
        if instance.name != "aurora-writer":
            # The first instance that a cluster gets is the one that writes.
            assert any("aurora-writer" in urn for urn in instance.dependencies)


def test_many_readers_have_names_of_their_own() -> None:
    found = planned(readers=4).all(INSTANCE)
    assert len({instance.get("identifier") for instance in found}) == len(found) == 5


def test_data_is_encrypted_clients_use_tls_and_sign_in_with_iam() -> None:
    sample = planned()
    cluster = sample.one(CLUSTER)
    assert cluster.get("storageEncrypted") is True
    assert cluster.get("iamDatabaseAuthenticationEnabled") is True
    assert cluster.get("manageMasterUserPassword") is True
    assert cluster.get("masterPassword") is ABSENT
    group = sample.one("aws:rds/clusterParameterGroup:ClusterParameterGroup")
    assert group.get("family") == "aurora-postgresql16"
    assert {entry["name"]: entry["value"] for entry in group.get("parameters")}["rds.force_ssl"] == "1"
    assert sample.refers(cluster, "dbClusterParameterGroupName") == {"aurora"}


@pytest.mark.parametrize("kept", [True, False])
def test_a_cluster_is_kept_as_its_settings_say(kept: bool) -> None:
    sample = planned(deletionProtection=kept)
    cluster = sample.one(CLUSTER)
    assert cluster.get("backupRetentionPeriod") == 30
    assert cluster.get("copyTagsToSnapshot") is True
    assert cluster.get("deletionProtection") is kept
    assert cluster.get("skipFinalSnapshot") is not kept
    assert cluster.get("finalSnapshotIdentifier") == ("shop-prod-aurora-final" if kept else ABSENT)
    assert sample.planned(cluster).protect is kept
    assert sample.planned(cluster).retain_on_delete is kept


def test_its_log_exists_before_aurora_writes_to_it() -> None:
    sample = planned()
    group = sample.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.get("name") == "/aws/rds/cluster/shop-prod-aurora/postgresql"
    assert group.get("retentionInDays") == 14
    assert group.urn in sample.one(CLUSTER).dependencies
    assert sample.one(CLUSTER).get("enabledCloudwatchLogsExports") == ["postgresql"]


def test_watching_is_switched() -> None:
    assert {i.get("performanceInsightsEnabled") for i in planned().all(INSTANCE)} == {True}
    quiet = planned(monitoringSeconds=0, performanceInsights=False)
    assert quiet.all("aws:iam/role:Role") == []
    assert {i.get("performanceInsightsEnabled") for i in quiet.all(INSTANCE)} == {False}


def test_the_administrator_s_password_turns_at_the_pace_that_is_asked_for() -> None:
    assert planned().all("aws:secretsmanager/secretRotation:SecretRotation") == []
    rotation = planned(rotationDays=30).one("aws:secretsmanager/secretRotation:SecretRotation")
    assert rotation.get("rotationRules.automaticallyAfterDays") == 30


def test_a_user_signs_in_as_its_own_role_and_nobody_else() -> None:
    writer, reader = granted(dataApi=False)
    for grant in (writer, reader):
        (statement,) = grant.statements
        assert list(statement.actions) == ["rds-db:connect"]
        assert grant.environment == {"DB_PORT": "5432", "DB_NAME": "app", "DB_USER": "mcp_validator"}
        assert {(opening.target, opening.port) for opening in grant.openings} == {("aurora", 5432)}
    assert set(writer.addresses) == {"DB_HOST"}
    assert set(reader.addresses) == {"DB_READER_HOST"}


def test_the_data_api_is_given_with_the_link_and_only_for_this_cluster() -> None:
    arn = "arn:aws:rds:us-east-1:123456789012:cluster:shop-prod-aurora"
    assert planned().one(CLUSTER).get("enableHttpEndpoint") is True
    grant, _reader = granted()
    assert grant.addresses["DB_CLUSTER_ARN"] == arn
    statement = next(s for s in grant.statements if s.sid == "RunStatements")
    assert list(statement.resources) == [arn]
    assert planned(dataApi=False).one(CLUSTER).get("enableHttpEndpoint") is False


def test_a_proxy_signs_in_with_iam_on_both_sides() -> None:
    sample = planned(proxy=True)
    proxy = sample.one("aws:rds/proxy:Proxy")
    assert proxy.get("defaultAuthScheme") == "IAM_AUTH"
    assert proxy.get("requireTls") is True
    target = sample.one("aws:rds/proxyTarget:ProxyTarget")
    assert sample.refers(target, "dbClusterIdentifier") == {"aurora"}
    writer, _reader = granted(proxy=True)
    assert {opening.target for opening in writer.openings} == {"aurora"}


def test_a_proxy_is_priced_for_eight_units_at_least() -> None:
    usage = {"aws:rds:Cluster": {"averageAcu": 0.5, "storageGb": 1, "ioRequests": 0, "backupGb": 0}}
    found = estimate(planned(proxy=True, monitoringSeconds=0).stack, usage, BOOK, "us-east-1")
    (line,) = [line for line in found.lines if line.price_id == "rds.proxy.vcpu_hour"]
    assert line.expected == Decimal("0.015") * 8 * 730


def test_aws_accepts_every_input_and_no_rule_is_broken() -> None:
    for sample in (planned(), planned(proxy=True, readers=2), planned(minAcu=0, deletionProtection=False)):
        assert check(sample.plan.resources) == []
    config = StackConfig.from_pulumi({"sample:tier": "prod"}, "sample", "test")
    broken = [
        f"{finding.policy} {finding.message}"
        for finding in guardrails.evaluate(planned().stack, config)
        if finding.level == "mandatory" and finding.policy.startswith(("RDS", "P.RDS", "IAM", "EC2"))
    ]
    assert broken == []


def test_a_customer_key_encrypts_everything_of_it() -> None:
    def create() -> None:
        from components.data.aurora import AuroraCluster

        AuroraCluster(
            "aurora",
            settings=data.aurora(),
            names=names(),
            vpc_id=data.VPC,
            subnet_ids=data.SUBNETS,
            zones=ZONES,
            log_retention_days=14,
            kms_key_arn=data.KEY,
        )

    sample = sample_of(create)
    cluster = sample.one(CLUSTER)
    assert (cluster.get("kmsKeyId"), cluster.get("masterUserSecretKmsKeyId")) == (data.KEY, data.KEY)
    assert sample.one("aws:cloudwatch/logGroup:LogGroup").get("kmsKeyId") == data.KEY
    assert {i.get("performanceInsightsKmsKeyId") for i in sample.all(INSTANCE)} == {data.KEY}
