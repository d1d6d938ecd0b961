"""Checks of the standby against what it stands by for, made before any resource exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.links import ParsedLink, parse_link
from settings.problems import Path, Problem
from settings.system import Settings

_PATH: Path = ("standby",)


def place(settings: Settings) -> Iterator[Problem]:
    """A standby without a region of its own, or in a network that is not there."""
    standby = settings.active_standby
    # A second region that is the first is told where it is named.
    if standby is None or settings.secondary_region == settings.region:
        return
    if settings.secondary_region is None:
        yield Problem(_PATH, "needs secondaryRegion")
        return
    if standby.network is None:
        return
    for index, zone in enumerate(standby.network.zones):
        if zone[:-1] != settings.secondary_region:
            message = f'"{zone}" is not in secondaryRegion {settings.secondary_region}'
            yield Problem((*_PATH, "network", "zones", index), message)
    flow_logs = standby.network.flow_logs
    if flow_logs.enabled and flow_logs.destination == "s3":
        path = (*_PATH, "network", "flowLogs")
        yield Problem(path, "the log bucket is in the first region: destination cloudwatch")


def database(settings: Settings) -> Iterator[Problem]:
    """Nothing to copy, or a cluster that cannot have a second member."""
    standby = settings.active_standby
    if standby is None:
        return
    cluster = settings.active_aurora
    if cluster is None:
        if not standby.follows:
            yield Problem((*_PATH, "database"), "there is no Aurora cluster to copy: add an aurora section")
        return
    if standby.follows and cluster.pauses:
        yield Problem(_PATH, "a cluster with a standby never pauses: aurora.minAcu 0.5 at least")
    if standby.follows and cluster.rotation_days != type(cluster).model_fields["rotation_days"].default:
        message = "RDS keeps no password of a cluster with a standby, so it rotates none: leave it out"
        yield Problem(("aurora", "rotationDays"), message)


def traffic(settings: Settings) -> Iterator[Problem]:
    """A way to the standby that no record can lead."""
    standby = settings.active_standby
    if standby is None or standby.traffic == "first":
        return
    behind_cdn = settings.cdn is not None and settings.cdn.enabled
    if settings.domain is None or settings.active_rest_api is None or behind_cdn:
        message = f"{standby.traffic} needs a record that fails over: a domain, and a REST API that it names"
        yield Problem((*_PATH, "traffic"), message)


def functions(settings: Settings) -> Iterator[Problem]:
    """Functions that could not run there."""
    standby = settings.active_standby
    if standby is None or not standby.follows:
        return
    for name, function in settings.active_functions.items():
        if function.packaged == "Image":
            message = "runs an image, whose repository is in the first region: an archive works in both"
            yield Problem(("functions", name), f"{message}, or standby.enabled false")
        if function.layers:
            yield Problem(("functions", name, "layers"), "layers are of one region: pack them into the archive")
        for index, link in enumerate(function.links):
            reason = _away(settings, parse_link(link))
            if reason is not None:
                yield Problem(("functions", name, "links", index), f'"{link}" {reason}')
    api = settings.active_rest_api
    if api is None:
        return
    for name, authorizer in api.authorizers.items():
        if authorizer.kind == "users":
            message = "a user pool is of one region, so the standby knows no users: kind token or request"
            yield Problem(("restApi", "authorizers", name), message)


def _away(settings: Settings, link: ParsedLink) -> str | None:
    """Why a link leads nowhere in the second region."""
    if link.kind in ("database", "cache", "service", "instances", "websocket"):
        return "is in the first region alone, so the function cannot run in the standby"
    if link.kind == "bucket":
        bucket = settings.active_buckets.get(link.name)
        if bucket is not None and not (bucket.replicate and settings.storage.replicate):
            return f"is in the first region alone: buckets.{link.name}.replicate true for a standby"
    if link.kind == "table":
        table = settings.active_tables.get(link.name)
        if table is not None and not table.replicate:
            return f"is in the first region alone: tables.{link.name}.replicate true for a standby"
    if link.kind == "secret":
        secret = settings.secrets.get(link.name)
        if secret is not None and secret.store != "secrets-manager":
            return "is kept in Parameter Store, which copies nothing: store secrets-manager for a standby"
    return None


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (place, database, traffic, functions)
