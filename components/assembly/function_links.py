"""What links give that only functions take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.grant import Grant
    from components.site import Site
    from settings.links import ParsedLink


def further_grants(platform: Site, user: str, link: ParsedLink) -> list[Grant]:
    """What a link to something that only functions use gives; nothing where this stack switches it off.

    Args:
        platform: The platform.
        user: The function's name.
        link: The link.
    """
    settings = platform.settings
    if link.kind == "aurora" and platform.aurora is not None:
        return [platform.aurora.grant(user, link.name)]
    if link.kind == "instances":
        from components.functions.instance_rights import instance_grant

        return [instance_grant(platform.names, link.name, link.detail)]
    if link.kind == "websocket" and platform.websocket_api is not None:
        return [platform.websocket_api.grant()]
    if link.kind == "search":
        return _search(platform, user)
    if link.kind == "bus" and settings.active_event_bus is not None:
        from components.events.event_bus import bus_grant

        return [bus_grant(platform.names)]
    if link.kind == "queue" and link.name in platform.queues:
        return [platform.queues[link.name].grant(user, link.detail)]
    if link.kind == "function" and link.name in settings.active_functions:
        from components.functions.function_grants import call_grant

        return [call_grant(platform.names, link.name, settings.functions[link.name].physical_name)]
    if link.kind == "model":
        from components.functions.function_grants import model_grant

        return [model_grant(platform.names, link.name, settings.models[link.name])]
    return []


def _search(platform: Site, user: str) -> list[Grant]:
    """The collection, the Aurora cluster that keeps the vectors, or the word that there is neither."""
    from components.grant import Grant

    if platform.search is not None:
        return [platform.search.grant(user)]
    settings = platform.settings.active_search
    if settings is None or platform.aurora is None:
        return [Grant(environment={"VECTOR_STORE": "none"})]
    return [Grant(environment={"VECTOR_STORE": "pgvector"}), platform.aurora.grant(user)]
