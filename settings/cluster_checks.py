"""Checks between Aurora, search, events, the bot, and what they live in or name, made before any resource exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.problems import Path, Problem, nearest
from settings.system import Settings


def aurora(settings: Settings) -> Iterator[Problem]:
    """A cluster without a network, or with a parameter that the group sets itself."""
    cluster = settings.active_aurora
    if cluster is None:
        return
    if settings.network is None:
        yield Problem(("aurora",), "needs a network section")
    if cluster.parameters.get("rds.force_ssl", "1") != "1":
        yield Problem(("aurora", "parameters"), "rds.force_ssl stays 1: clients must use TLS")


def search(settings: Settings) -> Iterator[Problem]:
    """A collection without a network, and vectors in a cluster that does not exist or cannot hold them."""
    found = settings.active_search
    if found is None:
        return
    if found.has_collection:
        if settings.network is None:
            yield Problem(("search",), "needs a network section")
        elif found.endpoint_zones > len(settings.network.zones):
            given = len(settings.network.zones)
            yield Problem(("search", "endpointZones"), f"{found.endpoint_zones}: network.zones has {given}")
        return
    if settings.active_aurora is None:
        yield Problem(("search", "store"), "pgvector keeps vectors in the Aurora cluster: add an aurora section")
    elif "vector" not in settings.active_aurora.extensions:
        yield Problem(("search", "store"), "pgvector needs the extension: add vector to aurora.extensions")


def event_bus(settings: Settings) -> Iterator[Problem]:
    """Targets that name nothing."""
    found = settings.active_event_bus
    if found is None:
        return
    for rule_name, rule in found.rules.items():
        for target_name, target in rule.targets.items():
            path: Path = ("eventBus", "rules", rule_name, "targets", target_name)
            if target.function is not None and target.function not in settings.functions:
                hint = nearest(target.function, settings.functions)
                yield Problem((*path, "function"), f'no such function "{target.function}"; {hint}')
            if target.queue is not None and target.queue not in settings.queues:
                hint = nearest(target.queue, settings.queues)
                yield Problem((*path, "queue"), f'no such queue "{target.queue}"; {hint}')


def bot(settings: Settings) -> Iterator[Problem]:
    """A function that fulfils the intents and does not exist."""
    found = settings.active_bot
    if found is not None and found.function not in settings.active_functions:
        hint = nearest(found.function, settings.active_functions)
        yield Problem(("bot", "function"), f'no such function "{found.function}"; {hint}')


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (aurora, search, event_bus, bot)
