"""DynamoDB tables and DAX. https://aws.amazon.com/dynamodb/pricing/"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.resource import ABSENT, UNKNOWN, Resource

SERVICE: Final = "Databases"
_TABLE: Final = "aws:dynamodb/table:Table"
_TARGET: Final = "aws:appautoscaling/target:Target"

free(
    SERVICE,
    "no charge",
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:dynamodb/tag:Tag",
    "aws:dax/subnetGroup:SubnetGroup",
    "aws:dax/parameterGroup:ParameterGroup",
)


@prices(
    _TABLE,
    service=SERVICE,
    keys=(
        Key("storageGb", "GB stored, indexes included"),
        Key("readUnits", "read request units (one strongly consistent read of 4 KB)", "billingMode PAY_PER_REQUEST"),
        Key(
            "writeUnits", "write request units (one write of 1 KB, again for each index)", "billingMode PAY_PER_REQUEST"
        ),
        optional("backupGb", "GB of on-demand backups kept"),
        optional("restoreGb", "GB restored"),
        optional("streamReads", "stream read requests other than Lambda's"),
    ),
)
def table(bill: Bill) -> None:
    """Request or provisioned units, storage, continuous backups, and the same again for each replica region."""
    replicas = bill.length("replicas")
    if replicas is None:
        bill.undecided("replicas", "replicas")
    copies = 1 + (replicas or 0)
    mode = bill.text("billingMode", "PROVISIONED")
    if mode is None:
        bill.undecided("request units", "billingMode")
    elif mode == "PAY_PER_REQUEST":
        bill.usage("readUnits", "read request units", "ddb.rru")
        bill.usage("writeUnits", "write request units", "ddb.wru", per_unit=copies)
    else:
        _provisioned(bill, "readCapacity", "dynamodb:table:ReadCapacityUnits", "ddb.rcu_hour", 1)
        _provisioned(bill, "writeCapacity", "dynamodb:table:WriteCapacityUnits", "ddb.wcu_hour", copies)
    storage = bill.declared("storageGb", "table storage")
    if storage is not None:
        bill.metered("table storage", "ddb.storage.gb_month", storage * copies)
        if bill.flag("pointInTimeRecovery.enabled"):
            bill.metered("point-in-time recovery", "ddb.pitr.gb_month", storage)
    bill.usage("backupGb", "on-demand backups", "ddb.backup.gb_month")
    bill.usage("restoreGb", "restores", "ddb.restore.gb")
    bill.usage("streamReads", "stream reads", "ddb.streams.read")


def _provisioned(bill: Bill, prop: str, dimension: str, price_id: str, copies: int) -> None:
    """Units of the table and its indexes; a scaling target sets the most."""
    units = bill.number(prop, 0)
    indexes = (
        [] if bill.get("globalSecondaryIndexes") is ABSENT else bill.resource.all(f"globalSecondaryIndexes[].{prop}")
    )
    known = [Decimal(str(value)) for value in indexes if value is not ABSENT and value is not UNKNOWN]
    if units is None or any(value is UNKNOWN for value in indexes):
        bill.undecided("provisioned units", prop)
        return
    total = units + sum(known, Decimal(0))
    quantity = Quantity.of(total)
    for target in bill.links.referrers(bill.resource, _TARGET, "resourceId"):
        if target.get("scalableDimension") == dimension:
            low, high = bill.number("minCapacity", 0, of=target), bill.number("maxCapacity", of=target)
            if low is None or high is None:
                bill.undecided("provisioned units", f"minCapacity or maxCapacity of {target.name}")
                return
            quantity = Quantity.of(max(total, low), high)
    bill.fixed("provisioned units", price_id, quantity * HOURS * copies)


@prices(
    "aws:dynamodb/contributorInsights:ContributorInsights",
    service=SERVICE,
    keys=(Key("events", "reads and writes that the rules see"),),
)
def contributor_insights(bill: Bill) -> None:
    """Two rules for a table with a partition key, four when it has a sort key as well, and the events they match."""
    tables = bill.links.targets(bill.resource, "tableName", _TABLE)
    ranged: Resource | None = tables[0] if tables else None
    rules = 4 if ranged is None or ranged.get("rangeKey") is not ABSENT else 2
    bill.fixed("contributor rules", "cw.contributor_insights.rule.month", rules)
    bill.usage("events", "contributor events", "ddb.contributor_insights.event", per_unit=rules)


@prices("aws:dax/cluster:Cluster", service=SERVICE)
def dax(bill: Bill) -> None:
    """Node hours."""
    kind, nodes = bill.text("nodeType"), bill.number("replicationFactor")
    if kind is None or nodes is None:
        bill.undecided("DAX nodes", "nodeType or replicationFactor")
        return
    bill.fixed(f"{kind} hours", f"{kind}.hour", HOURS * nodes)
