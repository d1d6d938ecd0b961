"""A table that items are written to; what is there already is never written over.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.aws import ATTEMPTS
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.migration.items import Item, digest_of
from tierwise.operations.operation import Operation

#: Ends the name of a table that a rehearsal makes; no other is ever deleted.
SCRATCH: Final = "migration-rehearsal"
_WRITTEN_AT_ONCE: Final = 25
#: Fewer than AWS's hundred: an answer ends at 16 MB, forty of the largest items.
READ_AT_ONCE: Final = 40
_LONGEST_PAUSE: Final = 20.0


class Table:
    """A table with a partition key, and a sort key where it has one.

    Args:
        operation: The command.
        name: Its name in AWS.
        key: Its key's attributes.
    """

    def __init__(self, operation: Operation, name: str, key: tuple[str, ...]) -> None:
        self.name = name
        self._operation = operation
        self._key = key

    def create(self) -> None:
        """Make the scratch table, anew where a rehearsal has left one."""
        self.delete()
        kinds = dict(zip(self._key, ("HASH", "RANGE"), strict=False))
        self._operation.aws.change(
            "dynamodb",
            "CreateTable",
            TableName=self._scratch(),
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in self._key],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()],
            SSESpecification={"Enabled": True},
        )
        self._operation.console.wait(
            f"table {self.name}",
            lambda: None if self._status() == "ACTIVE" else self._status(),
            timeout=self._operation.options.timeout,
        )

    def delete(self) -> None:
        """Delete the scratch table, if there is one."""
        if self._status() == "":
            return
        self._operation.aws.change("dynamodb", "DeleteTable", TableName=self._scratch())
        self._operation.console.wait(
            f"table {self.name}", lambda: self._status() or None, timeout=self._operation.options.timeout
        )

    def leave(self) -> None:
        """Delete the scratch table after a failure, which stays what is told."""
        with suppress(OperationError):
            self.delete()

    def find(self, items: list[Item]) -> dict[str, Item]:
        """What the table holds under the keys of some items, by key.

        Args:
            items: At most ``READ_AT_ONCE``.
        """
        found: dict[str, Item] = {}
        left: dict[str, Any] = {
            self.name: {"Keys": [{name: item[name] for name in self._key} for item in items], "ConsistentRead": True}
        }
        for attempt in range(ATTEMPTS):
            answer = self._operation.aws.read("dynamodb", "BatchGetItem", RequestItems=left)
            for item in listed(part(answer, "Responses"), self.name):
                found[self.key_of(item)] = item
            left = part(answer, "UnprocessedKeys")
            if not left:
                return found
            self._pause(attempt)
        raise OperationError(f"{self.name}  answers no more reads at this pace: wait a minute and repeat")

    def write(self, items: list[Item]) -> None:
        """Write items whose keys are free."""
        for start in range(0, len(items), _WRITTEN_AT_ONCE):
            self._write(items[start : start + _WRITTEN_AT_ONCE])

    def items(self) -> Iterator[Item]:
        """Every item."""
        yield from self._operation.aws.pages("dynamodb", "Scan", "Items", TableName=self.name, ConsistentRead=True)

    def key_of(self, item: Item) -> str:
        """An item's key as one text."""
        return str([item.get(name) for name in self._key])

    def same(self, left: Item, right: Item) -> bool:
        """Whether two items are equal."""
        return digest_of(left) == digest_of(right)

    def recoverable(self) -> bool:
        """Whether the table can be brought back to any second."""
        answer = self._operation.aws.read("dynamodb", "DescribeContinuousBackups", TableName=self.name)
        recovery = part(part(answer, "ContinuousBackupsDescription"), "PointInTimeRecoveryDescription")
        return recovery.get("PointInTimeRecoveryStatus") == "ENABLED"

    def _write(self, items: list[Item]) -> None:
        left: dict[str, Any] = {self.name: [{"PutRequest": {"Item": item}} for item in items]}
        for attempt in range(ATTEMPTS):
            answer = self._operation.aws.change("dynamodb", "BatchWriteItem", RequestItems=left)
            left = part(answer, "UnprocessedItems")
            if not left:
                return
            self._pause(attempt)
        raise OperationError(f"{self.name}  takes no more writes at this pace: wait a minute and repeat")

    def _pause(self, attempt: int) -> None:
        self._operation.console.clock.sleep(random.uniform(0.5, 1) * min(2.0**attempt, _LONGEST_PAUSE))  # noqa: S311

    def _scratch(self) -> str:
        if not self.name.endswith(SCRATCH):
            raise OperationError(f"{self.name}  is no scratch table: nothing was deleted")
        return self.name

    def _status(self) -> str:
        try:
            found = self._operation.aws.read("dynamodb", "DescribeTable", TableName=self.name)
        except AwsError as error:
            if error.missing:
                return ""
            raise
        return str(found["Table"]["TableStatus"])
