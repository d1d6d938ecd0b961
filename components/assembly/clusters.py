"""The Aurora cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.data.aurora import AuroraCluster
    from components.platform import Platform


def create_aurora(platform: Platform) -> AuroraCluster | None:
    """The Aurora cluster, in the database subnets where there are any, and in the private ones otherwise."""
    settings = platform.settings.active_aurora
    if settings is None or platform.vpc is None:
        return None
    from components.data.aurora import AuroraCluster

    return AuroraCluster(
        "aurora",
        settings=settings,
        names=platform.names,
        vpc_id=platform.vpc.id,
        subnet_ids=platform.vpc.database_subnet_ids or platform.vpc.all_private_subnet_ids,
        zones=platform.vpc.zones,
        log_retention_days=platform.settings.observability.log_retention_days,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )
