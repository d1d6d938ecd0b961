"""The stores of a stack: how each is copied, restored under another name, compared and, after a rehearsal, deleted.

A restore never replaces anything: it makes a new thing beside the old. Deleting asks for the name's mark, so that
nothing but a rehearsal's own thing can be deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation

#: What stands in the name of everything that a rehearsal makes, and in nothing else.
MARK: Final = "-drill-"


#: Characters of a store's name in its rehearsals' names; ElastiCache's names end at 40.
_HEAD: Final = 21


def scratch_name(store: str, stamp: str) -> str:
    """The name of a rehearsal's own thing.

    Args:
        store: The store's name; it is cut, the mark never is.
        stamp: What makes it unique, at most twelve characters.
    """
    return f"{store[:_HEAD]}{MARK}{stamp}"


def is_scratch_of(store: str, name: str) -> bool:
    """Whether a rehearsal of a store has made something."""
    head, mark, _ = name.partition(MARK)
    return bool(mark) and head == store[:_HEAD]


def guard(name: str) -> None:
    """Refuse to delete what no rehearsal has made.

    Raises:
        OperationError: The name has no mark.
    """
    if MARK not in name:
        raise OperationError(f"{name}  was not made by a rehearsal, so it is not deleted")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that exists.

    Attributes:
        store: The store.
        name: The copy's name.
        made: When.
        kind: ``automatic``, ``manual`` or ``continuous``.
    """

    store: str
    name: str
    made: datetime | None
    kind: str


class Store(Protocol):
    """One store of a stack.

    Attributes:
        label: ``database``, ``table audit`` and the like.
        name: Its name in AWS.
    """

    label: str
    name: str

    def take(self, op: Operation, copy: str) -> str:
        """Make a copy by hand; returns its name."""
        ...

    def copies(self, op: Operation) -> list[Copy]:
        """The copies that exist."""
        ...

    def latest(self, op: Operation) -> datetime | None:
        """The latest moment that can be restored."""
        ...

    def restore(self, op: Operation, target: str, moment: datetime | None) -> None:
        """Make it again under another name, as it was at a moment; the latest when None."""
        ...

    def ready(self, op: Operation, target: str) -> str | None:
        """How far a restored one is; None when it is ready."""
        ...

    def measure(self, op: Operation, name: str) -> dict[str, Any]:
        """What must be the same in the restored one."""
        ...

    def delete(self, op: Operation, target: str) -> None:
        """Delete what a rehearsal made, and nothing else."""
        ...

    def leftovers(self, op: Operation) -> list[str]:
        """What rehearsals have left."""
        ...


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


