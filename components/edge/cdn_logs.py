"""The access log of a distribution."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names

#: CloudFront's log sources and destinations are registered here, wherever the bucket is.
_REGION = "us-east-1"


class CdnLogs(Component):
    """Standard logging (v2) of a distribution into a bucket, under ``AWSLogs/<account>/CloudFront/``.

    Delivery to S3 is free; storage is the bucket's. The bucket needs no ACL, unlike with the older logging, but its
    policy must admit ``delivery.logs.amazonaws.com``.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html

    Args:
        name: Logical name.
        names: Names of the stack.
        distribution_arn: The distribution.
        bucket_arn: The bucket.
        log_access: What must exist before AWS may write there: the bucket's policy.
        opts: Options of the component.
    """

    token = "edge:CdnLogs"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        distribution_arn: pulumi.Input[str],
        bucket_arn: pulumi.Input[str],
        log_access: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        physical = names.physical("cdn", limit=60)
        self.source = cloudwatch.LogDeliverySource(
            name,
            name=physical,
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            region=_REGION,
            tags=self.tags,
            opts=self.child(),
        )
        self.destination = cloudwatch.LogDeliveryDestination(
            name,
            name=physical,
            output_format="json",
            delivery_destination_configuration=cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
                destination_resource_arn=bucket_arn
            ),
            region=_REGION,
            tags=self.tags,
            opts=self.child(),
        )
        self.delivery = cloudwatch.LogDelivery(
            name,
            delivery_source_name=self.source.name,
            delivery_destination_arn=self.destination.arn,
            s3_delivery_configurations=[
                cloudwatch.LogDeliveryS3DeliveryConfigurationArgs(
                    enable_hive_compatible_path=False, suffix_path="/{DistributionId}/{yyyy}/{MM}/{dd}"
                )
            ],
            region=_REGION,
            tags=self.tags,
            opts=self.child(depends_on=list(log_access)),
        )
        self.register_outputs({"deliveryArn": self.delivery.arn})
