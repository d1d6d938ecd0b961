"""What links give, whoever has them: a service, a function or a fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from settings.links import parse_link

if TYPE_CHECKING:
    from components.compute.fargate_service import FargateService
    from components.grant import Grant
    from components.site import Site


def link_grants(platform: Site, user: str, links: Sequence[str], services: Mapping[str, FargateService]) -> list[Grant]:
    """What ``links`` give to ``user``; a link to what this stack switches off gives nothing.

    Args:
        platform: The platform.
        user: Who links.
        links: The links.
        services: The services that exist already.
    """
    grants: list[Grant] = []
    for link in map(parse_link, links):
        if link.kind == "database" and platform.database is not None:
            grants.append(platform.database.grant(user))
        elif link.kind == "cache" and platform.cache is not None:
            grants.append(platform.cache.grant(user))
        elif link.kind == "bucket" and link.name in platform.all_buckets:
            grants.append(platform.all_buckets[link.name].grant(user, link.detail))
        elif link.kind == "secret":
            grants.append(platform.secrets[link.name].grant(user))
        elif link.kind == "parameters" and platform.parameters is not None:
            grants.append(platform.parameters.grant(user))
        elif link.kind == "events":
            from components.observability.event_rules import events_grant

            grants.append(events_grant(platform.names))
        elif link.kind == "table" and link.name in platform.tables:
            grants.append(platform.tables[link.name].grant(user, link.detail))
        elif link.kind == "service" and link.name in services:
            grants.append(services[link.name].grant())
    return grants
