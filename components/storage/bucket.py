"""A private S3 bucket with every protection that S3 offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pulumi
from pulumi_aws import s3, ssm

from components.component import Component
from components.documents import concat
from components.grant import Grant, Statement
from components.names import Names
from components.secrets.key_access import READ_WRITE, key_statements
from components.secrets.secret_names import parameter_arn
from settings.data import Bucket as BucketSettings

#: Longest bucket name that S3 accepts.
MAX_NAME: Final = 63
#: Days after which the parts of an upload that never finished are deleted.
ABORT_UPLOAD_DAYS: Final = 7
#: The filter of request metrics that covers a whole bucket, as the S3 console names it.
REQUEST_METRICS: Final = "EntireBucket"
#: Folder of the log bucket that receives the access logs of other buckets, one folder each.
ACCESS_LOG_PREFIX: Final = "s3"


class Bucket(Component):
    """A bucket: private, encrypted, owned by the account alone, with lifecycle rules and an access log.

    Costs at rest: nothing; objects cost 0.023 USD a GB and month. A change of the name or the region replaces it, and
    ``protect`` refuses that where ``retain`` is on. The policy is made by ``BucketAccess``, one for each bucket.

    The name is ``<system>-<stage>-<name>-<account>``: exact, so that policies can be judged before the bucket exists,
    and unique in the world because the account is.

    A bucket that receives logs is encrypted with S3's own key whatever the stack's key is, since load balancers and S3
    deliver to no other, and it keeps no log of itself.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html

    Args:
        name: Logical name.
        bucket_name: Name in the ``buckets`` section.
        settings: Versions, lifecycle, CORS, retention.
        names: Names of the stack.
        log_bucket: Bucket that receives the access log; None for a bucket that receives logs itself.
        kms_key_arn: Customer key; S3's own key otherwise.
        cors_origins: Origins instead of those in the settings.
        region: Another region than the stack's.
        stands_for: Bucket that users in that region find this one by; None for a copy that nobody uses there.
        opts: Options of the component.

    Attributes:
        bucket: The bucket.
        bucket_name: Name in the ``buckets`` section.
        settings: Its settings.
        name: Its name in S3; plain text where the account is known.
        arn: Its ARN; plain text where the account is known, for documents. Use ``bucket.arn`` where a resource must
            wait for the bucket.
        kms_key_arn: The customer key that encrypts it, or None.
        ready: Its parts, for ``depends_on`` of what needs versions or the ownership rule.
    """

    token = "data:Bucket"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        bucket_name: str,
        settings: BucketSettings,
        names: Names,
        log_bucket: Bucket | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        cors_origins: Sequence[pulumi.Input[str]] = (),
        region: str | None = None,
        stands_for: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.bucket_name = bucket_name
        self.settings = settings
        self.kms_key_arn = None if settings.receives_logs else kms_key_arn
        self._names = names if region is None else replace(names, region=region)
        self._region = region
        self._known_as = stands_for or bucket_name
        self.name = _physical_name(names, bucket_name)
        self.arn = concat("arn:aws:s3:::", self.name)
        self.bucket = self._create_bucket()
        self.public_access_block = self._block_public_access()
        self.ownership = self._own_objects()
        self._encrypt()
        self.versioning = self._keep_versions()
        self._expire()
        self._log_access(log_bucket)
        self._allow_origins(cors_origins)
        self._add_options()
        self._parameter = self._publish_name() if region is None or stands_for is not None else None
        self.ready: list[pulumi.Resource] = [self.bucket, self.ownership, *self._optional(self.versioning)]
        self.register_outputs({"name": self.bucket.bucket})

    def grant(self, user: str, prefix: str = "") -> Grant:
        """Give a service the objects, in the variable ``BUCKET_<NAME>``.

        Args:
            user: The service's name.
            prefix: Folder that the service is limited to; the whole bucket by default.
        """
        del user  # every user gets the same rights within its folder
        folder = prefix.strip("/")
        objects = concat(self.arn, f"/{folder}/*" if folder else "/*")
        parameter = self._names.path("buckets", self._known_as)
        # A copy is encrypted with a key of AWS's own, for which nobody needs a right.
        key = self.kms_key_arn if self._region is None else None
        listing = {"StringLike": {"s3:prefix": [folder, f"{folder}/*"]}} if folder else {}
        return Grant(
            secrets={f"BUCKET_{self._known_as.replace('-', '_').upper()}": parameter},
            statements=[
                Statement(
                    sid="UseObjects",
                    actions=[
                        "s3:GetObject",
                        "s3:PutObject",
                        "s3:DeleteObject",
                        "s3:AbortMultipartUpload",
                        "s3:ListMultipartUploadParts",
                    ],
                    resources=[objects],
                ),
                Statement(sid="ListObjects", actions=["s3:ListBucket"], resources=[self.arn], conditions=listing),
                *key_statements(self._names, key, "s3", READ_WRITE),
            ],
            secret_statements=[
                Statement(
                    sid="ReadParameters",
                    actions=["ssm:GetParameters"],
                    resources=[parameter_arn(self._names, parameter)],
                )
            ],
            depends_on=self._optional(self._parameter),
        )

    @staticmethod
    def _optional(resource: pulumi.Resource | None) -> list[pulumi.Resource]:
        return [] if resource is None else [resource]

    def _create_bucket(self) -> s3.Bucket:
        retain = self.settings.retain
        return s3.Bucket(
            self.logical_name,
            bucket=self.name,
            force_destroy=not retain,
            region=self._region,
            tags=self.tags,
            opts=self.child(protect=retain, retain_on_delete=retain, delete_before_replace=True),
        )

    def _block_public_access(self) -> s3.BucketPublicAccessBlock:
        return s3.BucketPublicAccessBlock(
            self.logical_name,
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            region=self._region,
            opts=self.child(),
        )

    def _own_objects(self) -> s3.BucketOwnershipControls:
        return s3.BucketOwnershipControls(
            self.logical_name,
            bucket=self.bucket.id,
            rule={"object_ownership": "BucketOwnerEnforced"},
            region=self._region,
            opts=self.child(),
        )

    def _encrypt(self) -> None:
        customer = self.kms_key_arn is not None
        s3.BucketServerSideEncryptionConfiguration(
            self.logical_name,
            bucket=self.bucket.id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms" if customer else "AES256",
                        "kms_master_key_id": self.kms_key_arn,
                    },
                    # One call to KMS for many objects instead of one for each.
                    "bucket_key_enabled": customer,
                }
            ],
            region=self._region,
            opts=self.child(),
        )

    def _keep_versions(self) -> s3.BucketVersioning | None:
        if not self.settings.versioned:
            return None
        return s3.BucketVersioning(
            self.logical_name,
            bucket=self.bucket.id,
            versioning_configuration={"status": "Enabled"},
            region=self._region,
            opts=self.child(),
        )

    def _expire(self) -> None:
        s3.BucketLifecycleConfiguration(
            self.logical_name,
            bucket=self.bucket.id,
            rules=lifecycle_rules(self.settings),
            region=self._region,
            opts=self.child(depends_on=self._optional(self.versioning)),
        )

    def _log_access(self, log_bucket: Bucket | None) -> None:
        if log_bucket is None:
            return
        s3.BucketLogging(
            self.logical_name,
            bucket=self.bucket.id,
            target_bucket=log_bucket.bucket.id,
            target_prefix=f"{ACCESS_LOG_PREFIX}/{self.bucket_name}/",
            region=self._region,
            opts=self.child(),
        )

    def _allow_origins(self, cors_origins: Sequence[pulumi.Input[str]]) -> None:
        cors = self.settings.cors
        if cors is None:
            return
        s3.BucketCorsConfiguration(
            self.logical_name,
            bucket=self.bucket.id,
            cors_rules=[
                {
                    "allowed_origins": [*(cors_origins or cors.origins)],
                    "allowed_methods": [*cors.methods],
                    "allowed_headers": ["*"],
                    "expose_headers": ["ETag"],
                    "max_age_seconds": cors.max_age_seconds,
                }
            ],
            region=self._region,
            opts=self.child(),
        )

    def _add_options(self) -> None:
        settings = self.settings
        if settings.accelerate:
            s3.BucketAccelerateConfiguration(
                self.logical_name,
                bucket=self.bucket.id,
                status="Enabled",
                region=self._region,
                opts=self.child(),
            )
        if settings.request_metrics:
            s3.BucketMetric(
                self.logical_name,
                bucket=self.bucket.id,
                name=REQUEST_METRICS,
                region=self._region,
                opts=self.child(),
            )
        if settings.intelligent_archive_days is not None:
            s3.BucketIntelligentTieringConfiguration(
                self.logical_name,
                bucket=self.bucket.id,
                name="archive",
                tierings=[{"access_tier": "ARCHIVE_ACCESS", "days": settings.intelligent_archive_days}],
                region=self._region,
                opts=self.child(),
            )

    def _publish_name(self) -> ssm.Parameter:
        return ssm.Parameter(
            self.logical_name,
            name=self._names.path("buckets", self._known_as),
            description=f"Name of the {self._known_as} bucket",
            type="String",
            value=self.bucket.bucket,
            region=self._region,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )


def lifecycle_rules(settings: BucketSettings) -> list[Any]:
    """The lifecycle rules that the settings ask for; the first ends unfinished uploads and always exists.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    everything = {"prefix": ""}
    rules: list[dict[str, Any]] = [
        {
            "id": "end-unfinished-uploads",
            "status": "Enabled",
            "filter": everything,
            "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
        }
    ]
    if settings.expire_days is not None:
        rules.append(
            {
                "id": "expire",
                "status": "Enabled",
                "filter": everything,
                "expiration": {"days": settings.expire_days},
            }
        )
    if settings.versioned:
        rules.append(
            {
                "id": settings.old_versions_rule,
                "status": "Enabled",
                "filter": everything,
                "noncurrent_version_expiration": {"noncurrent_days": settings.noncurrent_expire_days},
            }
        )
    if settings.intelligent_tiering_days is not None:
        rules.append(
            {
                "id": "tier",
                "status": "Enabled",
                "filter": everything,
                "transitions": [{"days": settings.intelligent_tiering_days, "storage_class": "INTELLIGENT_TIERING"}],
            }
        )
    rules += [
        {
            "id": transition.name,
            "status": "Enabled",
            "filter": everything,
            "transitions": [{"days": transition.days, "storage_class": transition.storage_class}],
        }
        for transition in settings.transitions
    ]
    return rules


def _physical_name(names: Names, bucket_name: str) -> pulumi.Input[str]:
    account_suffix = 1 + 12
    return concat(names.physical(bucket_name, limit=MAX_NAME - account_suffix), "-", names.account)
