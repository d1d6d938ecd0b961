"""Settings of the search, events, queues and bot sections for tests, each with only what it needs."""

from __future__ import annotations

from typing import Any

from settings.bot import Bot
from settings.event_bus import EventBus, Queue
from settings.search import Search

RULE: dict[str, Any] = {
    "description": "Tells the recorder",
    "pattern": {"source": ["shop"], "detail-type": ["OrderPlaced"]},
    "targets": {"record": {"function": "orders"}},
}
BOT: dict[str, Any] = {
    "function": "orders",
    "slotTypes": {"Size": {"values": {"large": ["big"], "small": []}}, "Name": {"values": {"Ann": []}, "expand": True}},
    "intents": {
        "Order": {
            "utterances": ["I want a {Size} one", "order"],
            "slots": {
                "Size": {"type": "Size", "prompt": "Which size?"},
                "When": {"type": "AMAZON.Date", "prompt": "When?", "required": False, "retries": 1},
                "Name": {"type": "Name", "prompt": "Who are you?", "secret": True},
            },
        }
    },
}


def search(**overrides: Any) -> Search:
    """A redundant collection that is always on."""
    return Search.model_validate({"alwaysOn": True, "standbyReplicas": True, **overrides})


def event_bus(**overrides: Any) -> EventBus:
    """A bus with one rule."""
    return EventBus.model_validate({"rules": {"order-placed": RULE}, **overrides})


def queue(**overrides: Any) -> Queue:
    """A queue with its defaults."""
    return Queue.model_validate({"description": "Work that waits", **overrides})


def bot(**overrides: Any) -> Bot:
    """A bot with one intent of three slots."""
    return Bot.model_validate({**BOT, **overrides})
