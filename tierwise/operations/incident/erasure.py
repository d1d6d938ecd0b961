"""Erase what a system keeps of one person: the items below the person's key, and every version of the objects.

Run with the credentials of the stack's erasure role; programs cannot delete. Nothing about the person is recorded.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from tierwise.operations.answers import listed
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome

#: Objects that one call deletes.
_BATCH: Final = 1000
#: What a person is known by; nothing that would reach another person's keys.
_PERSON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@|-]{2,127}")


def erase(operation: Operation, person: str) -> Outcome:
    """Delete a person's items and objects, count them, and look that none is left.

    Args:
        operation: The command.
        person: The person's id, as tokens and keys carry it.

    Raises:
        OperationError: The stack keeps nothing of people, or the id could reach another person's data.
    """
    erasure = operation.stack.settings.erasure
    if erasure is None or not erasure.enabled:
        raise OperationError(f"{operation.stack.key}  has no erasure section, which names what keeps people")
    if not _PERSON.fullmatch(person):
        raise OperationError(
            f'"{person}"  is no id of a person: 3 to 128 letters, digits and . _ : @ | -, and reaches nobody else'
        )
    operation.confirm(f"Everything of {person} will be erased, for good.")
    tables, buckets = operation.stack.mapping("tables"), operation.stack.mapping("buckets")
    items = {
        name: _erase_items(operation, name, str(tables[name]), erasure.partition.format(person=person))
        for name in erasure.tables
        if _exported(operation, tables, name)
    }
    objects = {
        name: _erase_objects(operation, str(buckets[name]), erasure.prefix.format(person=person))
        for name in erasure.buckets
        if _exported(operation, buckets, name)
    }
    for name, count in (*items.items(), *objects.items()):
        operation.console.say(f"{name}: {count} {'would be ' if operation.options.dry_run else ''}erased")
    operation.console.say("Backups keep them until they run out; a restore must be followed by this command.")
    return Outcome(document={"items": items, "objectVersions": objects})


def _exported(operation: Operation, found: dict[str, Any], name: str) -> bool:
    if name not in found:
        raise OperationError(
            f"{operation.stack.key}  exports no {name}: deploy the stack, then repeat; nothing was erased"
        )
    return True


def _erase_items(operation: Operation, name: str, table: str, partition: str) -> int:
    settings = operation.stack.settings.tables[name]
    keys = [key for key in (settings.partition_key, settings.sort_key) if key]
    names = {f"#k{number}": key for number, key in enumerate(keys)}
    query: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "#k0 = :person",
        "ProjectionExpression": ", ".join(names),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":person": {"S": partition}},
        "ConsistentRead": True,
    }
    found = list(operation.aws.pages("dynamodb", "Query", "Items", **query))
    for key in found:
        operation.aws.change("dynamodb", "DeleteItem", TableName=table, Key=key)
    if not operation.options.dry_run and list(operation.aws.pages("dynamodb", "Query", "Items", **query)):
        raise OperationError(f"{table}  got new items of the person meanwhile: lock the person out, then repeat")
    return len(found)


def _erase_objects(operation: Operation, bucket: str, prefix: str) -> int:
    versions = _versions(operation, bucket, prefix)
    for start in range(0, len(versions), _BATCH):
        batch = {"Objects": versions[start : start + _BATCH], "Quiet": True}
        refused = listed(operation.aws.change("s3", "DeleteObjects", Bucket=bucket, Delete=batch), "Errors")
        if refused:
            first = refused[0]
            raise OperationError(f"{bucket}  {first.get('Key')}: {first.get('Message') or first.get('Code')}; repeat")
    if not operation.options.dry_run and _versions(operation, bucket, prefix):
        raise OperationError(f"{bucket}  got new objects of the person meanwhile: lock the person out, then repeat")
    return len(versions)


def _versions(operation: Operation, bucket: str, prefix: str) -> list[dict[str, str]]:
    # The paginator gives one list at a time, and a delete leaves a marker, which is a version too.
    return [
        {"Key": found["Key"], "VersionId": found["VersionId"]}
        for kind in ("Versions", "DeleteMarkers")
        for found in operation.aws.pages("s3", "ListObjectVersions", kind, Bucket=bucket, Prefix=prefix)
    ]
