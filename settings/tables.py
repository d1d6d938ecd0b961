"""The ``tables`` section: DynamoDB tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Section, by_tier, form
from settings.problems import nearest

#: A name of an attribute; DynamoDB takes any text, the configuration keeps to what code can spell.
AttributeName = Annotated[str, form(r"^[A-Za-z_][A-Za-z0-9_]{0,254}$", "PK")]
#: A name of an index.
IndexName = Annotated[str, form(r"^[A-Za-z0-9_.-]{3,255}$", "by-owner")]
#: A customer key in another region.
KeyArn = Annotated[
    str,
    form(
        r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/\S+$",
        "arn:aws:kms:us-west-2:123456789012:key/4f2a",
    ),
]

#: Most secondary indexes of a table without a raised quota.
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MAX_INDEXES = 20


class TableIndex(Section):
    """A global secondary index: another way to find items."""

    partition_key: AttributeName
    """Attribute that finds an item's partition."""
    sort_key: AttributeName | None = None
    """Attribute that orders items within a partition."""
    projection: Literal["all", "keys", "some"] = "all"
    """Which attributes the index holds: all, the keys alone, or the keys and those of ``include``."""
    include: tuple[AttributeName, ...] = ()
    """Attributes that the index holds beside the keys; with ``projection: some``."""

    @model_validator(mode="after")
    def _valid(self) -> TableIndex:
        if (self.projection == "some") != bool(self.include):
            raise ValueError("include names the attributes of projection some, and of no other")
        return self


class CapacityRange(Section):
    """Units that scaling stays within."""

    min: int = Field(ge=1)
    """Fewest units; also those that the table is made with."""
    max: int = Field(ge=1)
    """Most units."""

    @model_validator(mode="after")
    def _ordered(self) -> CapacityRange:
        if self.max < self.min:
            raise ValueError(f"max {self.max} is below min {self.min}")
        return self


class ProvisionedCapacity(Section):
    """Capacity by the hour, scaled by use. The table and each of its indexes get the same range."""

    read: CapacityRange
    """Units for reads."""
    write: CapacityRange
    """Units for writes."""
    utilization_percent: int = Field(default=70, ge=20, le=90)
    """Share of the units in use that scaling aims at."""


class Table(Section):
    """A DynamoDB table."""

    enabled: bool = True
    """Whether the table exists in this stack."""
    physical_name: str | None = form(r"^[A-Za-z0-9_.-]{3,255}$", "billing-dev", default=None)
    """Exact name in AWS; ``<system>-<stage>-<name>`` by default."""
    attributes: Annotated[dict[AttributeName, Literal["string", "number", "binary"]], Field(min_length=1)]
    """The attributes of keys, with their types. DynamoDB wants no others declared."""
    partition_key: AttributeName
    """Attribute that finds an item's partition."""
    sort_key: AttributeName | None = None
    """Attribute that orders items within a partition."""
    indexes: Annotated[dict[IndexName, TableIndex], Field(max_length=MAX_INDEXES)] = Field(
        default_factory=dict[IndexName, TableIndex]
    )
    """Global secondary indexes, by name."""
    ttl_attribute: AttributeName | None = None
    """Attribute with the second (Unix time) at which an item expires; null for never."""
    provisioned: ProvisionedCapacity | None = None
    """Capacity by the hour; without it requests are paid one by one."""
    table_class: Literal["standard", "infrequent-access"] = "standard"
    """``infrequent-access`` stores for 60 % less and reads and writes for 25 % more."""
    recovery_days: int = by_tier("table_recovery_days", ge=0, le=35)
    """Days that the table can be restored to any second of; 0 is off."""
    encryption: Literal["aws-owned", "aws-managed", "customer"] | None = None
    """Which key encrypts it. By default the stack's own where it has one, otherwise the account's ``aws/dynamodb``."""
    stream: Literal["keys", "new", "old", "both"] | None = None
    """What a stream of changes holds: keys, the new item, the old one, or both; null for no stream."""
    contributor_insights: bool = False
    """Whether CloudWatch counts the most used keys; priced by event."""
    replicate: bool = False
    """Whether a replica is kept in ``secondaryRegion``. Every write is then paid twice."""
    replica_key_arn: KeyArn | None = None
    """Customer key of the replica, in its region; needed where a customer key encrypts the table."""
    leading_keys: tuple[str, ...] = ()
    """Partition keys that linked functions and services may touch, with ``*`` and policy variables allowed, such as
    ``ORDER#*``; none for every key. ``Scan`` is not granted then, because it names no key."""
    deletion_protection: bool = by_tier("protect")
    """Whether AWS refuses to delete it."""
    retain: bool = by_tier("protect")
    """Whether Pulumi protects it and leaves it in AWS when it is removed from the configuration."""

    @model_validator(mode="after")
    def _valid(self) -> Table:
        used: set[str] = set()
        for key, attribute in self._keys():
            used.add(attribute)
            if attribute not in self.attributes:
                hint = nearest(attribute, self.attributes)
                raise ValueError(f'{key} "{attribute}" is not declared in attributes; {hint}')
        unused = sorted(self.attributes.keys() - used)
        if unused:
            raise ValueError(
                f"attributes {', '.join(unused)}: no key or index uses that; DynamoDB wants key attributes only"
            )
        for name, (partition, sort) in self._pairs().items():
            if partition == sort:
                raise ValueError(f"{name} sortKey {sort} is the partition key too: choose another")
        if self.replicate and self.stream not in (None, "both"):
            raise ValueError(f"stream {self.stream}: a replica follows a stream of both images; set stream: both")
        if self.replica_key_arn is not None and not self.replicate:
            raise ValueError("replicaKeyArn: there is no replica; set replicate: true")
        return self

    def _pairs(self) -> dict[str, tuple[str, str | None]]:
        indexes = {f"indexes.{name}": (index.partition_key, index.sort_key) for name, index in self.indexes.items()}
        return {"the table's": (self.partition_key, self.sort_key), **indexes}

    def _keys(self) -> Iterator[tuple[str, str]]:
        yield "partitionKey", self.partition_key
        if self.sort_key is not None:
            yield "sortKey", self.sort_key
        for name, index in self.indexes.items():
            yield f"indexes {name}: partitionKey", index.partition_key
            if index.sort_key is not None:
                yield f"indexes {name}: sortKey", index.sort_key
