"""Buckets: protections, lifecycle, policy, log delivery, copies, and what services receive."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.grant import Grant
from components.storage.bucket import lifecycle_rules
from guardrails.resource import ABSENT
from tests.support import data
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


def _create(key: str | None, prefix: str, **overrides: Any) -> Grant:
    from components.storage.bucket import Bucket
    from components.storage.bucket_access import BucketAccess

    logs = Bucket(
        "logs",
        bucket_name="logs",
        settings=data.bucket(versioned=False, receivesLogs=True, expireDays=30),
        names=names(),
        kms_key_arn=key,
    )
    BucketAccess("logs-access", bucket=logs, names=names())
    uploads = Bucket(
        "uploads",
        bucket_name="uploads",
        settings=data.bucket(**overrides),
        names=names(),
        log_bucket=logs,
        kms_key_arn=key,
    )
    BucketAccess("uploads-access", bucket=uploads, names=names(), statements=[{"Sid": "Readers"}])
    return uploads.grant("listings", prefix)


@functools.cache
def _planned(described: str, key: str | None, prefix: str) -> tuple[Sample, Grant]:
    made: dict[str, Grant] = {}
    sample = sample_of(lambda: made.update(grant=_create(key, prefix, **json.loads(described))))
    return sample, made["grant"]


def planned(key: str | None = None, **overrides: Any) -> Sample:
    """The plan of a bucket and a bucket for logs, made once."""
    return _planned(json.dumps(overrides), key, "")[0]


def statements(sample: Sample, name: str) -> dict[str, Any]:
    """Statements of a bucket's policy by id."""
    policy = next(p for p in sample.all(POLICY) if p.name == name)
    return {statement["Sid"]: statement for statement in json.loads(policy.get("policy"))["Statement"]}


@pytest.mark.requirement("PIKA-64")
def test_names_begin_with_system_and_stage_and_end_with_the_account() -> None:
    assert {b.get("bucket") for b in planned().all(BUCKET)} == {
        "shop-prod-logs-123456789012",
        "shop-prod-uploads-123456789012",
    }


@pytest.mark.requirement("PIKA-69")
def test_every_bucket_is_private_and_owned_by_the_account() -> None:
    sample = planned()
    for name in ("logs", "uploads"):
        block = next(b for b in sample.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock") if b.name == name)
        flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        assert all(block.get(flag) is True for flag in flags)
        ownership = next(
            o for o in sample.all("aws:s3/bucketOwnershipControls:BucketOwnershipControls") if o.name == name
        )
        assert ownership.get("rule.objectOwnership") == "BucketOwnerEnforced"


@pytest.mark.requirement("PIKA-65")
def test_s3_encrypts_with_its_own_key() -> None:
    for rule in planned().all(ENCRYPTION):
        assert rule.get("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm") == "AES256"


def test_a_customer_key_encrypts_all_but_the_logs() -> None:
    sample = planned(data.KEY)
    found = {r.name: r.get("rules[0]") for r in sample.all(ENCRYPTION)}
    assert found["uploads"] == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": data.KEY},
        "bucketKeyEnabled": True,
    }
    default = found["logs"]["applyServerSideEncryptionByDefault"]
    assert default["sseAlgorithm"] == "AES256"
    assert default.get("kmsMasterKeyId") is None


