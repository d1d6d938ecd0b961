"""Queues, the bus of events, and the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.conversation.lex_bot import LexBot
    from components.events.event_bus import EventBus
    from components.events.event_queue import EventQueue
    from components.site import Site


def create_queues(platform: Site) -> dict[str, EventQueue]:
    """The queues, by name."""
    if not platform.settings.active_queues:
        return {}
    from components.events.event_queue import EventQueue

    return {
        name: EventQueue(
            platform.called(f"queue-{name}"),
            queue=name,
            settings=queue,
            names=platform.names,
            kms_key_arn=platform.key_arn,
            opts=platform.child(),
        )
        for name, queue in platform.settings.active_queues.items()
    }


def create_event_bus(platform: Site) -> EventBus | None:
    """The bus of events; without one the queues take no events."""
    settings = platform.settings.active_event_bus
    if settings is None:
        for queue in platform.queues.values():
            queue.admit(queue, {})
        return None
    from components.events.event_bus import EventBus

    return EventBus(
        platform.called("event-bus"),
        settings=settings,
        names=platform.names,
        functions=platform.functions,
        queues=platform.queues,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_bot(platform: Site) -> LexBot | None:
    """The bot."""
    settings = platform.settings.active_bot
    if settings is None:
        return None
    from components.conversation.lex_bot import LexBot

    return LexBot(
        "bot",
        settings=settings,
        names=platform.names,
        function=platform.functions[settings.function],
        log_retention_days=platform.settings.observability.log_retention_days,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )
