"""Data, cache, storage and secrets rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, UNKNOWN, Resource
from tests.support.stacks import Planned, planned

DB, GROUP = "aws:rds/instance:Instance", "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
BUCKET = "aws:s3/bucket:Bucket"
BUCKETS = ("static", "uploads", "backups", "logs")


def parameter(plan: Planned, name: str) -> Any:
    (value,) = [p["value"] for p in plan.one(GROUP).get("parameters") if p["name"] == name]
    return value


def setting(plan: Planned, token: str, bucket: str) -> Resource:
    """The settings resource of a bucket."""
    target = plan.one(BUCKET, bucket=f"pika-prod-{bucket}-210987654321")
    (found,) = [r for r in plan.all(token) if target.urn in r.property_dependencies["bucket"]]
    return found


@pytest.mark.requirement("PIKA-47")
def test_the_database_as_shipped_and_as_drawn(prod: Planned, drawn: Planned) -> None:
    for plan, size in ((prod, "db.t4g.micro"), (drawn, "db.t3.micro")):
        database = plan.one(DB)
        assert database.get("engine") == "postgres"
        assert int(str(database.get("engineVersion")).split(".")[0]) >= 16
        assert database.get("instanceClass") == size
        assert (database.get("allocatedStorage"), database.get("storageType")) == (20, "gp3")
        assert database.get("storageEncrypted") is True
        assert database.get("engineLifecycleSupport") == "open-source-rds-extended-support-disabled"


@pytest.mark.requirement("PIKA-48")
def test_the_database_is_in_one_zone(prod: Planned) -> None:
    assert prod.one(DB).get("multiAz") is False


@pytest.mark.requirement("PIKA-49")
def test_backups_are_kept_for_seven_days(prod: Planned) -> None:
    database = prod.one(DB)
    assert database.get("backupRetentionPeriod") == 7
    assert database.get("copyTagsToSnapshot") is True
    assert database.get("deletionProtection") is True
    assert database.protect


@pytest.mark.requirement("PIKA-50")
def test_the_parameter_group_belongs_to_the_major_version(prod: Planned) -> None:
    assert prod.one(GROUP).get("family") == "postgres16"


@pytest.mark.requirement("PIKA-51")
def test_enhanced_monitoring_every_minute(prod: Planned) -> None:
    assert prod.one(DB).get("monitoringInterval") == 60
    assert prod.one(DB).is_set("monitoringRoleArn")


@pytest.mark.requirement("PIKA-52")
def test_performance_insights_for_seven_days(prod: Planned) -> None:
    database = prod.one(DB)
    assert database.get("performanceInsightsEnabled") is True
    assert database.get("performanceInsightsRetentionPeriod") == 7
    assert database.get("databaseInsightsMode") == "standard"


@pytest.mark.requirement("PIKA-53")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_the_database_insists_on_tls(stage: str) -> None:
    assert str(parameter(planned("pika", stage), "rds.force_ssl")) == "1"


@pytest.mark.requirement("PIKA-55")
def test_every_service_has_its_own_database_user(drawn: Planned) -> None:
    names = {s.get("name") for s in drawn.all("aws:secretsmanager/secret:Secret")}
    users = ("api-gateway", "users", "listings", "orders", "payments", "messaging", "search")
    assert names >= {f"pika/prod/db/{user}" for user in users}


@pytest.mark.requirement("PIKA-55")
def test_as_shipped_the_users_are_free_parameters(prod: Planned) -> None:
    found = {p.get("name"): p for p in prod.all("aws:ssm/parameter:Parameter")}
    for user in ("users", "listings", "search"):
        assert found[f"/pika/prod/db/{user}"].get("type") == "SecureString"


@pytest.mark.requirement("PIKA-55")
def test_a_service_reads_no_other_services_secret(prod: Planned) -> None:
    for policy in prod.all("aws:iam/rolePolicy:RolePolicy"):
        text = json.dumps(policy.get("policy")) if policy.get("policy") is not UNKNOWN else ""
        users = {
            name for name in ("users", "listings", "orders", "payments", "search") if f"/pika/prod/db/{name}" in text
        }
        assert len(users) <= 1, policy.name


@pytest.mark.requirement("PIKA-56")
def test_replica_and_proxy_are_switches(prod: Planned) -> None:
    assert not prod.all("aws:rds/proxy:Proxy")
    plan = planned("pika", "prod", database={"readReplica": True, "proxy": True, "userStore": "secrets-manager"})
    assert len([d for d in plan.all(DB) if d.is_set("replicateSourceDb")]) == 1
    plan.one("aws:rds/proxy:Proxy")


@pytest.mark.requirement("PIKA-57")
def test_a_standby_is_a_switch() -> None:
    assert planned("pika", "prod", database={"multiAz": True}).one(DB).get("multiAz") is True


@pytest.mark.requirement("PIKA-59")
def test_the_cache_as_drawn(drawn: Planned) -> None:
    cache = drawn.one(CACHE)
    assert (cache.get("engine"), cache.get("engineVersion")) == ("redis", "7.0")
    assert cache.get("nodeType") == "cache.t3.micro"
    assert cache.get("numCacheClusters") == 1
    assert cache.get("parameterGroupName") == "default.redis7"
    assert cache.get("automaticFailoverEnabled") is False


@pytest.mark.requirement("PIKA-59")
def test_the_cache_as_shipped_is_the_cheaper_drop_in(prod: Planned) -> None:
    cache = prod.one(CACHE)
    assert (cache.get("engine"), cache.get("nodeType"), cache.get("numCacheClusters")) == (
        "valkey",
        "cache.t4g.micro",
        1,
    )


@pytest.mark.requirement("PIKA-60")
def test_a_snapshot_a_day_for_a_day(prod: Planned) -> None:
    assert prod.one(CACHE).get("snapshotRetentionLimit") == 1
    assert prod.one(CACHE).get("snapshotWindow") == "03:00-04:00"


@pytest.mark.requirement("PIKA-61")
def test_the_cache_is_encrypted_both_ways(prod: Planned) -> None:
    assert prod.one(CACHE).get("atRestEncryptionEnabled") is True
    assert prod.one(CACHE).get("transitEncryptionEnabled") is True


@pytest.mark.requirement("PIKA-62")
def test_services_get_the_cache_by_reference(prod: Planned) -> None:
    for task in prod.all("aws:ecs/taskDefinition:TaskDefinition"):
        (definition,) = json.loads(task.get("containerDefinitions"))
        if definition["name"] in {"users", "search", "orders"}:
            assert any(entry["name"] == "REDIS_URL" for entry in definition["secrets"])


@pytest.mark.requirement("PIKA-63")
def test_the_cache_node_is_configuration() -> None:
    assert (
        planned("pika", "prod", cache={"nodeType": "cache.t4g.small"}).one(CACHE).get("nodeType") == "cache.t4g.small"
    )


@pytest.mark.requirement("PIKA-64")
def test_four_buckets_and_the_site_alone_behind_the_cdn(prod: Planned) -> None:
    home = [b for b in prod.all(BUCKET) if b.get("region") in (ABSENT, "us-east-1")]
    assert {b.get("bucket") for b in home} == {f"pika-prod-{name}-210987654321" for name in BUCKETS}
    distribution = prod.one("aws:cloudfront/distribution:Distribution")
    behind = {r.name for r in prod.stack.referenced(distribution, "origins") if r.type == BUCKET}
    assert len(behind) == 1
    assert "static" in behind.pop()


@pytest.mark.requirement("PIKA-65")
@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_encrypted(prod: Planned, bucket: str) -> None:
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"  # noqa: S105
    found = setting(prod, token, bucket)
    assert found.get("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm") == "AES256"


@pytest.mark.requirement("PIKA-66")
@pytest.mark.parametrize("bucket", ["uploads", "backups", "static"])
def test_critical_buckets_keep_versions(prod: Planned, bucket: str) -> None:
    found = setting(prod, "aws:s3/bucketVersioning:BucketVersioning", bucket)
    assert found.get("versioningConfiguration.status") == "Enabled"


@pytest.mark.requirement("PIKA-67")
def test_logs_expire_after_30_days(prod: Planned) -> None:
    found = setting(prod, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "logs")
    assert 30 in found.all("rules[].expiration.days")


@pytest.mark.requirement("PIKA-68")
def test_uploads_are_tiered(prod: Planned) -> None:
    found = setting(prod, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "uploads")
    assert "INTELLIGENT_TIERING" in found.all("rules[].transitions[].storageClass")


@pytest.mark.requirement("PIKA-69")
def test_no_bucket_is_public(every: Planned) -> None:
    blocks = every.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert len(blocks) == len(every.all(BUCKET))
    for block in blocks:
        for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
            assert block.get(flag) is True


@pytest.mark.requirement("PIKA-70")
def test_critical_buckets_are_copied_to_the_second_region(prod: Planned) -> None:
    replications = prod.all("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    assert len(replications) == 3
    for replication in replications:
        assert set(replication.all("rules[].status")) == {"Enabled"}
        copies = [b for b in prod.stack.referenced(replication, "rules") if b.get("region") == "us-west-2"]
        assert len(copies) == 1


@pytest.mark.requirement("PIKA-71")
def test_credentials_come_by_reference(every: Planned) -> None:
    for task in every.all("aws:ecs/taskDefinition:TaskDefinition"):
        for definition in json.loads(task.get("containerDefinitions")):
            plain = {entry["name"] for entry in definition["environment"]}
            assert not plain & {"DATABASE_SECRET", "JWT_SECRET", "FIREBASE_ADMIN", "REDIS_URL"}
            for entry in definition["secrets"]:
                assert entry["valueFrom"].startswith(("/pika/", "arn:aws:secretsmanager:"))


@pytest.mark.requirement("PIKA-71")
def test_the_jwt_key_is_in_secrets_manager(prod: Planned) -> None:
    assert "pika/prod/jwt" in {s.get("name") for s in prod.all("aws:secretsmanager/secret:Secret")}


@pytest.mark.requirement("PIKA-72")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_rds_manages_the_master_password(stage: str) -> None:
    database = planned("pika", stage).one(DB)
    assert database.get("manageMasterUserPassword") is True
    assert not database.is_set("password")


@pytest.mark.requirement("PIKA-73")
def test_rotation_is_a_switch(prod: Planned) -> None:
    token = "aws:secretsmanager/secretRotation:SecretRotation"  # noqa: S105
    assert not prod.all(token)
    arn = "arn:aws:lambda:us-east-1:210987654321:function:rotate"
    plan = planned("pika", "prod", secrets={"jwt": {"rotationLambdaArn": arn, "rotationDays": 7}})
    assert plan.one(token).get("rotationRules.automaticallyAfterDays") == 7
