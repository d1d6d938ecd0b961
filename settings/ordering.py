"""The order in which services are made: what is linked to comes before what links to it."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from settings.links import parse_link
from settings.services import Service


def in_link_order(services: Mapping[str, Service]) -> list[str]:
    """Names of ``services`` with every linked service before the one that links to it.

    Raises:
        LinkCircleError: Services link to each other in a circle.
    """
    graph = {name: sorted(_linked(service) & services.keys()) for name, service in services.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise LinkCircleError(error.args[1]) from None


class LinkCircleError(ValueError):
    """Services link to each other in a circle.

    Attributes:
        circle: Names along the circle, the first one again at the end.
    """

    def __init__(self, circle: list[str]) -> None:
        self.circle = circle
        super().__init__(f"services link to each other in a circle: {' → '.join(circle)}")


def _linked(service: Service) -> set[str]:
    return {link.name for link in map(parse_link, service.links) if link.kind == "service"}
