"""Checks between the WebSocket API and what it names, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.problems import Path, Problem, nearest
from settings.serverless_checks import known_function
from settings.system import Settings


def websocket_api(settings: Settings) -> Iterator[Problem]:
    """Functions and tables that the API names and the system does not have, and functions that outlast it."""
    api = settings.active_websocket_api
    path: Path = ("websocketApi",)
    if api is not None:
        yield from known_function(settings, (*path, "function"), api.function)
        if api.authorizer is not None:
            yield from known_function(settings, (*path, "authorizer", "function"), api.authorizer.function)
        for key, route in api.routes.items():
            if route.function is not None:
                yield from known_function(settings, (*path, "routes", key, "function"), route.function)
        if api.connections is not None and api.connections not in settings.active_tables:
            hint = nearest(api.connections, settings.active_tables)
            yield Problem((*path, "connections"), f'no such table "{api.connections}"; {hint}')
        for name in api.functions:
            function = settings.active_functions.get(name)
            if function is not None and function.timeout_seconds * 1000 > api.timeout_ms:
                message = (
                    f"{function.timeout_seconds} s is more than the {api.timeout_ms} ms that websocketApi waits: "
                    "callers would get an error while the function still runs"
                )
                yield Problem(("functions", name, "timeoutSeconds"), message)
    if settings.cdn is not None and settings.cdn.enabled and settings.cdn.websocket and api is None:
        yield Problem(("cdn", "websocket"), "needs a websocketApi section")


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (websocket_api,)
