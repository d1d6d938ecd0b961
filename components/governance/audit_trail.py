"""The account's CloudTrail trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudtrail

from components.component import Component
from components.documents import concat
from components.grant import Statement
from components.names import Names
from components.storage.bucket import Bucket
from settings.account import Trail as TrailSettings


class AuditTrail(Component):
    """A trail of every management call, read and write, in every region, with files whose integrity can be proved.

    Costs at rest: nothing; the account's first copy of management events is free, and so is a first trail. What it
    writes costs the bucket's storage, a few cents a month in a quiet account. With ``cloudwatchLogs``, 0.50 USD a GB.
    A change of the name or the region replaces it; between the two, nothing but the event history records.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html

    Args:
        name: Logical name.
        settings: Whether events go to CloudWatch Logs too.
        names: Names of the stack.
        bucket: Bucket that receives the files.
        bucket_policy: Its policy, which must hold ``trail_statements``; CloudTrail tries the bucket at once.
        kms_key_arn: Key that encrypts the files, with ``trail_key_statements`` in its policy; S3's own key otherwise.
        opts: Options of the component.

    Attributes:
        trail: The trail.
        arn: Its ARN, known before deployment where the account is configured.
        log_group_name: Log group that receives the events too, or None.
    """

    token = "governance:AuditTrail"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: TrailSettings,
        names: Names,
        bucket: Bucket,
        bucket_policy: pulumi.Resource,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self.arn = trail_arn(names)
        self.log_group_name: pulumi.Output[str] | None = None
        self._after: list[pulumi.Resource] = [bucket_policy]
        logs = self._deliver_to_cloudwatch(settings.log_retention_days, kms_key_arn) if settings.cloudwatch_logs else {}
        self.trail = cloudtrail.Trail(
            name,
            name=trail_name(names),
            s3_bucket_name=bucket.bucket.id,
            kms_key_id=kms_key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            event_selectors=[{"read_write_type": "All", "include_management_events": True}],
            tags=self.tags,
            opts=self.child(depends_on=self._after, delete_before_replace=True),
            **logs,
        )
        self.register_outputs({"arn": self.trail.arn})

    def _deliver_to_cloudwatch(self, retention_days: int, kms_key_arn: pulumi.Input[str] | None) -> dict[str, Any]:
        # Only this switch needs CloudWatch and IAM; loading them costs time that the rest need not spend.
        from pulumi_aws import cloudwatch

        from components.iam import create_service_role

        group_name = self._names.path("trail")
        group = cloudwatch.LogGroup(
            f"{self.logical_name}-group",
            name=group_name,
            retention_in_days=retention_days,
            kms_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )
        self.log_group_name = group.name
        role = create_service_role(
            self,
            f"{self.logical_name}-role",
            service="cloudtrail.amazonaws.com",
            description="Delivers the trail's events to CloudWatch Logs",
            names=self._names,
            statements=[
                Statement(
                    sid="WriteEvents",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[self._names.arn("logs", f"log-group:{group_name}:log-stream:*")],
                )
            ],
        )
        # CloudTrail tries the role at once, and without its policy refuses it.
        self._after += role.resources
        return {
            "cloud_watch_logs_group_arn": pulumi.Output.concat(group.arn, ":*"),
            "cloud_watch_logs_role_arn": role.arn,
        }


def trail_name(names: Names) -> str:
    """The trail's exact name, which the bucket's and the key's policies need before it exists."""
    return names.physical("trail", limit=128)


def trail_arn(names: Names) -> pulumi.Input[str]:
    """The trail's ARN."""
    return names.arn("cloudtrail", f"trail/{trail_name(names)}")


def trail_statements(bucket: Bucket, names: Names) -> Sequence[Mapping[str, Any]]:
    """What the bucket's policy says so that this trail, and no other, writes there.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    principal = {"Service": "cloudtrail.amazonaws.com"}
    source = {"aws:SourceArn": trail_arn(names)}
    return [
        {
            "Sid": "TrailChecks",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket.arn,
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "TrailFiles",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": concat(bucket.arn, "/AWSLogs/", names.account, "/*"),
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def trail_key_statements(names: Names) -> Sequence[Mapping[str, Any]]:
    """What the key's policy says so that this trail encrypts its files with it.

    ``Decrypt`` is for buckets with a bucket key.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    source = {"aws:SourceArn": trail_arn(names)}
    principal = {"Service": "cloudtrail.amazonaws.com"}
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": names.arn("cloudtrail", "trail/*", region="*")}
    return [
        {
            "Sid": "TrailFiles",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"StringEquals": source, "StringLike": context},
        },
        {
            "Sid": "TrailChecks",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": {"StringEquals": source},
        },
    ]
