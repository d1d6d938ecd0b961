"""What the second region has for the day that the first fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi

from components.names import Names
from components.secrets.replica import Replica

if TYPE_CHECKING:
    from pulumi_aws import Provider, rds

    from components.data.aurora_standby import AuroraStandby
    from components.data.backup_copies import BackupCopies
    from components.platform import Platform
    from components.secrets.customer_key import CustomerKey
    from components.site import Site
    from components.standby import Standby


@dataclass(frozen=True, kw_only=True)
class SecondRegion:
    """The ground that a standby stands on.

    Attributes:
        names: Names of the stack there.
        provider: The provider that makes things there.
        key: A key of that region, which a member of a global database must name; None where only copies arrive.
        follows: Whether functions and a member of the database live there.
        whole: Whether the key encrypts everything, not the database alone.
    """

    names: Names
    provider: Provider
    key: CustomerKey | None
    follows: bool
    whole: bool

    @property
    def key_arn(self) -> pulumi.Input[str] | None:
        """The key for everything but the database, or None for AWS's own keys."""
        return None if self.key is None or not self.whole else self.key.arn

    @property
    def replica(self) -> Replica:
        """Where secrets keep a copy."""
        return Replica(names=self.names, kms_key_arn=self.key_arn)


def find_region(platform: Platform) -> SecondRegion | None:
    """The second region, through a provider of its own: whole components are made there as they are made here."""
    settings = platform.settings
    standby, region = settings.active_standby, settings.secondary_region
    if standby is None:
        return None
    assert region is not None  # the configuration was checked
    from components.provider import create_provider
    from components.secrets.customer_key import CustomerKey

    names = replace(platform.names, region=region, home=platform.names.region)
    provider = create_provider(settings, name="aws-standby", region=region)
    key = None
    if settings.global_aurora or settings.encryption.customer_key:
        key = CustomerKey(
            "standby-key",
            settings=settings.encryption,
            names=names,
            protect=settings.storage.retain,
            opts=platform.child(providers={"aws": provider}),
        )
    return SecondRegion(
        names=names, provider=provider, key=key, follows=standby.follows, whole=settings.encryption.whole
    )


def create_global_cluster(platform: Platform) -> rds.GlobalCluster | None:
    """The global database that both members belong to."""
    settings = platform.settings.active_aurora
    if settings is None or not platform.settings.global_aurora:
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


def create_aurora_standby(site: Site, first: Platform, key: CustomerKey | None) -> AuroraStandby | None:
    """The second member of the global database.

    Args:
        site: The standby.
        first: The system in the first region.
        key: The key of the second region.
    """
    settings = site.settings.active_aurora
    if settings is None or first.global_cluster is None or first.aurora is None or site.vpc is None or key is None:
        return None
    from components.data.aurora_standby import AuroraStandby

    return AuroraStandby(
        site.called("aurora"),
        settings=settings,
        names=site.names,
        vpc_id=site.vpc.id,
        subnet_ids=site.vpc.database_subnet_ids or site.vpc.private_subnet_ids,
        global_cluster=first.global_cluster,
        kms_key_arn=key.arn,
        primary=first.aurora.instances,
        log_retention_days=site.settings.observability.log_retention_days,
        opts=site.child(),
    )


def create_standby(platform: Platform) -> Standby | None:
    """Functions, their API and what they use, in the second region."""
    there = platform.second_region
    if there is None or not there.follows:
        return None
    from components.standby import Standby

    return Standby(platform, there)


def copy_backups(platform: Platform) -> BackupCopies | None:
    """Snapshots of the database in the second region, where nothing follows."""
    there, standby = platform.second_region, platform.settings.active_standby
    if there is None or standby is None or there.follows or platform.aurora is None:
        return None
    from components.data.backup_copies import BackupCopies

    return BackupCopies(
        "backup-copies",
        settings=standby,
        names=platform.names,
        cluster_arn=platform.aurora.cluster.arn,
        there=there.provider,
        kms_key_arn=platform.key_arn,
        kms_key_arn_there=there.key_arn,
        retain=platform.settings.storage.retain,
        opts=platform.child(),
    )
