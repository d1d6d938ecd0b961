"""Copies the log lines that CloudWatch Logs hands over to the group ``<their group>/errors``.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_BYTES = 1_048_576
BATCH_EVENTS = 10_000
EVENT_OVERHEAD = 26


def handle(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Copy the lines of one delivery. An error is raised, so that CloudWatch Logs delivers them again."""
    delivery = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    # A subscription begins with a message that only tests the way.
    if delivery["messageType"] != "DATA_MESSAGE":
        return {"copied": 0}
    return {"copied": copy(_client(), delivery)}


def copy(client: Any, delivery: dict[str, Any]) -> int:
    """Write the lines of a delivery into the errors group, in a stream of the same name; returns how many."""
    target = {"logGroupName": f"{delivery['logGroup']}/errors", "logStreamName": delivery["logStream"]}
    copied = 0
    for batch in batches(delivery["logEvents"]):
        try:
            client.put_log_events(**target, logEvents=batch)
        except client.exceptions.ResourceNotFoundException:
            _create_stream(client, target)
            client.put_log_events(**target, logEvents=batch)
        copied += len(batch)
    return copied


def batches(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The events in time order, in batches that one call accepts."""
    batch: list[dict[str, Any]] = []
    size = 0
    for event in sorted(events, key=lambda e: e["timestamp"]):
        bytes_ = len(event["message"].encode()) + EVENT_OVERHEAD
        if batch and (size + bytes_ > BATCH_BYTES or len(batch) == BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append({"timestamp": event["timestamp"], "message": event["message"]})
        size += bytes_
    if batch:
        yield batch


def _create_stream(client: Any, target: dict[str, str]) -> None:
    try:
        client.create_log_stream(**target)
    except client.exceptions.ResourceAlreadyExistsException:
        # Another call was first.
        return


@lru_cache(maxsize=1)
def _client() -> Any:
    import boto3

    return boto3.client("logs")
