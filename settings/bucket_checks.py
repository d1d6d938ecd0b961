"""Checks between buckets and the functions that they tell of their objects, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from settings.bucket_notifications import one_begins
from settings.links import parse_link
from settings.problems import Path, Problem
from settings.serverless_checks import known_function
from settings.system import Settings


def notifications(settings: Settings) -> Iterator[Problem]:
    """Functions that do not exist, that would call themselves for ever, or that S3 would not tell apart."""
    for bucket_name, bucket in settings.active_buckets.items():
        path: Path = ("buckets", bucket_name, "notify")
        for name, entry in bucket.notify.items():
            yield from known_function(settings, (*path, name, "function"), entry.function)
            function = settings.active_functions.get(entry.function)
            for link in () if function is None else function.links:
                parsed = parse_link(link)
                folder = f"{parsed.detail.strip('/')}/" if parsed.detail else ""
                if (parsed.kind, parsed.name) == ("bucket", bucket_name) and one_begins(folder, entry.prefix):
                    message = (
                        f'function {entry.function} may write there too, by its link "{link}", and would call itself '
                        "for ever: drop the link, which it does not need to read, or link another folder or bucket"
                    )
                    yield Problem((*path, name), message)
        for (one, first), (other, second) in combinations(bucket.notify.items(), 2):
            if first.overlaps(second):
                message = f'"{one}" is told of the same objects, which S3 refuses: give them different prefixes'
                yield Problem((*path, other), message)


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (notifications,)
