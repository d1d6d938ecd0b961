"""What stands by in the second region."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from pulumi_aws import rds

    from components.data.aurora_standby import AuroraStandby
    from components.platform import Platform


def create_global_cluster(platform: Platform) -> rds.GlobalCluster | None:
    """The global database that both members belong to."""
    settings = platform.settings.active_aurora
    if settings is None or settings.standby is None or not settings.standby.enabled:
        return None
    from pulumi_aws import rds

    from components.data.aurora import ENGINE

    return rds.GlobalCluster(
        "aurora-global",
        global_cluster_identifier=platform.names.physical("aurora-global"),
        engine=ENGINE,
        engine_version=settings.version,
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        database_name=settings.name,
        storage_encrypted=True,
        deletion_protection=settings.deletion_protection,
        tags=platform.tags,
        opts=platform.child(protect=settings.deletion_protection),
    )


def create_aurora_standby(platform: Platform) -> AuroraStandby | None:
    """The second member, in a network of its own, through a provider of its region."""
    settings = platform.settings.active_aurora
    region = platform.settings.secondary_region
    if platform.global_cluster is None or platform.aurora is None or settings is None or settings.standby is None:
        return None
    assert region is not None  # the configuration was checked
    from components.data.aurora_standby import AuroraStandby
    from components.network.vpc import Vpc
    from components.provider import create_provider
    from components.secrets.customer_key import CustomerKey

    names = replace(platform.names, region=region)
    provider = create_provider(platform.settings, name="aws-standby", region=region)

    def there() -> pulumi.ResourceOptions:
        return platform.child(providers={"aws": provider})

    vpc = Vpc("standby-vpc", settings=settings.standby.network, names=names, opts=there())
    key = CustomerKey(
        "standby-key",
        settings=platform.settings.encryption,
        names=names,
        protect=settings.deletion_protection,
        opts=there(),
    )
    return AuroraStandby(
        "aurora-standby",
        settings=settings,
        names=names,
        vpc_id=vpc.id,
        subnet_ids=vpc.database_subnet_ids or vpc.private_subnet_ids,
        global_cluster=platform.global_cluster,
        kms_key_arn=key.arn,
        primary=platform.aurora.instances,
        log_retention_days=platform.settings.observability.log_retention_days,
        opts=there(),
    )