@dataclass
class Instance:
    """A PostgreSQL instance on RDS.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
    """

    name: str
    label: str = "database"

    def take(self, op: Operation, copy: str) -> str:
        """Make a snapshot."""
        op.aws.change("rds", "CreateDBSnapshot", DBInstanceIdentifier=self.name, DBSnapshotIdentifier=copy)
        return copy

    def copies(self, op: Operation) -> list[Copy]:
        """Snapshots, and the window of continuous backups."""
        found = [
            Copy(self.label, s["DBSnapshotIdentifier"], _moment(s.get("SnapshotCreateTime")), s["SnapshotType"])
            for s in op.aws.pages("rds", "DescribeDBSnapshots", "DBSnapshots", DBInstanceIdentifier=self.name)
        ]
        return [*found, Copy(self.label, "point in time", self.latest(op), "continuous")]

    def latest(self, op: Operation) -> datetime | None:
        """The latest restorable time; AWS saves the log every five minutes."""
        return _moment(self._describe(op, self.name).get("LatestRestorableTime"))

    def restore(self, op: Operation, target: str, moment: datetime | None) -> None:
        """Restore into the same network and parameters, closed to the world."""
        source = self._describe(op, self.name)
        when: dict[str, Any] = {"UseLatestRestorableTime": True} if moment is None else {"RestoreTime": moment}
        groups = [group["VpcSecurityGroupId"] for group in listed(source, "VpcSecurityGroups")]
        parameters = [group["DBParameterGroupName"] for group in listed(source, "DBParameterGroups")]
        subnets = part(source, "DBSubnetGroup").get("DBSubnetGroupName")
        rehearsal = MARK in target
        op.aws.change(
            "rds",
            "RestoreDBInstanceToPointInTime",
            SourceDBInstanceIdentifier=self.name,
            TargetDBInstanceIdentifier=target,
            DBInstanceClass=source["DBInstanceClass"],
            PubliclyAccessible=False,
            MultiAZ=False,
            DeletionProtection=not rehearsal,
            CopyTagsToSnapshot=True,
            **({"DBSubnetGroupName": subnets} if subnets else {}),
            **({"DBParameterGroupName": parameters[0]} if parameters else {}),
            **({"VpcSecurityGroupIds": groups} if groups else {}),
            **when,
        )

    def ready(self, op: Operation, target: str) -> str | None:
        """Its state, until it is available."""
        status = str(self._describe(op, target)["DBInstanceStatus"])
        return None if status == "available" else status

    def measure(self, op: Operation, name: str) -> dict[str, Any]:
        """Engine, storage and encryption; rows are counted by the application."""
        found = self._describe(op, name)
        return {key: found.get(key) for key in ("Engine", "EngineVersion", "AllocatedStorage", "StorageEncrypted")}

    def delete(self, op: Operation, target: str) -> None:
        """Delete a rehearsal's instance without a snapshot."""
        guard(target)
        op.aws.change(
            "rds", "DeleteDBInstance", DBInstanceIdentifier=target, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
        )

    def leftovers(self, op: Operation) -> list[str]:
        """Rehearsals' instances."""
        found = op.aws.pages("rds", "DescribeDBInstances", "DBInstances")
        return [n for i in found if is_scratch_of(self.name, n := str(i["DBInstanceIdentifier"]))]

    def _describe(self, op: Operation, name: str) -> dict[str, Any]:
        return listed(op.aws.read("rds", "DescribeDBInstances", DBInstanceIdentifier=name), "DBInstances")[0]


@dataclass
class Cluster:
    """A cluster on Aurora.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-pitr.html
    """

    name: str
    label: str = "aurora"

    def take(self, op: Operation, copy: str) -> str:
        """Make a snapshot."""
        op.aws.change("rds", "CreateDBClusterSnapshot", DBClusterIdentifier=self.name, DBClusterSnapshotIdentifier=copy)
        return copy

    def copies(self, op: Operation) -> list[Copy]:
        """Snapshots, and the window of continuous backups."""
        found = [
            Copy(self.label, s["DBClusterSnapshotIdentifier"], _moment(s.get("SnapshotCreateTime")), s["SnapshotType"])
            for s in op.aws.pages(
                "rds", "DescribeDBClusterSnapshots", "DBClusterSnapshots", DBClusterIdentifier=self.name
            )
        ]
        return [*found, Copy(self.label, "point in time", self.latest(op), "continuous")]

    def latest(self, op: Operation) -> datetime | None:
        """The latest restorable time."""
        return _moment(self._describe(op, self.name).get("LatestRestorableTime"))

    def restore(self, op: Operation, target: str, moment: datetime | None) -> None:
        """Restore the volume, then an instance that serves it."""
        source = self._describe(op, self.name)
        when: dict[str, Any] = {"UseLatestRestorableTime": True} if moment is None else {"RestoreToTime": moment}
        groups = [group["VpcSecurityGroupId"] for group in listed(source, "VpcSecurityGroups")]
        subnets = source.get("DBSubnetGroup")
        scaling = part(source, "ServerlessV2ScalingConfiguration")
        op.aws.change(
            "rds",
            "RestoreDBClusterToPointInTime",
            SourceDBClusterIdentifier=self.name,
            DBClusterIdentifier=target,
            DeletionProtection=MARK not in target,
            **({"DBSubnetGroupName": subnets} if subnets else {}),
            **({"VpcSecurityGroupIds": groups} if groups else {}),
            **({"ServerlessV2ScalingConfiguration": scaling} if scaling else {}),
            **when,
        )
        op.aws.change(
            "rds",
            "CreateDBInstance",
            DBInstanceIdentifier=f"{target}-1",
            DBClusterIdentifier=target,
            DBInstanceClass="db.serverless" if scaling else "db.t4g.medium",
            Engine=source["Engine"],
            PubliclyAccessible=False,
        )

    def ready(self, op: Operation, target: str) -> str | None:
        """The state of the cluster and of its instance."""
        status = str(self._describe(op, target)["Status"])
        if status != "available":
            return status
        answer = op.aws.read("rds", "DescribeDBInstances", DBInstanceIdentifier=f"{target}-1")
        instance = str(listed(answer, "DBInstances")[0]["DBInstanceStatus"])
        return None if instance == "available" else f"instance {instance}"

    def measure(self, op: Operation, name: str) -> dict[str, Any]:
        """Engine and encryption."""
        found = self._describe(op, name)
        return {key: found.get(key) for key in ("Engine", "EngineVersion", "StorageEncrypted", "DatabaseName")}

    def delete(self, op: Operation, target: str) -> None:
        """Delete a rehearsal's cluster and its instance."""
        guard(target)
        try:
            op.aws.change("rds", "DeleteDBInstance", DBInstanceIdentifier=f"{target}-1", SkipFinalSnapshot=True)
        except AwsError as error:
            if not error.missing:
                raise
        op.aws.change("rds", "DeleteDBCluster", DBClusterIdentifier=target, SkipFinalSnapshot=True)

    def leftovers(self, op: Operation) -> list[str]:
        """Rehearsals' clusters."""
        found = op.aws.pages("rds", "DescribeDBClusters", "DBClusters")
        return [n for c in found if is_scratch_of(self.name, n := str(c["DBClusterIdentifier"]))]

    def _describe(self, op: Operation, name: str) -> dict[str, Any]:
        return listed(op.aws.read("rds", "DescribeDBClusters", DBClusterIdentifier=name), "DBClusters")[0]


