"""The Aurora cluster and the search collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.links import parse_link

if TYPE_CHECKING:
    from components.data.aurora import AuroraCluster
    from components.iam import ServiceRole
    from components.platform import Platform
    from components.search.collection import SearchCollection


def create_aurora(platform: Platform) -> AuroraCluster | None:
    """The Aurora cluster, in the database subnets where there are any, and in the private ones otherwise."""
    settings = platform.settings.active_aurora
    if settings is None or platform.vpc is None:
        return None
    from components.data.aurora import AuroraCluster

    there = platform.second_region
    return AuroraCluster(
        "aurora",
        settings=settings,
        names=platform.names,
        vpc_id=platform.vpc.id,
        subnet_ids=platform.vpc.database_subnet_ids or platform.vpc.all_private_subnet_ids,
        zones=platform.vpc.zones,
        log_retention_days=platform.settings.observability.log_retention_days,
        global_cluster=platform.global_cluster,
        administrator_replica=None if there is None else there.replica,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_search(platform: Platform) -> SearchCollection | None:
    """The search collection."""
    settings = platform.settings.active_search
    if settings is None or not settings.has_collection or platform.vpc is None:
        return None
    from components.search.collection import SearchCollection

    return SearchCollection(
        "search",
        settings=settings,
        names=platform.names,
        vpc_id=platform.vpc.id,
        subnet_ids=platform.vpc.private_subnet_ids,
        retain=platform.settings.storage.retain,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def admit_to_search(platform: Platform) -> None:
    """Let the functions that link to the collection read, or write, its documents."""
    if platform.search is None:
        return
    roles: dict[str, list[ServiceRole]] = {"": [], "write": []}
    for name, function in platform.functions.items():
        for link in map(parse_link, platform.settings.functions[name].links):
            if link.kind == "search":
                roles[link.name].append(function.role)
    platform.search.admit(readers=roles[""], writers=roles["write"])
