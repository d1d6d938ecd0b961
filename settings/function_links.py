"""Checks of links that only functions take, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.links import AURORA_DETAILS, FUNCTION_ONLY, INSTANCE_DETAILS, ParsedLink, parse_link
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
}

CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (links,)
