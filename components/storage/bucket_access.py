"""Who may use a bucket beyond the roles of its own account: the bucket's one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import s3

from components.component import Component
from components.documents import concat, json_document
from components.names import Names
from components.storage.bucket import ACCESS_LOG_PREFIX, Bucket


class BucketAccess(Component):
    """The policy of a bucket: TLS or nothing, log delivery where the bucket receives logs, and what else is given.

    S3 keeps one policy a bucket, so everything that needs a statement hands it over here. Costs nothing; a change
    replaces the document in place.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html

    Args:
        name: Logical name.
        bucket: The bucket.
        names: Names of the stack.
        statements: Further statements as S3 reads them, such as that of a distribution's origin access control.
        region: The bucket's region, where it is not the stack's.
        opts: Options of the component.

    Attributes:
        policy: The bucket policy.
    """

    token = "data:BucketAccess"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        bucket: Bucket,
        names: Names,
        statements: Sequence[Mapping[str, Any]] = (),
        region: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        delivery = log_delivery_statements(bucket, names, region) if bucket.settings.receives_logs else []
        self.policy = s3.BucketPolicy(
            name,
            bucket=bucket.bucket.id,
            policy=json_document(
                {"Version": "2012-10-17", "Statement": [tls_only_statement(bucket), *delivery, *statements]}
            ),
            region=region,
            # While the public access block is being made, S3 refuses a policy at the same bucket.
            opts=self.child(depends_on=[bucket.public_access_block]),
        )
        self.register_outputs({})


def tls_only_statement(bucket: Bucket) -> dict[str, Any]:
    """The statement that refuses every request without TLS."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket.arn, _below(bucket, "*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def log_delivery_statements(bucket: Bucket, names: Names, region: str | None = None) -> list[dict[str, Any]]:
    """The statements that let AWS services deliver this account's logs, and no other account's.

    Load balancers: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    Flow logs and CloudFront: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html

    Args:
        bucket: The bucket that receives logs.
        names: Names of the stack.
        region: The bucket's region, where it is not the stack's.
    """
    account = {"StringEquals": {"aws:SourceAccount": names.account}}
    delivered = [_below(bucket, "AWSLogs/", names.account, "/*"), _below(bucket, "*/AWSLogs/", names.account, "/*")]
    # CloudFront delivers from us-east-1 wherever the stack is.
    sources = [names.arn("logs", "*", region=name) for name in dict.fromkeys((region or names.region, "us-east-1"))]
    return [
        {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": delivered,
            "Condition": {
                "ArnLike": {"aws:SourceArn": names.arn("elasticloadbalancing", "loadbalancer/*", region=region)}
            },
        },
        {
            "Sid": "BucketLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": _below(bucket, f"{ACCESS_LOG_PREFIX}/*"),
            "Condition": {**account, "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{names.physical('*')}"}},
        },
        {
            "Sid": "DeliveredLogs",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": delivered,
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": names.account,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
                "ArnLike": {"aws:SourceArn": sources},
            },
        },
        {
            "Sid": "DeliveryChecks",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket.arn,
            "Condition": {**account, "ArnLike": {"aws:SourceArn": sources}},
        },
    ]


def _below(bucket: Bucket, *parts: pulumi.Input[str]) -> pulumi.Input[str]:
    return concat(bucket.arn, "/", *parts)
