"""Checks of links that only functions take, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.links import (
    AURORA_DETAILS,
    FUNCTION_ONLY,
    INSTANCE_DETAILS,
    QUEUE_DETAILS,
    SEARCH_DETAILS,
    ParsedLink,
    parse_link,
)
from settings.problems import Path, Problem, nearest
from settings.system import Settings


def links(settings: Settings) -> Iterator[Problem]:
    """Links that name nothing, or ask for what the linked thing cannot give."""
    for name, function in settings.active_functions.items():
        for index, link in enumerate(function.links):
            parsed = parse_link(link)
            path: Path = ("functions", name, "links", index)
            if parsed.kind in FUNCTION_ONLY:
                for message in _CHECKS[parsed.kind](settings, name, parsed):
                    yield Problem(path, f'"{link}": {message}')


def _aurora(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    if link.name not in AURORA_DETAILS:
        hint = nearest(link.name, AURORA_DETAILS[1:])
        yield f'write "aurora" for the writer, "aurora:reader" for the readers; {hint}'
    if settings.aurora is None:
        yield "links to nothing: the system has no aurora section"
    elif settings.active_aurora is not None:
        yield from _inside(settings, function)


def _websocket(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    if link.name:
        yield 'there is one; write "websocket"'
    if settings.websocket_api is None:
        yield "links to nothing: the system has no websocketApi section"


def _search(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    if link.name not in SEARCH_DETAILS:
        hint = nearest(link.name, SEARCH_DETAILS[1:])
        yield f'write "search" to read, "search:write" to write documents too; {hint}'
    if settings.search is None:
        yield "links to nothing: the system has no search section"
    elif settings.active_search is not None:
        yield from _inside(settings, function)


def _bus(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    del function
    if link.name:
        yield 'bus takes no name; write "bus"'
    if settings.event_bus is None:
        yield "links to nothing: the system has no eventBus section"


def _queue(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    del function
    if link.name not in settings.queues:
        yield f"links to nothing: no such queue; {nearest(link.name, settings.queues)}"
    elif link.detail not in QUEUE_DETAILS:
        hint = nearest(link.detail, QUEUE_DETAILS[1:])
        yield f'write "queue:{link.name}" to send, "queue:{link.name}/receive" to receive; {hint}'


def _function(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    if link.name not in settings.functions:
        yield f"links to nothing: no such function; {nearest(link.name, settings.functions)}"
    elif link.name == function:
        yield "a function that calls itself can run for ever, and be paid for: split the work by a queue"


def _model(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    del function
    if link.name not in settings.models:
        yield f"links to nothing: no such model; {nearest(link.name, settings.models)}"


def _inside(settings: Settings, function: str) -> Iterator[str]:
    if not settings.functions[function].vpc:
        yield "is reached inside the network only: set vpc: true"


def _instances(settings: Settings, function: str, link: ParsedLink) -> Iterator[str]:
    del settings, function  # they are instances of the account, not of the stack
    if not link.name:
        yield 'say whose: "instances:<name>" are those with the tag ManagedBy=<name>'
    elif link.detail not in INSTANCE_DETAILS:
        hint = nearest(link.detail, INSTANCE_DETAILS[1:])
        yield f'write "instances:{link.name}" to start, stop and reboot, "instances:{link.name}/read" to see; {hint}'


_CHECKS: dict[str, Callable[[Settings, str, ParsedLink], Iterator[str]]] = {
    "aurora": _aurora,
    "instances": _instances,
    "websocket": _websocket,
    "bus": _bus,
    "function": _function,
    "model": _model,
    "queue": _queue,
    "search": _search,
}

CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (links,)
