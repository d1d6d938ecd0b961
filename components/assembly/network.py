"""The VPC, the load balancer and the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly.constants import GLOBAL_REGION

if TYPE_CHECKING:
    from components.edge.domain import Domain
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc
    from components.platform import Platform
    from components.site import Site


def create_vpc(platform: Site) -> Vpc | None:
    """The VPC."""
    if platform.settings.network is None:
        return None
    from components.network.vpc import Vpc

    return Vpc(
        platform.called("vpc"),
        settings=platform.settings.network,
        names=platform.names,
        log_bucket_arn=None if platform.log_bucket is None else platform.log_bucket.bucket.arn,
        log_access=platform.log_access,
        opts=platform.child(),
    )


def create_domain(platform: Platform) -> Domain | None:
    """The domain, with a certificate in each region that needs one."""
    if platform.settings.domain is None:
        return None
    from components.edge.domain import Domain

    regions = [GLOBAL_REGION] if platform.behind_cdn else []
    regional = platform.settings.load_balancer is not None or (
        not platform.behind_cdn
        and (platform.settings.active_http_api is not None or platform.settings.active_rest_api is not None)
    )
    if regional:
        regions += [platform.settings.region, *_standby_regions(platform)]
    return Domain("domain", settings=platform.settings.domain, regions=regions, opts=platform.child())


def _standby_regions(platform: Platform) -> list[str]:
    """Where a standby answers for the domain too."""
    there = platform.second_region
    answers = there is not None and there.follows and platform.settings.active_rest_api is not None
    return [there.names.region] if there is not None and answers else []


def create_load_balancer(platform: Platform) -> LoadBalancer | None:
    """The load balancer in front of public services."""
    settings = platform.settings.load_balancer
    if settings is None or platform.vpc is None:
        return None
    from components.network.load_balancer import LoadBalancer

    public = [service for service in platform.settings.active_services.values() if service.public is not None]
    certificate = settings.certificate_arn
    if certificate is None and platform.domain is not None:
        certificate = platform.domain.certificate_arns[platform.settings.region]
    return LoadBalancer(
        "load-balancer",
        settings=settings,
        names=platform.names,
        vpc=platform.vpc,
        target_ports=sorted(
            {*(service.port for service in public), *(f.port for f in platform.settings.active_fleets.values())}
        ),
        behind_cdn=platform.behind_cdn,
        secret=None if platform.settings.cdn is None else platform.settings.cdn.origin_secret,
        certificate_arn=certificate,
        log_bucket=None if platform.log_bucket is None else platform.log_bucket.bucket.bucket,
        log_access=platform.log_access,
        opts=platform.child(),
    )