@pytest.mark.requirement("PIKA-66")
def test_versions_are_kept_where_asked() -> None:
    (versioning,) = planned().all("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.name == "uploads"
    assert versioning.get("versioningConfiguration.status") == "Enabled"


@pytest.mark.requirement("PIKA-67")
@pytest.mark.requirement("PIKA-68")
def test_objects_expire_and_move_as_configured() -> None:
    sample = planned(intelligentTieringDays=0)
    rules = {r.name: {rule["id"]: rule for rule in r.get("rules")} for r in sample.all(LIFECYCLE)}
    assert rules["logs"]["expire"]["expiration"]["days"] == 30
    assert rules["uploads"]["tier"]["transitions"] == [{"days": 0, "storageClass": "INTELLIGENT_TIERING"}]
    assert rules["uploads"]["expire-old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert "expire" not in rules["uploads"]
    assert "expire-old-versions" not in rules["logs"]


@pytest.mark.requirement("PIKA-31")
def test_browsers_may_call_from_the_sites_origin() -> None:
    assert planned().all("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration") == []
    cors = planned(cors={"origins": ["https://shop.example"]}).one(
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
    )
    assert cors.get("corsRules[0].allowedOrigins") == ["https://shop.example"]
    assert cors.get("corsRules[0].allowedMethods") == ["GET", "PUT", "HEAD"]


def test_access_is_logged_to_the_log_bucket_and_the_log_bucket_keeps_no_log_of_itself() -> None:
    sample = planned()
    logging = sample.one("aws:s3/bucketLogging:BucketLogging")
    assert sample.refers(logging, "bucket") == {"uploads"}
    assert sample.refers(logging, "targetBucket") == {"logs"}
    assert logging.get("targetPrefix") == "s3/uploads/"


def test_retained_buckets_are_protected_and_others_emptied_when_they_go() -> None:
    kept, gone = planned(), planned(retain=False)
    bucket = next(b for b in kept.all(BUCKET) if b.name == "uploads")
    assert kept.planned(bucket).protect
    assert kept.planned(bucket).retain_on_delete
    assert bucket.get("forceDestroy") is False
    bucket = next(b for b in gone.all(BUCKET) if b.name == "uploads")
    assert not gone.planned(bucket).protect
    assert bucket.get("forceDestroy") is True


def test_every_policy_refuses_requests_without_tls_and_adds_what_is_given() -> None:
    found = statements(planned(), "uploads-access")
    assert list(found) == ["TlsOnly", "Readers"]
    assert found["TlsOnly"] == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::shop-prod-uploads-123456789012", "arn:aws:s3:::shop-prod-uploads-123456789012/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_logs_are_delivered_for_this_account_alone() -> None:
    found = statements(planned(), "logs-access")
    assert set(found) == {"TlsOnly", "LoadBalancerLogs", "BucketLogs", "DeliveredLogs", "DeliveryChecks"}
    for sid, statement in found.items():
        if sid != "TlsOnly":
            assert "123456789012" in json.dumps([statement["Condition"], statement["Resource"]]), sid
            assert list(statement["Principal"]) == ["Service"]
    objects = "arn:aws:s3:::shop-prod-logs-123456789012/"
    assert found["LoadBalancerLogs"]["Resource"] == [
        f"{objects}AWSLogs/123456789012/*",
        f"{objects}*/AWSLogs/123456789012/*",
    ]
    assert found["BucketLogs"]["Resource"] == f"{objects}s3/*"


def test_a_service_may_use_its_folder_and_no_other() -> None:
    _, grant = _planned("{}", None, "listings")
    objects, listing = grant.statements
    assert list(objects.resources) == ["arn:aws:s3:::shop-prod-uploads-123456789012/listings/*"]
    assert list(listing.resources) == ["arn:aws:s3:::shop-prod-uploads-123456789012"]
    assert listing.conditions == {"StringLike": {"s3:prefix": ["listings", "listings/*"]}}
    assert grant.secrets == {"BUCKET_UPLOADS": "/shop/prod/buckets/uploads"}
    assert not any("*" in action for statement in grant.statements for action in statement.actions)


def test_a_service_without_a_folder_may_use_the_whole_bucket_and_its_key() -> None:
    _, grant = _planned("{}", data.KEY, "")
    assert list(grant.statements[0].resources) == ["arn:aws:s3:::shop-prod-uploads-123456789012/*"]
    assert grant.statements[1].conditions == {}
    assert list(grant.statements[2].resources) == [data.KEY]
    assert grant.statements[2].conditions == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def _copy(key: str | None = None, region: str = "us-west-2", **overrides: Any) -> None:
    from components.storage.bucket import Bucket
    from components.storage.bucket_replication import BucketReplication

    bucket = Bucket("uploads", bucket_name="uploads", settings=data.bucket(**overrides), names=names(), kms_key_arn=key)
    BucketReplication("uploads-west", bucket=bucket, region=region, names=names())


@functools.cache
def copied(key: str | None = None) -> Sample:
    """The plan of a bucket and its copy."""
    return sample_of(lambda: _copy(key, cors={"origins": ["https://shop.example"]}, expireDays=90))


@pytest.mark.requirement("PIKA-70")
def test_the_copy_is_in_the_second_region_with_the_same_protections() -> None:
    sample = copied()
    copy = sample.one(BUCKET, region="us-west-2")
    assert copy.get("bucket") == "shop-prod-uploads-copy-123456789012"
    assert sample.planned(copy).protect
    parts = [r for r in sample.stack.resources if r.type.startswith("aws:s3/") and r.get("region") == "us-west-2"]
    assert {r.type.rpartition(":")[2] for r in parts} == {
        "Bucket",
        "BucketLifecycleConfiguration",
        "BucketOwnershipControls",
        "BucketPolicy",
        "BucketPublicAccessBlock",
        "BucketServerSideEncryptionConfiguration",
        "BucketVersioning",
    }


@pytest.mark.requirement("PIKA-70")
def test_everything_is_copied_and_deletions_too() -> None:
    sample = copied()
    config = sample.one(REPLICATION)
    assert sample.refers(config, "bucket") == {"uploads"}
    assert sample.refers(config, "rules") == {"uploads-west-copy"}
    (rule,) = config.get("rules")
    assert rule["status"] == "Enabled"
    assert rule["deleteMarkerReplication"] == {"status": "Enabled"}
    versioning = {r.urn for r in sample.all("aws:s3/bucketVersioning:BucketVersioning")}
    assert versioning <= set(config.dependencies), "both sides keep versions before replication begins"


def test_the_copying_role_reads_one_bucket_and_writes_the_other() -> None:
    policy = json.loads(copied().one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    allowed = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    assert allowed == {
        "ReadSource": ["arn:aws:s3:::shop-prod-uploads-123456789012"],
        "ReadVersions": ["arn:aws:s3:::shop-prod-uploads-123456789012/*"],
        "WriteCopies": ["arn:aws:s3:::shop-prod-uploads-copy-123456789012/*"],
    }


def test_objects_under_a_customer_key_are_copied_under_a_key_of_the_second_region() -> None:
    sample = copied(data.KEY)
    (rule,) = sample.one(REPLICATION).get("rules")
    west = "arn:aws:kms:us-west-2:123456789012:alias/aws/s3"
    assert rule["destination"]["encryptionConfiguration"] == {"replicaKmsKeyId": west}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    encryption = sample.one(ENCRYPTION, region="us-west-2")
    assert encryption.get("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId") == west
    policy = json.loads(sample.one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    by_id = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_id["DecryptSource"]["Resource"] == [data.KEY]
    assert by_id["EncryptCopies"]["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/aws/s3"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"versioned": False}, "buckets.uploads: replicate needs versioned: true"),
        ({"region": "us-east-1"}, "buckets.uploads: secondaryRegion us-east-1 is the stack's own region"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(arguments: dict[str, Any], message: str) -> None:
    result = plan_of(lambda: _copy(**arguments))
    assert result.error is not None
    assert message in result.error.message


@given(
    expire=st.none() | st.integers(1, 4000),
    tier=st.none() | st.integers(0, 4000),
    versioned=st.booleans(),
    noncurrent=st.integers(1, 4000),
)
def test_every_rule_is_on_and_has_an_id_of_its_own(
    expire: int | None, tier: int | None, versioned: bool, noncurrent: int
) -> None:
    rules = lifecycle_rules(
        data.bucket(
            expireDays=expire, intelligentTieringDays=tier, versioned=versioned, noncurrentExpireDays=noncurrent
        )
    )
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["status"] == "Enabled" for rule in rules)
    assert rules[0]["abort_incomplete_multipart_upload"] == {"days_after_initiation": 7}
    assert len(rules) == 1 + (expire is not None) + (tier is not None) + versioned


def test_nothing_is_created_with_an_acl() -> None:
    assert all(b.get("acl") is ABSENT for b in planned().all(BUCKET))
