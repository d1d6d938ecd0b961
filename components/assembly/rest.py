"""Tables, users, and the REST API with its firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.api.rest_api import RestApi
    from components.data.table import Table
    from components.edge.cdn import Gateway
    from components.edge.firewall import Firewall
    from components.edge.origin_secret import OriginSecret
    from components.identity.user_directory import UserDirectory
    from components.site import Site


def create_tables(platform: Site) -> dict[str, Table]:
    """The tables, by name."""
    if not platform.settings.active_tables:
        return {}
    from components.data.table import Table

    return {
        name: Table(
            f"table-{name}",
            table_name=name,
            settings=table,
            names=platform.names,
            kms_key_arn=platform.key_arn,
            replica_region=platform.settings.secondary_region,
            opts=platform.child(),
        )
        for name, table in platform.settings.active_tables.items()
    }


def create_users(platform: Site) -> UserDirectory | None:
    """The user pool."""
    settings = platform.settings.active_identity
    if settings is None:
        return None
    from components.identity.user_directory import UserDirectory

    return UserDirectory("users", settings=settings, names=platform.names, opts=platform.child())


def create_rest_api(platform: Site, *, same_keys_as: RestApi | None = None) -> RestApi | None:
    """The REST API.

    Args:
        platform: The site.
        same_keys_as: The API in the first region, for the one that stands by: callers keep their keys.
    """
    settings = platform.settings.active_rest_api
    if settings is None:
        return None
    from components.api.rest_api import RestApi

    # Behind a distribution the name of one's own is the distribution's.
    domain = None if platform.behind_cdn else platform.domain
    firewall = _create_firewall(platform)
    return RestApi(
        platform.called("rest-api"),
        settings=settings,
        names=platform.names,
        functions=platform.functions,
        user_pool_arn=None if platform.users is None else platform.users.arn,
        domain_name=None if domain is None else domain.name,
        certificate_arn=None if domain is None else domain.certificate_arns[platform.settings.region],
        web_acl_arn=None if firewall is None else firewall.arn,
        same_keys_as=same_keys_as,
        checked_by_region=platform.answers_for_region,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_origin_secret(platform: Site) -> OriginSecret | None:
    """What the API's firewall knows the distribution by, where both exist."""
    settings, cdn = platform.settings.active_rest_api, platform.settings.cdn
    if settings is None or settings.firewall is None or not settings.firewall.enabled:
        return None
    # A distribution of the site alone leaves callers to come to the API themselves.
    if cdn is None or not platform.behind_cdn or not cdn.api_paths:
        return None
    from components.edge.origin_secret import OriginSecret

    return OriginSecret(
        "rest-api-origin-secret", settings=cdn.origin_secret, names=platform.names, opts=platform.child()
    )


def gateway(platform: Site) -> Gateway | None:
    """The API that a distribution calls where there is no load balancer."""
    from components.edge.cdn import Gateway

    if platform.rest_api is not None:
        secret = None if platform.origin_secret is None else platform.origin_secret.value
        return Gateway(host=platform.rest_api.host, base_path=platform.rest_api.base_path, secret=secret)
    return None if platform.http_api is None else Gateway(host=platform.http_api.host)


def _create_firewall(platform: Site) -> Firewall | None:
    settings = platform.settings.active_rest_api
    if settings is None or settings.firewall is None or not settings.firewall.enabled:
        return None
    from components.edge.firewall import Firewall

    return Firewall(
        platform.called("rest-api-firewall"),
        settings=settings.firewall,
        names=platform.names,
        role="rest-api",
        scope="REGIONAL",
        origin_secret=None if platform.origin_secret is None else platform.origin_secret.value,
        log_retention_days=settings.log_retention_days,
        opts=platform.child(),
    )
