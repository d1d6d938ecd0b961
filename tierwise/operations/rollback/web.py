"""The web site: objects as they were before the last upload, put on top of what is there.

Nothing is deleted: an older version is copied over the newest, and an object that is new since gets a delete marker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.rollback.moves import Move

#: Objects that were changed no further apart belong to one upload.
_GAP: Final = timedelta(minutes=10)


def plan_web(operation: Operation, to: str | None) -> list[Move]:
    """The moment that the site goes back to.

    Args:
        operation: The command.
        to: A moment in ISO 8601; the moment before the last upload when None.

    Raises:
        OperationError: The stack has no site, it keeps no versions, or the moment is none.
    """
    cdn = operation.stack.settings.cdn
    if cdn is None or cdn.site_bucket not in operation.stack.mapping("buckets"):
        raise OperationError(f"{operation.stack.key}  has no web site: it has no distribution in front of a bucket")
    changes = sorted({_when(version) for version in _versions(operation, cdn.site_bucket)})
    if not changes:
        return []
    moment = moment_of(to) if to is not None else before_last_upload(changes)
    if moment is None:
        return []
    if moment < changes[0]:
        raise OperationError(
            f"{cdn.site_bucket}  keeps nothing from {moment.isoformat()}; it begins {changes[0].isoformat()}"
        )
    return [Move("web", cdn.site_bucket, changes[-1].isoformat(), moment.isoformat())]


def before_last_upload(changes: list[datetime]) -> datetime | None:
    """The last moment before the newest run of changes; None where there was only one.

    Args:
        changes: Moments, the oldest first.
    """
    for earlier, later in zip(reversed(changes[:-1]), reversed(changes[1:]), strict=True):
        if later - earlier > _GAP:
            return earlier
    return None


def apply_web(operation: Operation, move: Move) -> int:
    """Put every object back as it was.

    Returns:
        How many objects were put back.
    """
    moment = moment_of(move.after)
    bucket = str(operation.stack.mapping("buckets")[move.name])
    newest: dict[str, dict[str, Any]] = {}
    wanted: dict[str, dict[str, Any]] = {}
    for version in _versions(operation, move.name):
        key = str(version["Key"])
        if key not in newest or _when(version) > _when(newest[key]) or version.get("IsLatest"):
            newest[key] = version
        if _when(version) <= moment and (key not in wanted or _when(version) > _when(wanted[key])):
            wanted[key] = version
    done = 0
    for key, version in newest.items():
        old = wanted.get(key)
        if old is not None and old["VersionId"] == version["VersionId"]:
            continue
        if old is None or old.get("Deleted"):
            if not version.get("Deleted"):
                operation.aws.change("s3", "DeleteObject", Bucket=bucket, Key=key)
                done += 1
            continue
        if not version.get("Deleted") and version.get("ETag") == old.get("ETag"):
            continue
        source = {"Bucket": bucket, "Key": key, "VersionId": old["VersionId"]}
        operation.aws.change("s3", "CopyObject", Bucket=bucket, Key=key, CopySource=source)
        done += 1
    return done


def moment_of(text: str) -> datetime:
    """A moment in ISO 8601; without an offset it is UTC.

    Raises:
        OperationError: It is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OperationError(f"{text}  is no moment: write it as 2026-11-21T14:30 (UTC), or with an offset") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _versions(operation: Operation, key: str) -> list[dict[str, Any]]:
    bucket = str(operation.stack.mapping("buckets")[key])
    found: dict[bool, Iterable[Any]] = defaultdict(list)
    found[False] = operation.aws.pages("s3", "ListObjectVersions", "Versions", Bucket=bucket)
    found[True] = operation.aws.pages("s3", "ListObjectVersions", "DeleteMarkers", Bucket=bucket)
    return [{**version, "Deleted": deleted} for deleted, versions in found.items() for version in versions]


def _when(version: dict[str, Any]) -> datetime:
    moment: datetime = version["LastModified"]
    return moment
