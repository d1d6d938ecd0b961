"""Data, cache, storage, secrets and compliance rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, UNKNOWN
from tests.support.stacks import Planned, planned, reviewed

TABLE, FUNCTION = "aws:dynamodb/table:Table", "aws:lambda/function:Function"
DATABASE = "aws:rds/instance:Instance"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
POLICY = "aws:iam/rolePolicy:RolePolicy"
DOCUMENTS = "bucket-documents"


def only(plan: Planned, token: str, name: str) -> Any:
    """The resource of a type with a logical name."""
    (found,) = [resource for resource in plan.all(token) if resource.name == name]
    return found


def statements(plan: Planned, role: str) -> list[dict[str, Any]]:
    """What a role's policy allows, as far as it is known before deployment."""
    return json.loads(only(plan, POLICY, role).get("policy"))["Statement"]


@pytest.mark.requirement("PRATIKO-58")
def test_one_table_with_pk_and_sk(prod: Planned) -> None:
    table = prod.one(TABLE)
    assert (table.get("name"), table.get("hashKey"), table.get("rangeKey")) == ("pratiko-mcp-prod", "pk", "sk")
    assert {(a["name"], a["type"]) for a in table.get("attributes")} == {
        (name, "S") for name in ("pk", "sk", "gsi1pk", "gsi1sk")
    }


@pytest.mark.requirement("PRATIKO-59")
@pytest.mark.requirement("PRATIKO-65")
def test_one_index_of_twenty(prod: Planned) -> None:
    (index,) = prod.one(TABLE).get("globalSecondaryIndexes")
    assert [key["attributeName"] for key in index["keySchemas"]] == ["gsi1pk", "gsi1sk"]
    assert index["projectionType"] == "ALL"


@pytest.mark.requirement("PRATIKO-60")
def test_old_items_expire(prod: Planned) -> None:
    assert prod.one(TABLE).get("ttl") == {"enabled": True, "attributeName": "ttl"}


@pytest.mark.requirement("PRATIKO-61")
def test_capacity_is_paid_by_request_or_provisioned_at_25(prod: Planned) -> None:
    assert prod.one(TABLE).get("billingMode") == "PAY_PER_REQUEST"
    capacity = {"read": {"min": 25, "max": 100}, "write": {"min": 25, "max": 100}}
    plan = planned("pratikoai-mcp", "prod", tables={"main": {"provisioned": capacity}})
    table = plan.one(TABLE)
    assert (table.get("billingMode"), table.get("readCapacity"), table.get("writeCapacity")) == ("PROVISIONED", 25, 25)


@pytest.mark.requirement("PRATIKO-62")
@pytest.mark.requirement("PRATIKO-63")
@pytest.mark.requirement("PRATIKO-64")
def test_the_table_is_restorable_encrypted_and_protected(prod: Planned) -> None:
    table = prod.one(TABLE)
    assert table.get("pointInTimeRecovery.enabled") is True
    assert table.get("serverSideEncryption.enabled") is True
    assert prod.refers(table, "serverSideEncryption") == {"key"}
    assert table.get("deletionProtectionEnabled") is True
    assert reviewed("pratikoai-mcp", "prod").plan.by_urn[table.urn].protect


@pytest.mark.requirement("PRATIKO-66")
@pytest.mark.requirement("PRATIKO-67")
def test_staging_has_a_small_private_postgres_with_backups(staging: Planned) -> None:
    database = staging.one(DATABASE)
    expected = {
        "engine": "postgres",
        "engineVersion": "16",
        "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "instanceClass": "db.t3.micro",
        "allocatedStorage": 20,
        "multiAz": False,
        "publiclyAccessible": False,
        "storageEncrypted": True,
        "backupRetentionPeriod": 7,
    }
    assert {key: database.get(key) for key in expected} == expected


@pytest.mark.requirement("PRATIKO-69")
def test_a_standby_is_one_line_away() -> None:
    plan = planned("pratikoai-mcp", "staging", database={"multiAz": True})
    assert plan.one(DATABASE).get("multiAz") is True


