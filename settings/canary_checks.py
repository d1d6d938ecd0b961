"""Checks of canaries against what they visit and where they write, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.problems import Path, Problem, nearest
from settings.system import Settings


def canaries(settings: Settings) -> Iterator[Problem]:
    """Canaries without a bucket for their code and results, or with nothing to visit."""
    for name, canary in settings.observability.canaries.items():
        if not canary.enabled:
            continue
        path: Path = ("observability", "canaries", name)
        bucket = None if canary.bucket is None else settings.active_buckets.get(canary.bucket)
        if canary.bucket is None:
            hint = ", ".join(settings.active_buckets) or "none yet"
            yield Problem(path, f"a canary needs a bucket for what it saw: set bucket to one of buckets ({hint})")
        elif bucket is None:
            hint = nearest(canary.bucket, settings.active_buckets)
            yield Problem((*path, "bucket"), f'no such bucket "{canary.bucket}"; {hint}')
        elif bucket.receives_logs:
            message = f'bucket "{canary.bucket}" receives logs of AWS services alone: choose another'
            yield Problem((*path, "bucket"), message)
        answers = settings.cdn is not None and settings.cdn.enabled
        answers = answers or (settings.domain is not None and settings.load_balancer is not None)
        if not (answers or settings.active_http_api or settings.active_rest_api):
            yield Problem(path, "has nothing to visit: enable the cdn, or add an API")


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (canaries,)
