"""The WebSocket API, in two steps: its address before the functions, its routes after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.api.websocket_api import WebSocketApi
    from components.api.websocket_routes import WebSocketRoutes
    from components.edge.cdn import Gateway
    from components.grant import Grant
    from components.platform import Platform
    from components.site import Site


def create_api(platform: Platform) -> WebSocketApi | None:
    """The API, whose address functions know."""
    settings = platform.settings.active_websocket_api
    if settings is None:
        return None
    from components.api.websocket_api import WebSocketApi

    return WebSocketApi("websocket-api", settings=settings, names=platform.names, opts=platform.child())


def create_routes(platform: Platform) -> WebSocketRoutes | None:
    """What happens on it."""
    settings = platform.settings.active_websocket_api
    if settings is None or platform.websocket_api is None:
        return None
    from components.api.websocket_routes import WebSocketRoutes

    return WebSocketRoutes(
        "websocket-routes",
        settings=settings,
        names=platform.names,
        api=platform.websocket_api,
        functions=platform.functions,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def connections_grants(platform: Site, user: str) -> list[Grant]:
    """The table of connections, for a function that takes them."""
    settings = platform.settings.active_websocket_api
    if settings is None or settings.connections is None or user not in settings.functions:
        return []
    return [platform.tables[settings.connections].grant(user)]


def gateway(platform: Platform) -> Gateway | None:
    """The API as the distribution calls it, where it does."""
    if platform.websocket_api is None or platform.settings.cdn is None or not platform.settings.cdn.websocket:
        return None
    from components.edge.cdn import Gateway

    return Gateway(host=platform.websocket_api.host, base_path=platform.websocket_api.base_path)
