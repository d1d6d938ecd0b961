"""The account's AWS Config recorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import cfg, iam

from components.component import Component
from components.documents import concat
from components.names import Names
from components.storage.bucket import Bucket
from settings.account import Recorder as RecorderSettings

_SERVICE: Final = "config.amazonaws.com"


class ConfigRecorder(Component):
    """A recorder, its delivery channel and its start, in each region given, and the role that Config made for itself.

    Costs by use: 0.003 USD for each recorded change, or 0.012 for each daily state; an account that deploys often
    records thousands a month. A change of the name replaces; the history in the bucket stays.
    https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html

    Args:
        name: Logical name.
        settings: What is recorded and how often.
        names: Names of the stack.
        bucket: Bucket that receives history and snapshots.
        bucket_policy: Its policy, which must hold ``recorder_statements``; Config tries the bucket at once.
        regions: Regions that are recorded; things that belong to no region are recorded in the first.
        opts: Options of the component.

    Attributes:
        recorders: The recorders by region.
    """

    token = "governance:ConfigRecorder"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: RecorderSettings,
        names: Names,
        bucket: Bucket,
        bucket_policy: pulumi.Resource,
        regions: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        role: list[pulumi.Resource] = [self._create_service_role()] if settings.create_service_role else []
        # The ARN is the same in every account, so the recorder can be judged before the role exists.
        role_arn = names.arn("iam", f"role/aws-service-role/{_SERVICE}/AWSServiceRoleForConfig", region="")
        self.recorders = {
            region: self._record(region, role_arn, bucket, after=[*role, bucket_policy], globally=region == regions[0])
            for region in regions
        }
        self.register_outputs({})

    def _create_service_role(self) -> iam.ServiceLinkedRole:
        return iam.ServiceLinkedRole(
            f"{self.logical_name}-role", aws_service_name=_SERVICE, tags=self.tags, opts=self.child()
        )

    def _record(
        self,
        region: str,
        role_arn: pulumi.Input[str],
        bucket: Bucket,
        *,
        after: Sequence[pulumi.Resource],
        globally: bool,
    ) -> cfg.Recorder:
        name = f"{self.logical_name}-{region}"
        recorder = cfg.Recorder(
            name,
            # A region has one recorder and one channel; AWS calls both so.
            name="default",
            role_arn=role_arn,
            recording_group=recording_group(self._settings.resource_types, globally=globally),
            recording_mode={"recording_frequency": self._settings.frequency.upper()},
            region=region,
            opts=self.child(depends_on=list(after), delete_before_replace=True),
        )
        channel = cfg.DeliveryChannel(
            name,
            name="default",
            s3_bucket_name=bucket.bucket.id,
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            region=region,
            opts=self.child(depends_on=[recorder], delete_before_replace=True),
        )
        cfg.RecorderStatus(
            name,
            name=recorder.name,
            is_enabled=True,
            region=region,
            # Without a channel a recorder does not start.
            opts=self.child(depends_on=[channel]),
        )
        return recorder


def recording_group(resource_types: Sequence[str], *, globally: bool) -> Any:
    """What a recorder records.

    Args:
        resource_types: CloudFormation types; everything when empty.
        globally: Whether it records what belongs to no region, such as roles.
    """
    if resource_types:
        return {
            "all_supported": False,
            "include_global_resource_types": False,
            "resource_types": [*resource_types],
            "recording_strategies": [{"use_only": "INCLUSION_BY_RESOURCE_TYPES"}],
        }
    return {
        "all_supported": True,
        "include_global_resource_types": globally,
        "recording_strategies": [{"use_only": "ALL_SUPPORTED_RESOURCE_TYPES"}],
    }


def recorder_statements(bucket: Bucket, names: Names) -> Sequence[Mapping[str, Any]]:
    """What the bucket's policy says so that Config writes there for this account only.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    principal = {"Service": _SERVICE}
    source = {"aws:SourceAccount": names.account}
    return [
        {
            "Sid": "RecorderChecks",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket.arn,
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "RecorderFiles",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": concat(bucket.arn, "/AWSLogs/", names.account, "/Config/*"),
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def recorder_key_statements(names: Names) -> Sequence[Mapping[str, Any]]:
    """What the key's policy says so that Config writes into a bucket that the key encrypts.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
    """
    return [
        {
            "Sid": "RecorderFiles",
            "Effect": "Allow",
            "Principal": {"Service": _SERVICE},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
        }
    ]
