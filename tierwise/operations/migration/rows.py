"""Where rows come from: JSON lines in a bucket, or statements of the Data API.

An RDS instance has no Data API; its rows come as JSON lines that somebody inside its network has written.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html#data-api.regions
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from tierwise.operations.answers import as_mapping
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.migration.mapping import Rows
from tierwise.operations.operation import Operation
from tierwise.operations.sql import Reader

_BATCH: Final = 500


def read_rows(operation: Operation, kind: str, rows: Rows) -> Iterator[dict[str, Any]]:
    """Every row of one kind.

    Args:
        operation: The command.
        kind: Name of the kind, for messages.
        rows: Where they are.

    Raises:
        OperationError: There is no such object, cluster or secret, or a line is no JSON object.
    """
    if rows.sql is not None and rows.user is not None and rows.order is not None:
        for batch in Reader(operation, rows.user).batches(rows.sql, rows.order, after="", count=_BATCH):
            yield from batch
        return
    bucket = operation.stack.mapping("buckets").get(str(rows.bucket))
    if not bucket:
        raise OperationError(f"{operation.stack.key}  rows.{kind}: the stack exports no bucket {rows.bucket}")
    where = f"s3://{bucket}/{rows.object}"
    try:
        body = operation.aws.read("s3", "GetObject", Bucket=str(bucket), Key=rows.object)["Body"]
    except AwsError as error:
        if error.missing:
            raise OperationError(f"{where}  there is no such object: export the rows of {kind} to it first") from None
        raise
    for number, line in enumerate(body.iter_lines(), 1):
        if not line.strip():
            continue
        try:
            row = as_mapping(json.loads(line))
        except ValueError as error:
            raise OperationError(f"{where}:{number}  is no JSON: {error}") from None
        if row is None:
            raise OperationError(f"{where}:{number}  is no JSON object")
        yield row
