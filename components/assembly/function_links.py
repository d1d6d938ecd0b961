"""What links give that only functions take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.grant import Grant
    from components.platform import Platform
    from settings.links import ParsedLink


def further_grants(platform: Platform, user: str, link: ParsedLink) -> list[Grant]:
    """What a link to something that only functions use gives; nothing where this stack switches it off.

    Args:
        platform: The platform.
        user: The function's name.
        link: The link.
    """
    if link.kind == "aurora" and platform.aurora is not None:
        return [platform.aurora.grant(user, link.name)]
    if link.kind == "instances":
        from components.functions.instance_rights import instance_grant

        return [instance_grant(platform.names, link.name, link.detail)]
    if link.kind == "websocket" and platform.websocket_api is not None:
        return [platform.websocket_api.grant()]
    return []
