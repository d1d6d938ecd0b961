"""Amazon S3: private, encrypted in transit, logged and cleaned up. The bucket is judged with what is attached to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails import documents
from guardrails.checks import every, has_value, is_true, not_false
from guardrails.documents import Statement
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, On, Outcome, Scope, declare, undecided

BUCKET: Final = "aws:s3/bucket:Bucket"
ACL: Final = "aws:s3/bucketAcl:BucketAcl"
POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
REPLICATION: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
NOTIFICATION: Final = "aws:s3/bucketNotification:BucketNotification"
DIRECTORY: Final = "aws:s3/directoryBucket:DirectoryBucket"
OBJECT_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

FLAGS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
#: Where AWS services are told to put logs: the bucket that such a property names is a log bucket.
_LOG_TARGETS: Final = {
    LOGGING: ("targetBucket",),
    "aws:lb/loadBalancer:LoadBalancer": ("accessLogs", "connectionLogs"),
    "aws:cloudfront/distribution:Distribution": ("loggingConfig",),
    "aws:ec2/flowLog:FlowLog": ("logDestination",),
    "aws:cloudtrail/trail:Trail": ("s3BucketName",),
    "aws:cfg/deliveryChannel:DeliveryChannel": ("s3BucketName",),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("logDestinationConfigs",),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("deliveryDestinationConfiguration",),
}
_READ: Final = ("s3:GetObject", "s3:ListBucket", "s3:GetObjectVersion")
_WRITE: Final = ("s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl", "s3:PutBucketPolicy", "s3:DeleteBucket")


def attached(bucket: Resource, scope: Scope, token: str) -> tuple[Resource, ...]:
    """Resources of type ``token`` that are about the bucket."""
    return scope.attached(bucket, token, "bucket", "bucket")


def is_log_bucket(bucket: Resource, scope: Scope) -> bool:
    """True when some service of the stack is told to put its logs there."""
    return any(scope.stack.referring(bucket, token, prop) for token, props in _LOG_TARGETS.items() for prop in props)


def _blocks(bucket: Resource, scope: Scope, flag: str) -> bool:
    return any(block.get(flag) is True for block in attached(bucket, scope, PUBLIC_ACCESS))


def _acls(bucket: Resource, scope: Scope) -> Iterator[tuple[Resource, str]]:
    yield bucket, "acl"
    for acl in attached(bucket, scope, ACL):
        yield acl, "acl"


def _public(bucket: Resource, scope: Scope, canned: tuple[str, ...], actions: tuple[str, ...]) -> Iterator[Outcome]:
    if not _blocks(bucket, scope, "ignorePublicAcls"):
        for holder, path in _acls(bucket, scope):
            acl = holder.get(path)
            if acl is UNKNOWN:
                yield On(holder, undecided(path))
            elif acl in canned:
                yield On(holder, f"{path} {acl} opens the bucket to everybody")
    if not _blocks(bucket, scope, "restrictPublicBuckets"):
        for holder in (bucket, *attached(bucket, scope, POLICY)):
            found, instead = documents.statements(holder, "policy")
            if instead:
                yield instead
            for index, statement in enumerate(found):
                opened = [action for action in actions if statement.public and statement.allows(action)]
                if opened:
                    yield On(holder, f"policy {statement.label(index)} allows {', '.join(opened)} to everybody")


def _public_read(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    return _public(bucket, scope, ("public-read", "public-read-write", "authenticated-read"), _READ)


def _public_write(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    return _public(bucket, scope, ("public-read-write",), _WRITE)


_ACCESS_READS: Final = {ACL: ("bucket", "acl"), POLICY: ("bucket", "policy"), PUBLIC_ACCESS: ("bucket", *FLAGS)}

declare(
    "S3.2",
    "critical",
    Kind.EXPOSURE,
    "S3 general purpose buckets should block public read access",
    types=BUCKET,
    reads=("acl", "policy", "bucket"),
    related=_ACCESS_READS,
    check=_public_read,
    why="Everybody on the internet could list and read the objects.",
    fix="remove the public ACL or statement; serve files through CloudFront with an origin access control",
    waivable=False,
)

declare(
    "S3.3",
    "critical",
    Kind.EXPOSURE,
    "S3 general purpose buckets should block public write access",
    types=BUCKET,
    reads=("acl", "policy", "bucket"),
    related=_ACCESS_READS,
    check=_public_write,
    why="Everybody on the internet could replace or delete the objects, and run up the bill.",
    fix="remove the public ACL or statement; hand out presigned URLs for uploads",
    waivable=False,
)


def _denies_plain_http(statement: Statement) -> bool:
    everybody = any(value == "*" for _, value in statement.principals)
    everything = any(action in ("*", "s3:*") for action in statement.actions)
    plain_http = any(
        operator.removesuffix("ifexists") == "bool" and values == ("false",)
        for operator, values in statement.conditions_on("aws:SecureTransport")
    )
    objects = any(resource == "*" or resource.endswith("/*") for resource in statement.resources)
    itself = any(resource == "*" or not resource.endswith("/*") for resource in statement.resources)
    return not statement.allow and everybody and everything and plain_http and objects and itself


def _tls_only(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    waiting: Outcome | None = None
    for holder in (bucket, *attached(bucket, scope, POLICY)):
        found, instead = documents.statements(holder, "policy")
        if any(_denies_plain_http(statement) for statement in found):
            return
        waiting = waiting or instead
    yield waiting or "no bucket policy denies requests without TLS on the bucket and on its objects"


declare(
    "S3.5",
    "medium",
    Kind.ENCRYPTION,
    "S3 general purpose buckets should require requests to use SSL",
    types=BUCKET,
    reads=("policy", "bucket"),
    related={POLICY: ("bucket", "policy")},
    check=_tls_only,
    why="Without the statement S3 also answers over plain HTTP, where objects and signatures can be read on the way.",
    fix='BucketPolicy with Deny s3:* to "*" on the bucket and its /* when {"Bool": {"aws:SecureTransport": "false"}}',
)

_FOREIGN: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


def _foreign_account(statement: Statement, _scope: Scope) -> Iterator[str]:
    others = [value for kind, value in statement.principals if kind == "AWS"]
    given = [action for action in _FOREIGN if statement.allows(action)]
    if given and (others or statement.public):
        yield f"lets an account change the bucket's own access: {', '.join(given)}"


declare(
    "S3.6",
    "high",
    Kind.EXPOSURE,
    "S3 general purpose bucket policies should restrict access to other AWS accounts",
    types=POLICY,
    reads=("policy",),
    check=documents.allowing("policy", _foreign_account),
    why="A principal that may rewrite the bucket's policy or ACL owns the bucket in all but name.",
    fix="name the object actions that the principal needs and leave bucket administration to the deploying role",
)


def blocks_public_access(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    """What the bucket lacks of the four flags."""
    blocks = attached(bucket, scope, PUBLIC_ACCESS)
    if not blocks:
        yield "has no BucketPublicAccessBlock"
    for found in blocks:
        for flag in FLAGS:
            value = found.get(flag)
            if value is UNKNOWN:
                yield On(found, undecided(flag))
            elif value is not True:
                yield On(found, f"{flag} is {'not set' if value is ABSENT else 'false'}; it must be true")


declare(
    "S3.8",
    "high",
    Kind.EXPOSURE,
    "S3 general purpose buckets should block public access",
    types=BUCKET,
    reads=("bucket",),
    related={PUBLIC_ACCESS: ("bucket", *FLAGS)},
    check=blocks_public_access,
    why="The four flags are the guard that holds when a policy or an ACL is opened by mistake.",
    fix="BucketPublicAccessBlock(bucket=bucket.id, block_public_acls=True, block_public_policy=True, "
    "ignore_public_acls=True, restrict_public_buckets=True)",
    waivable=False,
)


def _access_log(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if not (bucket.is_set("logging") or attached(bucket, scope, LOGGING) or is_log_bucket(bucket, scope)):
        yield "has no server access log"


declare(
    "S3.9",
    "medium",
    Kind.PRODUCTION,
    "S3 general purpose buckets should have server access logging enabled",
    types=BUCKET,
    reads=("logging", "bucket"),
    related={LOGGING: ("bucket", "targetBucket")},
    check=_access_log,
    references=("logging",),
    why="After a leak the access log is the only record of who read which object. A bucket that itself receives logs "
    "is exempt: it would log its own writes for ever.",
    fix='BucketLogging(bucket=bucket.id, target_bucket=logs.id, target_prefix="s3/uploads/")',
)


def _versioned(bucket: Resource, scope: Scope) -> bool:
    return any(v.get("versioningConfiguration.status") == "Enabled" for v in attached(bucket, scope, VERSIONING))


def _rules(bucket: Resource, scope: Scope) -> list[object]:
    found = attached(bucket, scope, LIFECYCLE)
    return [*bucket.all("lifecycleRules[]"), *(rule for found in found for rule in found.all("rules[].status"))]


def _versions_expire(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    path = "versioningConfiguration.status"
    if _rules(bucket, scope):
        return
    if any(found.get(path) is UNKNOWN for found in attached(bucket, scope, VERSIONING)):
        yield undecided(path)
    elif _versioned(bucket, scope):
        yield "is versioned and has no lifecycle rule, so old versions are kept and paid for without end"


declare(
    "S3.10",
    "medium",
    Kind.PRODUCTION,
    "S3 general purpose buckets with versioning enabled should have Lifecycle configurations",
    types=BUCKET,
    reads=("lifecycleRules", "bucket"),
    related={VERSIONING: ("bucket", "versioningConfiguration.status"), LIFECYCLE: ("bucket", "rules[].status")},
    check=_versions_expire,
    references=("lifecycleRules",),
    why="Every overwrite leaves a version that is paid for until somebody deletes it.",
    fix='BucketLifecycleConfiguration(bucket=bucket.id, rules=[{"id": "old", "status": "Enabled", '
    '"noncurrent_version_expiration": {"noncurrent_days": 30}}])',
    frameworks="NIST",
)


def _events(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if not attached(bucket, scope, NOTIFICATION):
        yield "has no event notification"


declare(
    "S3.11",
    "medium",
    Kind.OFF,
    "S3 general purpose buckets should have event notifications enabled",
    types=BUCKET,
    reads=("bucket",),
    related={NOTIFICATION: ("bucket",)},
    check=_events,
    why="Off by default: a notification that nothing listens to tells nobody anything. Access logs record the events.",
    fix="BucketNotification(bucket=bucket.id, eventbridge=True)",
    frameworks="NIST",
)


def _no_acls(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if bucket.is_set("acl") and bucket.get("acl") != "private":
        yield "acl is set; ACLs should not give access"
    for controls in attached(bucket, scope, OWNERSHIP):
        owner = controls.get("rule.objectOwnership")
        if owner is UNKNOWN:
            yield On(controls, undecided("rule.objectOwnership"))
        elif owner not in (ABSENT, "BucketOwnerEnforced"):
            yield On(controls, f"rule.objectOwnership is {owner}, which keeps ACLs in force")


declare(
    "S3.12",
    "medium",
    Kind.FREE,
    "ACLs should not be used to manage user access to S3 general purpose buckets",
    types=BUCKET,
    reads=("acl", "bucket"),
    related={OWNERSHIP: ("bucket", "rule.objectOwnership")},
    check=_no_acls,
    why="ACLs give access object by object, out of sight of the bucket policy. A CloudFront standard-log bucket still "
    "needs them: record an exception for it.",
    fix='BucketOwnershipControls(bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"})',
)


def _lifecycle(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    rules = _rules(bucket, scope)
    if has_value(bucket.get("lifecycleRules")) or "Enabled" in rules:
        return
    yield undecided("rules[].status") if UNKNOWN in rules else "has no enabled lifecycle rule"


declare(
    "S3.13",
    "low",
    Kind.ADVICE,
    "S3 general purpose buckets should have Lifecycle configurations",
    types=BUCKET,
    reads=("lifecycleRules", "bucket"),
    related={LIFECYCLE: ("bucket", "rules[].status")},
    check=_lifecycle,
    references=("lifecycleRules",),
    why="Objects that nobody needs are paid for every month. Advisory: some buckets keep everything on purpose.",
    fix='BucketLifecycleConfiguration(bucket=bucket.id, rules=[{"id": "expire", "status": "Enabled", '
    '"expiration": {"days": 365}}])',
)


declare(
    "S3.25",
    "low",
    Kind.ADVICE,
    "S3 directory buckets should have lifecycle configurations",
    types=DIRECTORY,
    reads=("bucket",),
    related={LIFECYCLE: ("bucket", "rules[].status")},
    check=_lifecycle,
    why="Storage in one zone costs seven times the standard class. Advisory: some buckets keep everything on purpose.",
    fix='BucketLifecycleConfiguration(bucket=directory.id, rules=[{"id": "expire", "status": "Enabled", '
    '"expiration": {"days": 7}}])',
)


def _versioning(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if not _versioned(bucket, scope) and not is_log_bucket(bucket, scope):
        yield "is not versioned"


declare(
    "S3.14",
    "low",
    Kind.ADVICE,
    "S3 general purpose buckets should have versioning enabled",
    types=BUCKET,
    reads=("bucket",),
    related={VERSIONING: ("bucket", "versioningConfiguration.status")},
    check=_versioning,
    why="A version is the way back from a wrong overwrite or delete. Advisory: logs and caches do not need it.",
    fix='BucketVersioning(bucket=bucket.id, versioning_configuration={"status": "Enabled"})',
    frameworks="NIST",
)


def _locked(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if bucket.get("objectLockEnabled") is not True and not attached(bucket, scope, OBJECT_LOCK):
        yield "has no Object Lock"


declare(
    "S3.15",
    "medium",
    Kind.OFF,
    "S3 general purpose buckets should have Object Lock enabled",
    types=BUCKET,
    reads=("objectLockEnabled", "bucket"),
    related={OBJECT_LOCK: ("bucket",)},
    check=_locked,
    why="Off by default: a lock belongs on audit archives; on any other bucket it only stops the clean-up.",
    fix="Bucket(object_lock_enabled=True)",
    frameworks="NIST+PCI",
)


def _customer_key(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    path = "rules[].applyServerSideEncryptionByDefault.sseAlgorithm"
    used = [value for found in attached(bucket, scope, ENCRYPTION) for value in found.all(path)]
    if not is_log_bucket(bucket, scope) and not any(value in ("aws:kms", "aws:kms:dsse") for value in used):
        yield undecided(path) if UNKNOWN in used else "is not encrypted with a KMS key"


declare(
    "S3.17",
    "medium",
    Kind.CUSTOMER_KEY,
    "S3 general purpose buckets should be encrypted at rest with AWS KMS keys",
    types=BUCKET,
    reads=("bucket",),
    related={ENCRYPTION: ("bucket", "rules[].applyServerSideEncryptionByDefault.sseAlgorithm")},
    check=_customer_key,
    why="Objects are always encrypted; a KMS key adds control over who may decrypt, for a dollar a month and a charge "
    "a request. Load balancers can only log to buckets with S3-managed keys, so log buckets are exempt.",
    fix='BucketServerSideEncryptionConfiguration(rules=[{"apply_server_side_encryption_by_default": '
    '{"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}, "bucket_key_enabled": True}])',
    frameworks="NIST+PCI",
)


def _replicated(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    if not (bucket.is_set("replicationConfiguration") or attached(bucket, scope, REPLICATION)):
        yield "is not replicated to another region"


declare(
    "S3.7",
    "low",
    Kind.OFF,
    "S3 general purpose buckets should use cross-Region replication",
    types=BUCKET,
    reads=("replicationConfiguration", "bucket"),
    related={REPLICATION: ("bucket",)},
    check=_replicated,
    references=("replicationConfiguration",),
    why="Off by default: replication doubles the storage bill and belongs on the data that the recovery plan names.",
    fix="BucketReplicationConfig(bucket=bucket.id, role=role.arn, rules=[...])",
    frameworks="NIST+PCI",
)

declare(
    "S3.1",
    "medium",
    Kind.EXPOSURE,
    "S3 general purpose buckets should have block public access settings enabled",
    types="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    check=every(*(is_true(flag) for flag in FLAGS)),
    why="The account's setting is the last guard for buckets that no program describes.",
    fix="AccountPublicAccessBlock(block_public_acls=True, block_public_policy=True, ignore_public_acls=True, "
    "restrict_public_buckets=True)",
)

declare(
    "S3.19",
    "critical",
    Kind.EXPOSURE,
    "S3 access points should have block public access settings enabled",
    types="aws:s3/accessPoint:AccessPoint",
    check=every(*(not_false(f"publicAccessBlockConfiguration.{flag}") for flag in FLAGS)),
    why="An access point has flags of its own, which cannot be changed after it is made.",
    fix="leave public_access_block_configuration out, or set its four flags to True",
    waivable=False,
)

declare(
    "S3.24",
    "high",
    Kind.EXPOSURE,
    "S3 Multi-Region Access Points should have block public access settings enabled",
    types="aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
    check=every(*(not_false(f"details.publicAccessBlock.{flag}") for flag in FLAGS)),
    why="A multi-region access point has flags of its own, which cannot be changed after it is made.",
    fix="leave details.public_access_block out, or set its four flags to True",
    waivable=False,
)


def _aborts(lifecycle: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "rules[].abortIncompleteMultipartUpload.daysAfterInitiation"
    days = lifecycle.all(path)
    if not any(has_value(value) and value is not UNKNOWN for value in days):
        yield undecided(path) if UNKNOWN in days else f"no rule sets {path}"


declare(
    "P.S3.abort-mpu",
    "medium",
    Kind.FREE,
    "Lifecycle configurations should abort incomplete multipart uploads",
    types=LIFECYCLE,
    reads=("rules[].abortIncompleteMultipartUpload.daysAfterInitiation",),
    check=_aborts,
    why="The parts of an upload that never finished are invisible and paid for until somebody aborts it.",
    fix='add {"id": "abort", "status": "Enabled", "abort_incomplete_multipart_upload": {"days_after_initiation": 7}}',
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
)


def _keeps_data(bucket: Resource, scope: Scope) -> Iterator[Outcome]:
    value = bucket.get("forceDestroy")
    if scope.tier == "prod" and value is UNKNOWN:
        yield undecided("forceDestroy")
    elif scope.tier == "prod" and value is True:
        yield "forceDestroy is true; a deletion would take every object with it"


declare(
    "P.S3.force-destroy",
    "high",
    Kind.PRODUCTION,
    "Production buckets should refuse to be deleted with their objects",
    types=BUCKET,
    reads=("forceDestroy",),
    check=_keeps_data,
    why="With forceDestroy a renamed bucket deletes all its data without asking.",
    fix="Bucket(force_destroy=False)",
    url="https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/#forcedestroy_python",
)
