"""Checks between the Aurora cluster and what it lives in, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.problems import Problem
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


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (aurora,)
