"""Cluster, repositories and services, and what their links give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly.links import link_grants
from components.assembly.repositories import create_repository
from settings.links import parse_link
from settings.ordering import in_link_order

if TYPE_CHECKING:
    import pulumi

    from components.compute.ecs_cluster import EcsCluster
    from components.compute.error_logs import ErrorLogs
    from components.compute.fargate_service import FargateService
    from components.compute.image_repository import ImageRepository
    from components.grant import Grant
    from components.platform import Platform


def create_cluster(platform: Platform) -> EcsCluster | None:
    """The cluster that services run on."""
    services = platform.settings.active_services.values()
    if not services or platform.vpc is None:
        return None
    from components.compute.ecs_cluster import EcsCluster

    return EcsCluster(
        "cluster",
        settings=platform.settings.containers,
        names=platform.names,
        vpc_id=platform.vpc.id,
        spot=all(service.spot and not service.critical for service in services),
        log_retention_days=platform.settings.observability.log_retention_days,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_error_logs(platform: Platform) -> ErrorLogs | None:
    """What copies error lines, where a service keeps them apart."""
    if not any(service.error_log_retention_days for service in platform.settings.active_services.values()):
        return None
    from components.compute.error_logs import ErrorLogs

    return ErrorLogs(
        "error-logs",
        names=platform.names,
        retention_days=platform.settings.observability.log_retention_days,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_repositories(platform: Platform) -> dict[str, ImageRepository]:
    """A repository for each service that runs an image of its own."""
    return {
        name: create_repository(platform, name, build=service.build, architecture=service.architecture)
        for name, service in platform.settings.active_services.items()
        if service.image is None
    }


def create_services(platform: Platform) -> dict[str, FargateService]:
    """The services, each after those that it links to."""
    if platform.cluster is None or platform.vpc is None:
        return {}
    from components.compute.fargate_service import FargateService

    active = platform.settings.active_services
    public = [name for name, service in active.items() if service.public is not None]
    made: dict[str, FargateService] = {}
    for name in in_link_order(active):
        service = active[name]
        repository = platform.repositories.get(name)
        made[name] = FargateService(
            name,
            service=name,
            settings=service,
            names=platform.names,
            cluster=platform.cluster,
            vpc=platform.vpc,
            image=image_of(platform, name),
            grants=_grants(platform, name, made),
            load_balancer=platform.load_balancer,
            priority=public.index(name) + 1 if name in public else 1,
            error_logs=platform.error_logs if service.error_log_retention_days else None,
            kms_key_arn=platform.key_arn,
            requires=[*platform.vpc.egress, *([] if repository is None else repository.resources)],
            opts=platform.child(),
        )
    return made


def image_of(platform: Platform, name: str) -> pulumi.Input[str]:
    """The image that a service runs: as configured, or from its own repository at the configured release."""
    own = platform.settings.services[name].image
    return platform.repositories[name].image_uri(platform.settings.release) if own is None else own


def linked_to(platform: Platform, kind: str) -> list[str]:
    """Services that link to a kind of thing, such as the database."""
    services = platform.settings.active_services
    return [name for name, service in services.items() if any(parse_link(x).kind == kind for x in service.links)]


def _grants(platform: Platform, user: str, made: dict[str, FargateService]) -> list[Grant]:
    """What a service's links give it; a link to what this stack switches off gives nothing."""
    grants = [_common_environment(platform, user)]
    grants += link_grants(platform, user, platform.settings.services[user].links, made)
    return grants


def _common_environment(platform: Platform, user: str) -> Grant:
    """What a service is told without a link: its metrics' namespace, and which site may call it."""
    from components.grant import Grant

    environment = {"METRICS_NAMESPACE": platform.settings.observability.metrics_namespace}
    if platform.settings.services[user].public is not None:
        # Requests pass the load balancer, and CloudFront before it: the client's address stands so far back.
        environment["PROXY_HOPS"] = "2" if platform.behind_cdn else "1"
        if platform.domain is not None:
            environment["CORS_ORIGINS"] = f"https://{platform.domain.name}"
    return Grant(environment=environment)
