"""The bucket of the account's Pulumi state.

Versioned, encrypted with the account's own key, closed to the public and to everything without TLS. Two deployments of
one stack are kept apart by Pulumi's own lock, a file below ``.pulumi/locks``. S3 Object Lock would not do that: it only
keeps versions from being deleted, those of lock files among them, for as long as it was told when they were written.
That no state gets lost is done here by versions that nobody may delete.
https://www.pulumi.com/docs/iac/guides/basics/using-a-diy-backend/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.bootstrap.documents import Admitted, bucket_policy, same
from tierwise.operations.bootstrap.key import Key
from tierwise.operations.bootstrap.settle import Report, Setting
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation

#: Days that a state which was written over can be gone back to.
OLD_DAYS: Final = 90
_BLOCKED: Final = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
_RULES: Final = [
    {
        "ID": "old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
]
#: What AWS answers where nothing is set.
_NOTHING: Final = frozenset(
    {
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchTagSet",
    }
)


def exists(operation: Operation, bucket: str) -> bool:
    """Whether the bucket is there, in this account and region.

    Raises:
        OperationError: It is another account's, or in another region.
    """
    try:
        found = operation.aws.read("s3", "HeadBucket", Bucket=bucket, ExpectedBucketOwner=operation.aws.account)
    except AwsError as error:
        if error.code == "404":
            return False
        if error.code in ("403", "AccessDenied"):
            raise OperationError(
                f"{bucket}  belongs to another account, or these credentials may not look at it: "
                "name another bucket with --bucket; nothing was done"
            ) from None
        raise
    region = str(found.get("BucketRegion") or operation.aws.region)
    if region != operation.aws.region:
        raise OperationError(
            f"{bucket}  is in {region}, the stack in {operation.aws.region}: name another with --bucket"
        )
    return True


def settle_bucket(
    operation: Operation, bucket: str, key: Key, tags: Mapping[str, str], admitted: Admitted, report: Report
) -> None:
    """The bucket as it should be.

    Args:
        operation: The command.
        bucket: Its name.
        key: What encrypts it.
        tags: Tags that it carries beside those that others gave it.
        admitted: Who may use it.
        report: Where to note what was done.

    Raises:
        OperationError: The name is taken by another account.
    """
    fresh = not exists(operation, bucket)
    if fresh:
        _make(operation, bucket)
    report.add(f"bucket {bucket}", "made" if fresh else "as it should be")
    report.settle(operation, _settings(_Bucket(operation, bucket), key, tags, admitted), fresh=fresh)


def _make(operation: Operation, bucket: str) -> None:
    more: dict[str, Any] = {}
    # The first region has no constraint to name.
    if operation.aws.region != "us-east-1":
        more["CreateBucketConfiguration"] = {"LocationConstraint": operation.aws.region}
    try:
        operation.aws.change("s3", "CreateBucket", Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **more)
    except AwsError as error:
        if error.code == "BucketAlreadyOwnedByYou":
            return
        if error.code == "BucketAlreadyExists":
            raise OperationError(
                f"{bucket}  is taken by somebody else: name another with --bucket; nothing was done to it"
            ) from None
        raise


class _Bucket:
    """Calls about one bucket, each of which says whose it must be."""

    def __init__(self, operation: Operation, name: str) -> None:
        self._operation = operation
        self.name = name

    def read(self, call: str) -> dict[str, Any] | None:
        """A setting; None where it is not set."""
        aws = self._operation.aws
        try:
            return aws.read("s3", call, Bucket=self.name, ExpectedBucketOwner=aws.account)
        except AwsError as error:
            if error.code in _NOTHING:
                return None
            raise

    def put(self, call: str, **values: Any) -> Callable[[], object]:
        """What sets a setting."""
        aws = self._operation.aws
        return lambda: aws.change("s3", call, Bucket=self.name, ExpectedBucketOwner=aws.account, **values)


def _settings(bucket: _Bucket, key: Key, tags: Mapping[str, str], admitted: Admitted) -> list[Setting]:
    policy = bucket_policy(bucket.name, admitted)
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key.arn},
                  "BucketKeyEnabled": True}  # fmt: skip
    return [
        Setting(
            "its closure to the public",
            lambda: bucket.read("GetPublicAccessBlock"),
            lambda now: now is not None and part(now, "PublicAccessBlockConfiguration") == _BLOCKED,
            bucket.put("PutPublicAccessBlock", PublicAccessBlockConfiguration=_BLOCKED),
        ),
        Setting(
            "its owner's rights to each object",
            lambda: bucket.read("GetBucketOwnershipControls"),
            lambda now: now is not None and _ownership(now) == ["BucketOwnerEnforced"],
            bucket.put(
                "PutBucketOwnershipControls",
                OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            ),
        ),
        Setting(
            "its versions",
            lambda: bucket.read("GetBucketVersioning"),
            lambda now: now is not None and now.get("Status") == "Enabled",
            bucket.put("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}),
        ),
        Setting(
            "its encryption",
            lambda: bucket.read("GetBucketEncryption"),
            lambda now: now is not None and _encrypts(now, key.arn),
            bucket.put("PutBucketEncryption", ServerSideEncryptionConfiguration={"Rules": [encryption]}),
        ),
        Setting(
            "its policy",
            lambda: bucket.read("GetBucketPolicy"),
            lambda now: now is not None and same(now.get("Policy"), policy),
            bucket.put("PutBucketPolicy", Policy=json.dumps(policy)),
        ),
        Setting(
            f"its old versions, for {OLD_DAYS} days",
            lambda: bucket.read("GetBucketLifecycleConfiguration"),
            lambda now: now is not None and _rules(now) == _rules({"Rules": _RULES}),
            bucket.put("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": _RULES}),
        ),
        _tags(bucket, tags),
    ]


def _tags(bucket: _Bucket, tags: Mapping[str, str]) -> Setting:
    known: dict[str, str] = {}

    def read() -> Any:
        known.update({tag["Key"]: tag["Value"] for tag in listed(bucket.read("GetBucketTagging") or {}, "TagSet")})
        return dict(known)

    def put() -> None:
        whole = {**known, **tags}
        bucket.put("PutBucketTagging", Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in whole.items()]})()

    return Setting("its tags", read, lambda now: now is not None and {**now, **tags} == now, put)


def _ownership(now: Mapping[str, Any]) -> list[Any]:
    return [rule.get("ObjectOwnership") for rule in listed(part(now, "OwnershipControls"), "Rules")]


def _encrypts(now: Mapping[str, Any], key: str) -> bool:
    rules = listed(part(now, "ServerSideEncryptionConfiguration"), "Rules")
    default = part(rules[0], "ApplyServerSideEncryptionByDefault") if rules else {}
    return bool(
        default.get("SSEAlgorithm") == "aws:kms"
        and default.get("KMSMasterKeyID") == key
        and rules[0].get("BucketKeyEnabled")
    )


def _rules(now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules as far as they were asked for; AWS adds and drops empty parts."""
    kept = ("ID", "Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    return [{name: rule.get(name) for name in kept} for rule in listed(now, "Rules")]