@pytest.mark.requirement("PRATIKO-70")
@pytest.mark.requirement("PRATIKO-77")
@pytest.mark.requirement("PRATIKO-78")
def test_documents_are_versioned_encrypted_and_private(every: Planned) -> None:
    assert only(every, "aws:s3/bucket:Bucket", DOCUMENTS).get("bucket").startswith("pratikoai-mcp-")
    versioning = only(every, "aws:s3/bucketVersioning:BucketVersioning", DOCUMENTS)
    assert versioning.get("versioningConfiguration.status") == "Enabled"
    encryption = only(
        every, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", DOCUMENTS
    )
    assert encryption.get("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm") == "aws:kms"
    block = only(every, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", DOCUMENTS)
    for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        assert block.get(flag) is True
    policy = json.loads(only(every, "aws:s3/bucketPolicy:BucketPolicy", f"{DOCUMENTS}-access").get("policy"))
    assert any(
        s["Effect"] == "Deny" and s["Condition"].get("Bool", {}).get("aws:SecureTransport") == "false"
        for s in policy["Statement"]
    )


@pytest.mark.requirement("PRATIKO-79")
@pytest.mark.requirement("PRATIKO-80")
@pytest.mark.requirement("PRATIKO-81")
@pytest.mark.requirement("PRATIKO-82")
def test_documents_grow_cheaper_and_old_versions_go(every: Planned) -> None:
    rules = {rule["id"]: rule for rule in only(every, LIFECYCLE, DOCUMENTS).get("rules")}
    assert rules["transition_to_ia"]["transitions"] == [{"days": 30, "storageClass": "STANDARD_IA"}]
    assert rules["transition_to_glacier"]["transitions"] == [{"days": 90, "storageClass": "GLACIER"}]
    assert rules["delete_old_versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 365}
    aborts = [
        rule["abortIncompleteMultipartUpload"] for rule in rules.values() if "abortIncompleteMultipartUpload" in rule
    ]
    assert aborts == [{"daysAfterInitiation": 7}]
    assert {rule["status"] for rule in rules.values()} == {"Enabled"}


@pytest.mark.requirement("PRATIKO-83")
def test_uploads_are_accelerated_in_prod(prod: Planned, staging: Planned) -> None:
    token = "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration"  # noqa: S105 - a type
    assert prod.one(token).get("status") == "Enabled"
    assert not staging.all(token)
    (api,) = [f for f in prod.all(FUNCTION) if f.name == "api"]
    assert api.get("environment.variables")["UPLOAD_ACCELERATION"] == "true"


@pytest.mark.requirement("PRATIKO-84")
def test_intelligent_tiering_takes_the_place_of_fixed_ages(prod: Planned) -> None:
    token = "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"  # noqa: S105 - a type
    assert not prod.all(token)
    tiered = {"transitions": [], "intelligentTieringDays": 0, "intelligentArchiveDays": 90}
    plan = planned("pratikoai-mcp", "prod", buckets={"documents": tiered})
    assert plan.one(token).get("tierings") == [{"accessTier": "ARCHIVE_ACCESS", "days": 90}]
    assert "STANDARD_IA" not in json.dumps(only(plan, LIFECYCLE, DOCUMENTS).get("rules"))


@pytest.mark.requirement("PRATIKO-85")
def test_documents_are_copied_where_a_second_region_is_named(prod: Planned) -> None:
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"  # noqa: S105 - a type
    assert not prod.all(token)
    plan = planned("pratikoai-mcp", "prod", secondaryRegion="us-west-2", buckets={"documents": {"replicate": True}})
    assert [rule["status"] for rule in plan.one(token).get("rules")] == ["Enabled"]


@pytest.mark.requirement("PRATIKO-72")
@pytest.mark.requirement("PRATIKO-141")
def test_the_table_has_a_replica_where_a_second_region_is_named(prod: Planned) -> None:
    assert prod.one(TABLE).get("replicas") is ABSENT
    key = "arn:aws:kms:us-west-2:432109876543:key/1f0c3b9a-7e24-68d0-c1b3-f5a7986e4d2c"
    table = {"main": {"replicate": True, "replicaKeyArn": key}}
    plan = planned("pratikoai-mcp", "prod", secondaryRegion="us-west-2", tables=table)
    assert [replica["regionName"] for replica in plan.one(TABLE).get("replicas")] == ["us-west-2"]


@pytest.mark.requirement("PRATIKO-86")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_access_to_documents_is_logged(stage: str) -> None:
    plan = planned("pratikoai-mcp", stage)
    logging = only(plan, "aws:s3/bucketLogging:BucketLogging", DOCUMENTS)
    assert plan.refers(logging, "targetBucket") == {"bucket-logs"}


@pytest.mark.requirement("PRATIKO-71")
def test_hot_keys_can_be_shown(prod: Planned) -> None:
    token = "aws:dynamodb/contributorInsights:ContributorInsights"  # noqa: S105 - a type
    assert not prod.all(token)
    plan = planned("pratikoai-mcp", "prod", tables={"main": {"contributorInsights": True}})
    assert plan.refers(plan.one(token), "tableName") == {"table-main"}


@pytest.mark.requirement("PRATIKO-73")
def test_staging_has_one_small_encrypted_redis(staging: Planned) -> None:
    cache = staging.one("aws:elasticache/replicationGroup:ReplicationGroup")
    assert (cache.get("engine"), cache.get("nodeType"), cache.get("numCacheClusters")) == (
        "redis",
        "cache.t4g.micro",
        1,
    )
    assert cache.get("atRestEncryptionEnabled") is True
    assert cache.get("transitEncryptionEnabled") is True


@pytest.mark.requirement("PRATIKO-87")
def test_rds_keeps_the_administrators_password(staging: Planned) -> None:
    database = staging.one(DATABASE)
    assert database.get("manageMasterUserPassword") is True
    assert database.get("password") is ABSENT


@pytest.mark.requirement("PRATIKO-88")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_the_signing_key_is_a_secret_and_its_public_half_is_not(stage: str) -> None:
    plan = planned("pratikoai-mcp", stage)
    secret = plan.one("aws:secretsmanager/secret:Secret")
    assert secret.get("name") == f"pratiko/{stage}/jwt"
    assert plan.refers(secret, "kmsKeyId") == {"key"}
    if stage == "prod":
        readers = {name for name in ("api", "authorizer", "tokens", "live", "documents") if reads_secret(plan, name)}
        assert readers == {"tokens"}
        (authorizer,) = [f for f in plan.all(FUNCTION) if f.name == "authorizer"]
        variables = authorizer.get("environment.variables")
        assert "JWT_NAME" not in variables
        (key,) = json.loads(variables["JWT_PUBLIC_KEYS"])["keys"]
        assert (key["alg"], key["kty"]) == ("RS256", "RSA")
        assert "d" not in key


def reads_secret(plan: Planned, role: str) -> bool:
    """Whether a role may read a secret."""
    documents = [p.get("policy") for p in plan.all(POLICY) if p.name in (role, f"{role}-made")]
    (function,) = [f for f in plan.all(FUNCTION) if f.name == role]
    named = "JWT_NAME" in function.get("environment.variables")
    known = any("secretsmanager:GetSecretValue" in d for d in documents if d is not UNKNOWN)
    return named or known


@pytest.mark.requirement("PRATIKO-90")
def test_the_key_rotates(every: Planned) -> None:
    assert every.one("aws:kms/key:Key").get("enableKeyRotation") is True


@pytest.mark.requirement("PRATIKO-111")
@pytest.mark.parametrize("role", ["api", "tokens", "live", "documents"])
def test_functions_touch_items_by_key_and_delete_none(prod: Planned, role: str) -> None:
    table = "arn:aws:dynamodb:us-east-1:432109876543:table/pratiko-mcp-prod"
    found = [s for s in statements(prod, role) if any(a.startswith("dynamodb:") for a in s["Action"])]
    actions = {action for statement in found for action in statement["Action"]}
    assert actions == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"}
    assert {resource for s in found for resource in s["Resource"]} == {table, f"{table}/index/*"}
    assert not any("Condition" in statement for statement in found)


@pytest.mark.requirement("PRATIKO-111")
def test_who_checks_tokens_touches_no_item(prod: Planned) -> None:
    assert "dynamodb:" not in only(prod, POLICY, "authorizer").get("policy")


@pytest.mark.requirement("PRATIKO-116")
def test_erasure_has_a_role_of_its_own(prod: Planned) -> None:
    actions = {action for statement in statements(prod, "erasure") for action in statement["Action"]}
    assert {"dynamodb:DeleteItem", "s3:DeleteObjectVersion"} <= actions
    for policy in prod.all(POLICY):
        if not policy.name.startswith("erasure") and policy.get("policy") is not UNKNOWN:
            assert "dynamodb:DeleteItem" not in policy.get("policy"), policy.name


@pytest.mark.requirement("PRATIKO-113")
def test_the_account_has_a_validated_trail() -> None:
    plan = planned("account-baseline", "prod", encryption={"customerKey": True})
    trail = plan.one("aws:cloudtrail/trail:Trail")
    assert (trail.get("enableLogFileValidation"), trail.get("isMultiRegionTrail")) == (True, True)
    assert plan.refers(trail, "kmsKeyId") == {"key"}


@pytest.mark.requirement("PRATIKO-114")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_config_watches_buckets(stage: str) -> None:
    rules = planned("pratikoai-mcp", stage).all("aws:cfg/rule:Rule")
    assert {"S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"} <= {
        rule.get("source.sourceIdentifier") for rule in rules
    }
    assert planned("account-baseline", stage).all("aws:cfg/recorder:Recorder")


@pytest.mark.requirement("PRATIKO-118")
def test_no_rule_about_encryption_is_broken(every: Planned, stage: str) -> None:
    del every
    findings = reviewed("pratikoai-mcp", stage).findings
    assert not [f for f in findings if f.level == "mandatory"]
    assert not [f for f in findings if "encrypt" in f.message.lower() and not f.policy.startswith("ELB.")]


@pytest.mark.requirement("PRATIKO-25")
def test_shield_advanced_is_not_bought(prod: Planned) -> None:
    assert "aws:shield/subscription:Subscription" not in prod.types()
