"""A DynamoDB table: encrypted, restorable, and scaled where capacity is provisioned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import dynamodb

from components.component import Component
from components.documents import concat
from components.grant import Grant, Statement
from components.names import Names
from components.secrets.key_access import READ, READ_WRITE, key_statements
from settings.tables import Table as TableSettings
from settings.tables import TableIndex

#: Longest name that DynamoDB accepts.
_NAME_LIMIT: Final = 255
_TYPES: Final = {"string": "S", "number": "N", "binary": "B"}
_STREAMS: Final = {"keys": "KEYS_ONLY", "new": "NEW_IMAGE", "old": "OLD_IMAGE", "both": "NEW_AND_OLD_IMAGES"}
_CLASSES: Final = {"standard": "STANDARD", "infrequent-access": "STANDARD_INFREQUENT_ACCESS"}
_PROJECTIONS: Final = {"all": "ALL", "keys": "KEYS_ONLY", "some": "INCLUDE"}

_READ: Final = ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query")
_WRITE: Final = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
#: What a link may do, by its detail: ``table:audit/append`` adds items and reads them, and never changes one;
#: ``table:orders/change`` changes them by key, and never deletes or scans.
_ACTIONS: Final = {
    "": (*_READ, *_WRITE),
    "read": _READ,
    "append": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
    "change": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
}
_SCAN: Final = "dynamodb:Scan"
#: What scaling moves.
_SCALED: Final = (
    "readCapacity",
    "writeCapacity",
    "globalSecondaryIndexes[*].readCapacity",
    "globalSecondaryIndexes[*].writeCapacity",
)


class Table(Component):
    """A table with its indexes, expiry, recovery, and, by setting, stream, replica, scaling and key statistics.

    Costs at rest: 0.25 USD a GB a month and 0.20 more for recovery; on demand nothing else, provisioned capacity by the
    hour. A replica costs storage and writes again. A change of key, of a key's type or of the name replaces the table,
    and with it what it holds; indexes are added and removed in place, one at a time.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html

    Args:
        name: Logical name.
        table_name: The table's name in the settings.
        settings: Keys, indexes, capacity, recovery and protection.
        names: Names of the stack.
        kms_key_arn: The stack's own key, where it has one.
        replica_region: Where a replica goes.
        opts: Options of the component.

    Attributes:
        settings: Keys, indexes, capacity, recovery and protection.
        physical_name: Exact name in AWS.
        arn: ARN, known before deployment where the account is.
        table: The table.

    Raises:
        ValueError: A customer key without one, or a replica without a region.
    """

    token = "data:Table"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        table_name: str,
        settings: TableSettings,
        names: Names,
        kms_key_arn: pulumi.Input[str] | None = None,
        replica_region: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.encryption == "customer" and kms_key_arn is None:
            raise ValueError(f"tables.{table_name}: encryption customer needs a key")
        if settings.replicate and replica_region is None:
            raise ValueError(f"tables.{table_name}: a replica needs a region")
        super().__init__(name, {"table": table_name}, opts)
        self.settings = settings
        self._table_name = table_name
        self._names = names
        self._kms_key_arn = kms_key_arn if settings.encryption in (None, "customer") else None
        self.physical_name: str = settings.physical_name or names.physical(table_name, limit=_NAME_LIMIT)
        self.arn: pulumi.Input[str] = names.arn("dynamodb", f"table/{self.physical_name}")
        self.table = self._create_table(replica_region)
        if settings.provisioned is not None:
            from components.data.table_scaling import TableScaling

            TableScaling(
                f"{name}-scaling",
                settings=settings.provisioned,
                table=self.table,
                indexes=sorted(settings.indexes),
                opts=self.child(),
            )
        if settings.contributor_insights:
            dynamodb.ContributorInsights(name, table_name=self.table.name, opts=self.child())
        self.register_outputs({"name": self.physical_name, "arn": self.table.arn})

    def grant(self, user: str, detail: str = "") -> Grant:
        """Give a function or service the items, and the table's name in the variable ``TABLE_<NAME>``.

        Where ``leadingKeys`` are set, only items whose partition key fits them can be touched, in the table and its
        indexes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html

        Args:
            user: Its name.
            detail: ``read``, ``append``, ``change``, or nothing to read, write and delete.

        Raises:
            ValueError: Another detail.
        """
        _check_detail(self._table_name, user, detail)
        return self._give(detail, self._names, self.arn, self._kms_key_arn)

    def replica(self, names: Names) -> TableReplica:
        """The table as another region has it.

        Args:
            names: Names of the stack in that region.
        """
        return TableReplica(table=self, names=names)

    def grant_in(self, names: Names, user: str, detail: str) -> Grant:
        """The same for the replica in another region."""
        _check_detail(self._table_name, user, detail)
        arn = names.arn("dynamodb", f"table/{self.physical_name}")
        return self._give(detail, names, arn, self.settings.replica_key_arn)

    def _give(self, detail: str, names: Names, arn: pulumi.Input[str], kms_key_arn: pulumi.Input[str] | None) -> Grant:
        keys = self.settings.leading_keys
        # ForAllValues also holds for a call that names no key, so a scan must stay out.
        scans = not keys and detail not in ("append", "change")
        return Grant(
            environment={f"TABLE_{self._table_name.replace('-', '_').upper()}": self.physical_name},
            statements=[
                Statement(
                    sid="UseItems",
                    actions=[*_ACTIONS[detail], *([_SCAN] if scans else [])],
                    resources=[arn, *([concat(arn, "/index/*")] if self.settings.indexes else [])],
                    conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}} if keys else {},
                ),
                *key_statements(names, kms_key_arn, "dynamodb", READ if detail == "read" else READ_WRITE),
            ],
            depends_on=[self.table],
        )

    def _create_table(self, replica_region: str | None) -> dynamodb.Table:
        settings = self.settings
        provisioned = settings.provisioned
        stream = "both" if settings.replicate else settings.stream
        # Scaling moves the units after the table is made; a deployment must not move them back.
        scaled = list(_SCALED) if provisioned is not None else None
        return dynamodb.Table(
            self.logical_name,
            name=self.physical_name,
            attributes=[
                dynamodb.TableAttributeArgs(name=attribute, type=_TYPES[kind])
                for attribute, kind in sorted(settings.attributes.items())
            ],
            hash_key=settings.partition_key,
            range_key=settings.sort_key,
            global_secondary_indexes=[
                self._index(index_name, index) for index_name, index in sorted(settings.indexes.items())
            ],
            billing_mode="PAY_PER_REQUEST" if provisioned is None else "PROVISIONED",
            read_capacity=None if provisioned is None else provisioned.read.min,
            write_capacity=None if provisioned is None else provisioned.write.min,
            table_class=_CLASSES[settings.table_class],
            ttl=None
            if settings.ttl_attribute is None
            else dynamodb.TableTtlArgs(enabled=True, attribute_name=settings.ttl_attribute),
            point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(
                enabled=settings.recovery_days > 0, recovery_period_in_days=settings.recovery_days or None
            ),
            server_side_encryption=self._encryption(),
            stream_enabled=None if stream is None else True,
            stream_view_type=None if stream is None else _STREAMS[stream],
            replicas=self._replicas(replica_region),
            deletion_protection_enabled=settings.deletion_protection,
            tags={**self.tags, "Name": self.physical_name},
            opts=self.child(protect=settings.retain, retain_on_delete=settings.retain, ignore_changes=scaled),
        )

    def _index(self, name: str, index: TableIndex) -> dynamodb.TableGlobalSecondaryIndexArgs:
        provisioned = self.settings.provisioned
        keys = [dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=index.partition_key, key_type="HASH")]
        if index.sort_key is not None:
            keys.append(
                dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=index.sort_key, key_type="RANGE")
            )
        return dynamodb.TableGlobalSecondaryIndexArgs(
            name=name,
            key_schemas=keys,
            projection_type=_PROJECTIONS[index.projection],
            non_key_attributes=list(index.include) or None,
            read_capacity=None if provisioned is None else provisioned.read.min,
            write_capacity=None if provisioned is None else provisioned.write.min,
        )

    def _encryption(self) -> dynamodb.TableServerSideEncryptionArgs | None:
        # Without this block DynamoDB encrypts with a key of its own, which costs nothing and cannot be audited.
        if self.settings.encryption == "aws-owned":
            return None
        return dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=self._kms_key_arn)

    def _replicas(self, region: str | None) -> list[dynamodb.TableReplicaArgs] | None:
        settings = self.settings
        if not settings.replicate or region is None:
            return None
        return [
            dynamodb.TableReplicaArgs(
                region_name=region,
                point_in_time_recovery=settings.recovery_days > 0,
                deletion_protection_enabled=settings.deletion_protection,
                kms_key_arn=settings.replica_key_arn,
                propagate_tags=True,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class TableReplica:
    """A table in another region, for its users there. Makes no resource: the table names its replicas.

    Attributes:
        table: The table.
        names: Names of the stack in that region.
    """

    table: Table
    names: Names

    @property
    def physical_name(self) -> str:
        """Exact name in AWS, which is the same everywhere."""
        return self.table.physical_name

    def grant(self, user: str, detail: str = "") -> Grant:
        """Give a function the items; ``Table.grant`` tells what it receives."""
        return self.table.grant_in(self.names, user, detail)


def _check_detail(table: str, user: str, detail: str) -> None:
    if detail not in _ACTIONS:
        raise ValueError(f'"table:{table}/{detail}" of {user}: a table is linked to {_details()}')


def _details() -> str:
    return ", ".join(f"/{detail}" if detail else "itself" for detail in sorted(_ACTIONS))
