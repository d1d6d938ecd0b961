"""A copy of a bucket in a second region."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import iam, s3

from components.component import Component
from components.documents import concat, json_document
from components.grant import Statement
from components.iam import policy_document
from components.names import Names
from components.storage.bucket import Bucket
from components.storage.bucket_access import BucketAccess


class BucketReplication(Component):
    """Copies new objects, versions and deletions to a bucket of the same protections in another region.

    Costs: the copy's storage, and 0.02 USD a GB between regions. Objects that existed before are not copied; a batch
    job does that. A change of the region replaces the copy, which ``protect`` refuses where the source is retained.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html

    Args:
        name: Logical name.
        bucket: The bucket to copy.
        region: The second region.
        names: Names of the stack.
        log_bucket: Bucket in the second region that receives the copy's access log, or None.
        used_there: Whether somebody in the second region reads and writes the copy, under the bucket's own name.
        opts: Options of the component.

    Attributes:
        copy: The copy.
        role: The role that S3 takes to copy.
        config: The replication.

    Raises:
        ValueError: The bucket keeps no versions, which replication needs, or the region is the bucket's own.
    """

    token = "data:BucketReplication"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        bucket: Bucket,
        region: str,
        names: Names,
        log_bucket: Bucket | None = None,
        used_there: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not bucket.settings.versioned:
            raise ValueError(f"buckets.{bucket.bucket_name}: replicate needs versioned: true")
        if region == names.region:
            raise ValueError(f"buckets.{bucket.bucket_name}: secondaryRegion {region} is the stack's own region")
        super().__init__(name, opts=opts)
        self._bucket = bucket
        self._names = names
        self._region = region
        self._used_there = used_there
        self.copy = self._create_copy(log_bucket)
        self.role = self._create_role()
        policy = self._allow_copying()
        self.config = self._replicate(policy)
        self.register_outputs({"copy": self.copy.bucket.bucket})

    @property
    def _copy_key_alias(self) -> str | None:
        """Alias of the key that encrypts the copy; the source's own key does not exist in the second region."""
        return None if self._bucket.kms_key_arn is None else "alias/aws/s3"

    def _create_copy(self, log_bucket: Bucket | None) -> Bucket:
        bucket = self._bucket
        alias = self._copy_key_alias
        copy = Bucket(
            f"{self.logical_name}-copy",
            bucket_name=f"{bucket.bucket_name}-copy",
            settings=bucket.settings.model_copy(update={"cors": None, "replicate": False}),
            names=self._names,
            log_bucket=log_bucket,
            kms_key_arn=None if alias is None else self._names.arn("kms", alias, region=self._region),
            region=self._region,
            stands_for=bucket.bucket_name if self._used_there else None,
            opts=self.child(),
        )
        BucketAccess(
            f"{self.logical_name}-copy", bucket=copy, names=self._names, region=self._region, opts=self.child()
        )
        return copy

    def _create_role(self) -> iam.Role:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": self._names.account},
                "ArnLike": {"aws:SourceArn": self._bucket.arn},
            },
        }
        return iam.Role(
            f"{self.logical_name}-role",
            description=f"Lets S3 copy the {self._bucket.bucket_name} bucket to {self._region}",
            assume_role_policy=json_document({"Version": "2012-10-17", "Statement": [trust]}),
            tags=self.tags,
            opts=self.child(),
        )

    def _allow_copying(self) -> iam.RolePolicy:
        source, copy = self._bucket.arn, self.copy.arn
        return iam.RolePolicy(
            f"{self.logical_name}-role",
            role=self.role.name,
            policy=policy_document(
                [
                    Statement(
                        sid="ReadSource",
                        actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
                        resources=[source],
                    ),
                    Statement(
                        sid="ReadVersions",
                        actions=[
                            "s3:GetObjectVersionForReplication",
                            "s3:GetObjectVersionAcl",
                            "s3:GetObjectVersionTagging",
                        ],
                        resources=[concat(source, "/*")],
                    ),
                    Statement(
                        sid="WriteCopies",
                        actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
                        resources=[concat(copy, "/*")],
                    ),
                    *self._key_statements(),
                ]
            ),
            opts=self.child(),
        )

    def _key_statements(self) -> list[Statement]:
        key = self._bucket.kms_key_arn
        alias = self._copy_key_alias
        if key is None or alias is None:
            return []
        return [
            Statement(
                sid="DecryptSource",
                actions=["kms:Decrypt"],
                resources=[key],
                conditions={"StringEquals": {"kms:ViaService": f"s3.{self._names.region}.amazonaws.com"}},
            ),
            Statement(
                sid="EncryptCopies",
                actions=["kms:Encrypt", "kms:GenerateDataKey"],
                # IAM knows a key by its id, which AWS decides; the condition leaves this one key.
                resources=[self._names.arn("kms", "key/*", region=self._region)],
                conditions={
                    "StringEquals": {"kms:ViaService": f"s3.{self._region}.amazonaws.com"},
                    "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias},
                },
            ),
        ]

    def _replicate(self, policy: iam.RolePolicy) -> s3.BucketReplicationConfig:
        rule: dict[str, Any] = {
            "id": "everything",
            "status": "Enabled",
            "priority": 1,
            "filter": {"prefix": ""},
            "delete_marker_replication": {"status": "Enabled"},
            "destination": {"bucket": self.copy.bucket.arn},
        }
        if self._copy_key_alias is not None:
            key = self._names.arn("kms", self._copy_key_alias, region=self._region)
            rule["destination"]["encryption_configuration"] = {"replica_kms_key_id": key}
            rule["source_selection_criteria"] = {"sse_kms_encrypted_objects": {"status": "Enabled"}}
        return s3.BucketReplicationConfig(
            self.logical_name,
            bucket=self._bucket.bucket.id,
            role=self.role.arn,
            rules=[rule],  # pyright: ignore[reportArgumentType]  # built up piece by piece
            opts=self.child(depends_on=[policy, *self._bucket.ready, *self.copy.ready]),
        )