@dataclass
class Table:
    """A table in DynamoDB.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    """

    name: str
    label: str

    def take(self, op: Operation, copy: str) -> str:
        """Make an on-demand backup."""
        op.aws.change("dynamodb", "CreateBackup", TableName=self.name, BackupName=copy)
        return copy

    def copies(self, op: Operation) -> list[Copy]:
        """Backups, and the window of continuous backups where it is on."""
        found = [
            Copy(self.label, b["BackupName"], _moment(b.get("BackupCreationDateTime")), b["BackupType"].lower())
            for b in op.aws.pages("dynamodb", "ListBackups", "BackupSummaries", TableName=self.name)
        ]
        latest = self.latest(op)
        return found if latest is None else [*found, Copy(self.label, "point in time", latest, "continuous")]

    def latest(self, op: Operation) -> datetime | None:
        """The latest restorable time; None where recovery is off."""
        answer = op.aws.read("dynamodb", "DescribeContinuousBackups", TableName=self.name)
        recovery = part(answer["ContinuousBackupsDescription"], "PointInTimeRecoveryDescription")
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            return None
        return _moment(recovery.get("LatestRestorableDateTime"))

    def restore(self, op: Operation, target: str, moment: datetime | None) -> None:
        """Restore into a new table."""
        if self.latest(op) is None:
            raise OperationError(f"{self.name}  cannot be restored to a moment: point-in-time recovery is off")
        when: dict[str, Any] = {"UseLatestRestorableTime": True} if moment is None else {"RestoreDateTime": moment}
        op.aws.change(
            "dynamodb",
            "RestoreTableToPointInTime",
            SourceTableName=self.name,
            TargetTableName=target,
            **when,
        )

    def ready(self, op: Operation, target: str) -> str | None:
        """Its state, until it is active."""
        status = str(op.aws.read("dynamodb", "DescribeTable", TableName=target)["Table"]["TableStatus"])
        return None if status == "ACTIVE" else status.lower()

    def measure(self, op: Operation, name: str) -> dict[str, Any]:
        """Items, counted by reading them, and the key."""
        table = op.aws.read("dynamodb", "DescribeTable", TableName=name)["Table"]
        items, start = 0, None
        while True:
            more = {} if start is None else {"ExclusiveStartKey": start}
            page = op.aws.read("dynamodb", "Scan", TableName=name, Select="COUNT", **more)
            items, start = items + int(page["Count"]), page.get("LastEvaluatedKey")
            if not start:
                break
        keys = sorted(f"{key['KeyType']} {key['AttributeName']}" for key in listed(table, "KeySchema"))
        return {"items": items, "keys": keys}

    def delete(self, op: Operation, target: str) -> None:
        """Delete a rehearsal's table."""
        guard(target)
        op.aws.change("dynamodb", "DeleteTable", TableName=target)

    def leftovers(self, op: Operation) -> list[str]:
        """Rehearsals' tables."""
        found = op.aws.pages("dynamodb", "ListTables", "TableNames")
        return [str(name) for name in found if is_scratch_of(self.name, str(name))]


