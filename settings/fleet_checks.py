"""Checks between fleets and what they need, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.problems import Problem
from settings.system import Settings


def fleets(settings: Settings) -> Iterator[Problem]:
    """Fleets without an image, a network, a load balancer or a name of their own."""
    for name, fleet in settings.active_fleets.items():
        if name in settings.active_services or name in settings.active_functions:
            kind = "service" if name in settings.active_services else "function"
            yield Problem(("fleets", name), f"a {kind} has that name too: choose another")
        if fleet.image is None and fleet.build is None and settings.release is None:
            yield Problem(("fleets", name), "has nothing to run: set image or build, or release for its own repository")
        if settings.load_balancer is None:
            yield Problem(("fleets", name), "needs a loadBalancer section: nothing would call its instances")
        if settings.network is None:
            yield Problem(("fleets", name), "needs a network section")
        elif settings.network.nat_mode == "none":
            # The container's packages come from S3, but its image, logs and shell need more.
            needed = {"ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages"}
            missing = sorted(needed - set(settings.network.interface_endpoints))
            if missing:
                message = f"natMode none: instances need interfaceEndpoints {', '.join(missing)}, or another natMode"
                yield Problem(("fleets", name), message)


def group_names(settings: Settings) -> Iterator[Problem]:
    """Names for security groups that this stack does not have."""
    if settings.network is None:
        return
    known = {"load-balancer", "database", "cache", *settings.fleets}
    for role in settings.network.security_group_names:
        if role not in known:
            message = f"no such group; there are {', '.join(sorted(known))}"
            yield Problem(("network", "securityGroupNames", role), message)


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (fleets, group_names)
