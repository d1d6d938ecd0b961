"""Fleets of EC2 instances, and the repositories that they pull from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly.repositories import create_repository
from settings.links import parse_link

if TYPE_CHECKING:
    from components.compute.image_repository import ImageRepository
    from components.compute.instance_fleet import InstanceFleet
    from components.platform import Platform


def linked_to(platform: Platform, kind: str) -> list[str]:
    """Fleets that link to a kind of thing, such as the database."""
    fleets = platform.settings.active_fleets
    return [name for name, fleet in fleets.items() if any(parse_link(link).kind == kind for link in fleet.links)]


def create_fleets(platform: Platform) -> dict[str, InstanceFleet]:
    """The fleets, which the load balancer knows after the services."""
    active = platform.settings.active_fleets
    if not active or platform.vpc is None or platform.load_balancer is None:
        return {}
    from components.assembly.links import link_grants
    from components.compute.instance_fleet import InstanceFleet
    from components.grant import Grant
    from components.provider import default_tags

    first = 1 + sum(service.public is not None for service in platform.settings.active_services.values())
    namespace = platform.settings.observability.metrics_namespace
    repositories = _create_repositories(platform)
    made: dict[str, InstanceFleet] = {}
    for position, (name, fleet) in enumerate(active.items()):
        repository = repositories.get(name)
        image = fleet.image if repository is None else repository.image_uri(platform.settings.release)
        if image is None:
            raise ValueError(f"fleets.{name}: has no image to run")
        environment = {"METRICS_NAMESPACE": namespace}
        if platform.domain is not None:
            environment["CORS_ORIGINS"] = f"https://{platform.domain.name}"
        made[name] = InstanceFleet(
            name,
            fleet=name,
            settings=fleet,
            names=platform.names,
            vpc=platform.vpc,
            image=image,
            load_balancer=platform.load_balancer,
            priority=first + position,
            grants=[
                Grant(environment=environment),
                *link_grants(platform, name, fleet.links, platform.services),
            ],
            metrics_namespace=namespace,
            shared_tags=default_tags(platform.settings),
            kms_key_arn=platform.key_arn,
            requires=[*platform.vpc.egress, *([] if repository is None else repository.resources)],
            opts=platform.child(),
        )
    return made


def _create_repositories(platform: Platform) -> dict[str, ImageRepository]:
    own = {name: fleet for name, fleet in platform.settings.active_fleets.items() if fleet.image is None}
    if not own:
        return {}
    from components.network.nat import architecture

    return {
        name: create_repository(
            platform,
            name,
            build=fleet.build,
            architecture="ARM64" if architecture(fleet.instance_type) == "arm64" else "X86_64",
        )
        for name, fleet in own.items()
    }