@dataclass
class Cache:
    """A replication group on ElastiCache.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html
    """

    name: str
    label: str = "cache"

    def take(self, op: Operation, copy: str) -> str:
        """Make a snapshot."""
        op.aws.change("elasticache", "CreateSnapshot", ReplicationGroupId=self.name, SnapshotName=copy)
        return copy

    def copies(self, op: Operation) -> list[Copy]:
        """Snapshots."""
        return [
            Copy(self.label, s["SnapshotName"], _snapshot_time(s), str(s.get("SnapshotSource", "manual")))
            for s in op.aws.pages("elasticache", "DescribeSnapshots", "Snapshots", ReplicationGroupId=self.name)
        ]

    def latest(self, op: Operation) -> datetime | None:
        """When the newest snapshot was made."""
        return max((c.made for c in self.copies(op) if c.made is not None), default=None)

    def restore(self, op: Operation, target: str, moment: datetime | None) -> None:
        """Make a group from the newest snapshot that is no younger than the moment."""
        usable = [c for c in self.copies(op) if moment is None or (c.made is not None and c.made <= moment)]
        if not usable:
            raise OperationError(f"{self.name}  has no snapshot{'' if moment is None else f' from before {moment}'}")
        newest = max(usable, key=lambda c: c.made or datetime.min.replace(tzinfo=UTC))
        source = self._describe(op, self.name)
        op.aws.change(
            "elasticache",
            "CreateReplicationGroup",
            ReplicationGroupId=target,
            ReplicationGroupDescription=f"Restored from {newest.name}",
            SnapshotName=newest.name,
            CacheNodeType=source.get("CacheNodeType") or "cache.t4g.micro",
            AtRestEncryptionEnabled=True,
            TransitEncryptionEnabled=True,
        )

    def ready(self, op: Operation, target: str) -> str | None:
        """Its state, until it is available."""
        status = str(self._describe(op, target)["Status"])
        return None if status == "available" else status

    def measure(self, op: Operation, name: str) -> dict[str, Any]:
        """Encryption and node type."""
        found = self._describe(op, name)
        return {key: found.get(key) for key in ("AtRestEncryptionEnabled", "TransitEncryptionEnabled")}

    def delete(self, op: Operation, target: str) -> None:
        """Delete a rehearsal's group."""
        guard(target)
        op.aws.change("elasticache", "DeleteReplicationGroup", ReplicationGroupId=target)

    def leftovers(self, op: Operation) -> list[str]:
        """Rehearsals' groups."""
        found = op.aws.pages("elasticache", "DescribeReplicationGroups", "ReplicationGroups")
        return [n for g in found if is_scratch_of(self.name, n := str(g["ReplicationGroupId"]))]

    def _describe(self, op: Operation, name: str) -> dict[str, Any]:
        answer = op.aws.read("elasticache", "DescribeReplicationGroups", ReplicationGroupId=name)
        return listed(answer, "ReplicationGroups")[0]


def _snapshot_time(snapshot: dict[str, Any]) -> datetime | None:
    times = [_moment(node.get("SnapshotCreateTime")) for node in listed(snapshot, "NodeSnapshots")]
    return max((time for time in times if time is not None), default=None)


def stores_of(operation: Operation) -> dict[str, Store]:
    """Every store of a stack, by its label: ``database``, ``aurora``, ``cache``, ``table:audit``."""
    stack = operation.stack
    makers: dict[str, Callable[[str], Store]] = {"database": Instance, "aurora": Cluster, "cache": Cache}
    found: dict[str, Store] = {
        output: make(str(stack.output(output))) for output, make in makers.items() if stack.output(output)
    }
    for key, name in sorted(stack.mapping("tables").items()):
        found[f"table:{key}"] = Table(str(name), f"table:{key}")
    return found


def store_of(operation: Operation, label: str) -> Store:
    """One store.

    Raises:
        OperationError: The stack has no such store.
    """
    found = stores_of(operation)
    if label not in found:
        known = ", ".join(found) or "none"
        raise OperationError(f"{label}  is no store of {operation.stack.key}: there are {known}")
    return found[label]
