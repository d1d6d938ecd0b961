"""Firewall, distribution, records and the check from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly import rest, websocket
from components.assembly.constants import GLOBAL_REGION

if TYPE_CHECKING:
    from components.edge.cdn import Cdn
    from components.edge.domain import Domain
    from components.edge.failover_records import FailoverRecords
    from components.edge.firewall import Firewall
    from components.edge.health_check import HealthCheck
    from components.platform import Platform


def create_firewall(platform: Platform) -> Firewall | None:
    """The web ACL in front of the distribution."""
    settings = platform.settings.firewall
    if settings is None or not settings.enabled:
        return None
    from components.edge.firewall import Firewall

    return Firewall(
        "firewall",
        settings=settings,
        names=platform.names,
        log_retention_days=platform.settings.observability.log_retention_days,
        opts=platform.child(),
    )


def create_cdn(platform: Platform) -> Cdn | None:
    """The distribution."""
    settings = platform.settings.cdn
    if settings is None or not settings.enabled:
        return None
    from components.edge.cdn import Cdn

    return Cdn(
        "cdn",
        settings=settings,
        names=platform.names,
        site_bucket_domain=platform.all_buckets[settings.site_bucket].bucket.bucket_regional_domain_name,
        load_balancer=platform.load_balancer,
        gateway=rest.gateway(platform),
        websocket=websocket.gateway(platform),
        domain_name=None if platform.domain is None else platform.domain.name,
        certificate_arn=None if platform.domain is None else platform.domain.certificate_arns[GLOBAL_REGION],
        web_acl_arn=None if platform.firewall is None else platform.firewall.arn,
        log_bucket_arn=None if platform.log_bucket is None else platform.log_bucket.bucket.arn,
        log_access=platform.log_access,
        opts=platform.child(),
    )


def create_records(platform: Platform) -> FailoverRecords | None:
    """The records that point the domain at what answers; where two regions do, what decides between them."""
    if platform.domain is None:
        return None
    shared = _share_records(platform, platform.domain)
    if shared is not None:
        return shared
    from components.edge.alias_records import AliasRecords

    if platform.cdn is not None:
        target, zone, ipv6, watched = platform.cdn.domain_name, platform.cdn.hosted_zone_id, True, False
    elif platform.load_balancer is not None:
        target, zone, ipv6, watched = platform.load_balancer.dns_name, platform.load_balancer.zone_id, False, True
    elif platform.http_api is not None and platform.http_api.domain is not None:
        target, zone = platform.http_api.address
        ipv6, watched = False, False
    elif platform.rest_api is not None and platform.rest_api.domain is not None:
        target, zone = platform.rest_api.domain.address
        ipv6, watched = False, False
    else:
        return None
    AliasRecords(
        "records",
        zone_id=platform.domain.zone_id,
        record_name=platform.domain.name,
        target=target,
        target_zone_id=zone,
        ipv6=ipv6,
        evaluate_health=watched,
        opts=platform.child(),
    )
    return None


def _share_records(platform: Platform, domain: Domain) -> FailoverRecords | None:
    standby, settings = platform.standby, platform.settings.active_standby
    if standby is None or settings is None or platform.behind_cdn:
        return None
    from components.edge.failover_records import Answer, FailoverRecords

    answers: list[Answer] = []
    for api in (platform.rest_api, standby.rest_api):
        if api is None or api.domain is None:
            return None
        target, zone_id = api.domain.address
        answers.append(Answer(target=target, target_zone_id=zone_id, host=api.own_host, base_path=api.own_base_path))
    return FailoverRecords(
        "records",
        zone_id=domain.zone_id,
        record_name=domain.name,
        first=answers[0],
        standby=answers[1],
        traffic=settings.traffic,
        check=platform.settings.observability.health_check,
        opts=platform.child(),
    )


def create_health_check(platform: Platform) -> HealthCheck | None:
    """The check from outside."""
    settings = platform.settings.observability.health_check
    if not settings.enabled or platform.host is None:
        return None
    from components.edge.health_check import HealthCheck

    return HealthCheck(
        "health", settings=settings, host=platform.host, base_path=platform.base_path, opts=platform.child()
    )
