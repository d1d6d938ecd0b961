"""ElastiCache nodes and serverless caches. https://aws.amazon.com/elasticache/pricing/"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, free, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.values import to_decimal
from guardrails.resource import ABSENT, UNKNOWN

SERVICE: Final = "Cache"
#: Taken off the Redis OSS price for a Valkey node whose own price is not in the book.
VALKEY: Final = "elasticache.valkey.discount"
#: Data that a serverless cache is billed for at least, in GB.
_SERVERLESS_FLOOR: Final = {"valkey": Decimal("0.1"), "redis": Decimal(1)}
_BACKUP: Final = Key(
    "backupGb", "GB of snapshots kept beyond the free one of each cluster", "snapshotRetentionLimit above 1"
)

free(
    SERVICE,
    "no charge",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:elasticache/parameterGroup:ParameterGroup",
    "aws:elasticache/user:User",
    "aws:elasticache/userGroup:UserGroup",
    "aws:elasticache/userGroupAssociation:UserGroupAssociation",
)


@prices("aws:elasticache/replicationGroup:ReplicationGroup", service=SERVICE, keys=(_BACKUP,))
def replication_group(bill: Bill) -> None:
    """Node hours: cache clusters, or node groups × (1 + replicas); snapshots beyond the free one."""
    groups, replicas, clusters = (
        bill.number("numNodeGroups", 1),
        bill.number("replicasPerNodeGroup", 0),
        bill.number("numCacheClusters", 0),
    )
    if groups is None or replicas is None or clusters is None:
        bill.undecided("cache nodes", "the number of nodes")
        return
    _nodes(bill, max(clusters, groups * (1 + replicas)), bill.text("engine", "redis"))
    _snapshots(bill)


@prices("aws:elasticache/cluster:Cluster", service=SERVICE, keys=(_BACKUP,))
def cluster(bill: Bill) -> None:
    """Node hours of a stand-alone cluster; one that belongs to a replication group is priced there."""
    if bill.get("replicationGroupId") is not ABSENT:
        bill.by_parent("a replica of a replication group adds a node to it")
    nodes = bill.number("numCacheNodes", 1)
    if nodes is None:
        bill.undecided("cache nodes", "numCacheNodes")
        return
    _nodes(bill, nodes, bill.text("engine", "redis"))
    _snapshots(bill)


def _nodes(bill: Bill, nodes: Decimal, engine: str | None) -> None:
    kind = bill.text("nodeType")
    if kind is None or engine is None:
        bill.undecided("cache nodes", "nodeType or engine")
        return
    size = kind.removeprefix("cache.")
    label = f"{kind} {engine} node hours"
    own = f"elasticache.{engine}.{size}.hour"
    if engine == "valkey" and not bill.has_price(own):
        bill.fixed(label, f"elasticache.redis.{size}.hour", nodes * HOURS, discount=VALKEY)
    else:
        bill.fixed(label, own, nodes * HOURS)


def _snapshots(bill: Bill) -> None:
    limit = bill.number("snapshotRetentionLimit", 0)
    if limit is None or limit > 1:
        bill.usage("backupGb", "snapshots", "elasticache.backup.gb_month")


@prices(
    "aws:elasticache/serverlessCache:ServerlessCache",
    service=SERVICE,
    keys=(
        Key("storedGb", "average GB stored"),
        Key("ecpu", "ElastiCache processing units"),
        _BACKUP,
    ),
)
def serverless_cache(bill: Bill) -> None:
    """GB-hours stored, with the engine's floor, and processing units."""
    engine = bill.text("engine", "redis")
    floor = _SERVERLESS_FLOOR.get(str(engine))
    if floor is None:
        bill.unknown("cache", f"no price for a serverless cache with engine {engine}")
        return
    price_id = f"elasticache.serverless.{engine}.gb_hour"
    stored = bill.declared("storedGb", "cached data", at_least=bill.amount(price_id, floor * HOURS))
    if stored is not None:
        limit = bill.get("cacheUsageLimits.dataStorage.maximum")
        most = None if limit is ABSENT or limit is UNKNOWN else to_decimal(limit)
        billed = stored.at_least(floor)
        bill.fixed(
            "cached data", price_id, Quantity.of(billed.expected, max(billed.maximum, most or billed.maximum)) * HOURS
        )
    bill.usage("ecpu", "processing units", f"elasticache.serverless.{engine}.ecpu")
    _snapshots(bill)
