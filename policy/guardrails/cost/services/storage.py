"""S3. https://aws.amazon.com/s3/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices

SERVICE: Final = "Storage"

free(
    SERVICE,
    "a setting of the bucket",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
    "aws:s3/bucketRequestPaymentConfiguration:BucketRequestPaymentConfiguration",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
)
free(
    SERVICE,
    "its bytes are in the bucket's storageGb",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
)


@prices(
    "aws:s3/bucket:Bucket",
    service=SERVICE,
    keys=(
        Key("storageGb", "GB in S3 Standard, old versions included"),
        optional("standardIaGb", "GB in Standard-IA"),
        optional("oneZoneIaGb", "GB in One Zone-IA"),
        optional("intelligentGb", "GB in Intelligent-Tiering, frequent access"),
        optional("intelligentIaGb", "GB in Intelligent-Tiering, infrequent access"),
        optional("glacierIrGb", "GB in Glacier Instant Retrieval"),
        optional("glacierGb", "GB in Glacier Flexible Retrieval"),
        optional("deepArchiveGb", "GB in Glacier Deep Archive"),
        optional("putRequests", "PUT, COPY, POST and LIST requests"),
        optional("getRequests", "GET requests that reach S3"),
        optional("iaTransitions", "objects moved to an infrequent-access class by lifecycle"),
        optional("glacierTransitions", "objects moved to Glacier Flexible Retrieval by lifecycle"),
    ),
)
def bucket(bill: Bill) -> None:
    """GB by storage class, requests, lifecycle transitions."""
    for key, name, price_id in (
        ("storageGb", "S3 Standard", "s3.standard.gb_month"),
        ("standardIaGb", "S3 Standard-IA", "s3.standard_ia.gb_month"),
        ("oneZoneIaGb", "S3 One Zone-IA", "s3.onezone_ia.gb_month"),
        ("intelligentGb", "S3 Intelligent-Tiering, frequent", "s3.int.fa.gb_month"),
        ("intelligentIaGb", "S3 Intelligent-Tiering, infrequent", "s3.int.ia.gb_month"),
        ("glacierIrGb", "S3 Glacier Instant Retrieval", "s3.glacier_ir.gb_month"),
        ("glacierGb", "S3 Glacier Flexible Retrieval", "s3.glacier.gb_month"),
        ("deepArchiveGb", "S3 Glacier Deep Archive", "s3.deep_archive.gb_month"),
        ("putRequests", "S3 write requests", "s3.put.request"),
        ("getRequests", "S3 read requests", "s3.get.request"),
        ("iaTransitions", "S3 transitions to infrequent access", "s3.ia_transition.request"),
        ("glacierTransitions", "S3 transitions to Glacier", "s3.glacier_transition.request"),
    ):
        bill.usage(key, name, price_id)


@prices(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    service=SERVICE,
    keys=(
        Key("replicatedGb", "GB copied to another region (their storage is the destination bucket's)"),
        optional("replicatedObjects", "objects copied"),
    ),
)
def replication(bill: Bill) -> None:
    """GB sent to the other region and a PUT for each object."""
    bill.usage("replicatedGb", "cross-region replication", "s3.crr.gb")
    bill.usage("replicatedObjects", "replicated objects", "s3.put.request")


@prices(
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
    service=SERVICE,
    keys=(Key("monitoredObjects", "objects of 128 KB or more in Intelligent-Tiering"),),
)
def intelligent_tiering(bill: Bill) -> None:
    """A monitoring charge for each object."""
    bill.usage("monitoredObjects", "Intelligent-Tiering monitoring", "s3.int.monitoring.object")


@prices(
    "aws:s3/bucketMetric:BucketMetric",
    service=SERVICE,
    keys=(Key("metrics", "request metrics that appear in CloudWatch, 16 for a busy bucket"),),
)
def bucket_metric(bill: Bill) -> None:
    """Request metrics cost as much as custom metrics."""
    bill.usage("metrics", "S3 request metrics", "cw.metric.month")


@prices(
    "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration",
    service=SERVICE,
    keys=(Key("acceleratedGb", "GB that take the accelerated path", "status Enabled"),),
)
def acceleration(bill: Bill) -> None:
    """GB accelerated."""
    if bill.text("status", "Enabled") == "Suspended":
        bill.free("acceleration is suspended")
        return
    bill.usage("acceleratedGb", "accelerated transfer", "s3.acceleration.gb")
