"""Items by partition and sort key: in DynamoDB as functions, in PostgreSQL as servers. One interface for both."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from pratikoai import settings
from pratikoai.http import HttpError

#: DynamoDB's limit of an item, in bytes; it holds for PostgreSQL too, so that data can move.
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ITEM_BYTES = 400 * 1024

Item = dict[str, Any]


class Store(Protocol):
    """What the program asks of its data."""

    def get(self, pk: str, sk: str) -> Item | None:
        """The item, or None; an expired item is none."""
        ...

    def put(self, item: Item) -> None:
        """Write an item whole."""
        ...

    def change(self, pk: str, sk: str, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> bool:
        """Set attributes of an item, if it exists and ``where`` holds; a value of None there asks for absence.

        Returns:
            Whether it was changed.
        """
        ...

    def count(self, pk: str, sk: str, attribute: str, *, expires: int) -> int:
        """Add one to a number that expires, making it where it is not. Returns the new number."""
        ...

    def find(self, pk: str, prefix: str) -> list[Item]:
        """Items of a partition whose sort key begins with ``prefix``."""
        ...


def check_size(item: Mapping[str, Any]) -> None:
    """Refuse an item that is larger than a store may hold.

    Raises:
        HttpError: 413.
    """
    if len(json.dumps(item, default=str, ensure_ascii=False).encode()) > MAX_ITEM_BYTES:
        raise HttpError(413, f"An item holds {MAX_ITEM_BYTES // 1024} KB at most")


def is_live(item: Mapping[str, Any] | None) -> bool:
    """Whether an item exists and has not expired; DynamoDB deletes expired items only within days."""
    return item is not None and int(item.get("ttl", 1 << 62)) > time.time()


@functools.cache
def store() -> Store:
    """The store of this process: PostgreSQL where a database is configured, DynamoDB otherwise."""
    if settings.has("DATABASE_HOST"):
        from pratikoai.postgres import PostgresStore

        return PostgresStore.connected()
    return DynamoStore()


class DynamoStore:
    """The single table. It reads and writes by key alone: its role may neither scan nor delete."""

    def get(self, pk: str, sk: str) -> Item | None:
        """See ``Store.get``."""
        from pratikoai import clients

        item = clients.table().get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True).get("Item")
        return _plain(item) if is_live(item) else None

    def put(self, item: Item) -> None:
        """See ``Store.put``."""
        from pratikoai import clients

        check_size(item)
        # DynamoDB's client takes decimals, not binary fractions.
        clients.table().put_item(Item=json.loads(json.dumps(item), parse_float=Decimal))

    def change(self, pk: str, sk: str, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> bool:
        """See ``Store.change``."""
        from botocore.exceptions import ClientError

        from pratikoai import clients

        check_size(changes)
        conditions = ["attribute_exists(pk)"]
        names = {f"#{index}": name for index, name in enumerate(changes)}
        values = {f":{index}": value for index, value in enumerate(changes.values())}
        for index, (name, value) in enumerate((where or {}).items()):
            names[f"#w{index}"] = name
            if value is None:
                conditions.append(f"attribute_not_exists(#w{index})")
            else:
                values[f":w{index}"] = value
                conditions.append(f"#w{index} = :w{index}")
        try:
            clients.table().update_item(
                Key={"pk": pk, "sk": sk},
                UpdateExpression="SET " + ", ".join(f"#{index} = :{index}" for index in range(len(changes))),
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def count(self, pk: str, sk: str, attribute: str, *, expires: int) -> int:
        """See ``Store.count``."""
        from pratikoai import clients

        if not is_live(clients.table().get_item(Key={"pk": pk, "sk": sk}).get("Item")):
            clients.table().put_item(Item={"pk": pk, "sk": sk, attribute: 1, "ttl": expires})
            return 1
        answer = clients.table().update_item(
            Key={"pk": pk, "sk": sk},
            UpdateExpression="ADD #n :one",
            ExpressionAttributeNames={"#n": attribute},
            ExpressionAttributeValues={":one": 1},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"][attribute])

    def find(self, pk: str, prefix: str) -> list[Item]:
        """See ``Store.find``."""
        from boto3.dynamodb.conditions import Key

        from pratikoai import clients

        found: list[Item] = []
        options: dict[str, Any] = {"KeyConditionExpression": Key("pk").eq(pk) & Key("sk").begins_with(prefix)}
        while True:
            page = clients.table().query(**options)
            found += [_plain(item) for item in page["Items"] if is_live(item)]
            if "LastEvaluatedKey" not in page:
                return found
            options["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _plain(value: Any) -> Any:
    """Numbers as Python has them; DynamoDB's client gives decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value
