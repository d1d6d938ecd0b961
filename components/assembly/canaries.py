"""The canaries that visit the system from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.observability.canary import Canary
    from components.platform import Platform


def create_canaries(platform: Platform) -> dict[str, Canary]:
    """The canaries, by name."""
    active = {name: canary for name, canary in platform.settings.observability.canaries.items() if canary.enabled}
    if not active or platform.host is None:
        return {}
    from components.observability.canary import Canary

    return {
        name: Canary(
            f"canary-{name}",
            canary=name,
            settings=settings,
            names=platform.names,
            bucket=platform.all_buckets[str(settings.bucket)],
            host=platform.host,
            topic_arn=platform.notifications.arn,
            opts=platform.child(),
        )
        for name, settings in active.items()
    }
