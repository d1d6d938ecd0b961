"""Buckets, the key that encrypts them, and who may write and read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.assembly import account

if TYPE_CHECKING:
    from components.grant import Grant
    from components.platform import Platform
    from components.secrets.customer_key import CustomerKey
    from components.site import Site
    from components.storage.bucket import Bucket


def create_key(platform: Platform) -> CustomerKey | None:
    """The stack's own key, where the settings ask for one."""
    if not platform.settings.encryption.customer_key:
        return None
    from components.secrets.customer_key import CustomerKey

    return CustomerKey(
        "key",
        settings=platform.settings.encryption,
        names=platform.names,
        protect=platform.settings.storage.retain,
        statements=account.admit_to_key(platform),
        opts=platform.child(),
    )


def create_log_bucket(platform: Platform) -> Bucket | None:
    """The bucket that receives the logs of AWS services."""
    receivers = [name for name, bucket in platform.settings.active_buckets.items() if bucket.receives_logs]
    if not receivers:
        return None
    return _create_bucket(platform, receivers[0], None)


def admit_logs(platform: Platform) -> list[pulumi.Resource]:
    """The log bucket's policy, which AWS must find before it agrees to deliver there."""
    if platform.log_bucket is None:
        return []
    from components.storage.bucket_access import BucketAccess

    name = f"bucket-{platform.log_bucket.bucket_name}-access"
    return [BucketAccess(name, bucket=platform.log_bucket, names=platform.names, opts=platform.child()).policy]


def create_buckets(platform: Platform) -> dict[str, Bucket]:
    """Every other bucket."""
    others = [name for name, bucket in platform.settings.active_buckets.items() if not bucket.receives_logs]
    return {name: _create_bucket(platform, name, platform.log_bucket) for name in others}


def _create_bucket(platform: Platform, name: str, log_bucket: Bucket | None) -> Bucket:
    from components.storage.bucket import Bucket

    return Bucket(
        f"bucket-{name}",
        bucket_name=name,
        settings=platform.settings.active_buckets[name],
        names=platform.names,
        log_bucket=log_bucket,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def admit_to_buckets(platform: Platform) -> dict[str, pulumi.Resource]:
    """The policy of each bucket; the distribution may read the site, and the account's records may arrive."""
    policies: dict[str, pulumi.Resource] = {}
    site = None if platform.settings.cdn is None else platform.settings.cdn.site_bucket
    for name, bucket in platform.buckets.items():
        from components.storage.bucket_access import BucketAccess

        readers = (
            [platform.cdn.origin_access_statement(bucket.arn)] if platform.cdn is not None and name == site else []
        )
        statements = [*readers, *account.admit_to_bucket(platform, name, bucket)]
        access = BucketAccess(
            f"bucket-{name}-access", bucket=bucket, names=platform.names, statements=statements, opts=platform.child()
        )
        policies[name] = access.policy
    return policies


def notify_functions(platform: Platform) -> None:
    """What buckets tell functions."""
    for name, bucket in platform.all_buckets.items():
        if bucket.settings.notify:
            from components.storage.bucket_notifications import BucketNotifications

            BucketNotifications(
                f"bucket-{name}-notifications",
                settings=bucket.settings.notify,
                bucket=bucket,
                names=platform.names,
                functions=platform.functions,
                opts=platform.child(),
            )


def notified_grants(platform: Site, function: str) -> list[Grant]:
    """What lets a function read the objects that buckets tell it of."""
    told = [
        (bucket, entry)
        for bucket in platform.all_buckets.values()
        for entry in bucket.settings.notify.values()
        if entry.function == function
    ]
    if not told:
        return []
    from components.storage.bucket_notifications import reading_grant

    return [reading_grant(platform.names, bucket, entry) for bucket, entry in told]


def replicate_buckets(platform: Platform) -> dict[str, Bucket]:
    """Copies in the second region of the buckets that ask for one, by the names of their sources."""
    region = platform.settings.secondary_region
    copied = {name: bucket for name, bucket in platform.buckets.items() if bucket.settings.replicate}
    if region is None or not platform.settings.storage.replicate or not copied:
        return {}
    from components.storage.bucket_replication import BucketReplication

    log_bucket = _create_secondary_log_bucket(platform, region)
    return {
        name: BucketReplication(
            f"bucket-{name}-copy",
            bucket=bucket,
            region=region,
            names=platform.names,
            log_bucket=log_bucket,
            used_there=platform.second_region is not None and platform.second_region.follows,
            opts=platform.child(),
        ).copy
        for name, bucket in copied.items()
    }


def _create_secondary_log_bucket(platform: Platform, region: str) -> Bucket | None:
    """S3 writes access logs within a region only, so the copies need a bucket for theirs."""
    if platform.log_bucket is None:
        return None
    from components.storage.bucket import Bucket
    from components.storage.bucket_access import BucketAccess

    name = f"{platform.log_bucket.bucket_name}-secondary"
    bucket = Bucket(
        f"bucket-{name}",
        bucket_name=name,
        settings=platform.log_bucket.settings,
        names=platform.names,
        region=region,
        opts=platform.child(),
    )
    BucketAccess(f"bucket-{name}-access", bucket=bucket, names=platform.names, region=region, opts=platform.child())
    return bucket
