"""OpenSearch Serverless. https://aws.amazon.com/opensearch-service/pricing/

Capacity is shared by the collections of a group (or by those without one), so the first of them carries it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, free, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.services.network import SERVICE as NETWORK
from guardrails.cost.values import as_object, members, to_decimal
from guardrails.resource import ABSENT, Resource

SERVICE: Final = "Search"
_COLLECTION: Final = "aws:opensearch/serverlessCollection:ServerlessCollection"
_GROUP: Final = "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup"
#: OCU that classic capacity is billed for at least: indexing and search, each 0.5, twice with standby replicas.
_CLASSIC_FLOOR: Final = {True: Decimal(2), False: Decimal(1)}
_KEYS: Final = (
    Key("ocuHours", "OCU-hours used, indexing and search together (the floor is applied)"),
    Key("storageGb", "GB of index data kept in S3"),
)

free(
    SERVICE,
    "no charge",
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
    "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy",
    "aws:opensearch/serverlessSecurityConfig:ServerlessSecurityConfig",
)


@prices(_GROUP, service=SERVICE, keys=_KEYS)
def collection_group(bill: Bill) -> None:
    """OCU-hours between the group's minimum and maximum."""
    low, high = _limits(bill.resource)
    if low is None:
        if bill.text("generation", "CLASSIC") == "NEXTGEN":
            low = Decimal(0)
        else:
            low = _CLASSIC_FLOOR[bill.text("standbyReplicas", "ENABLED") != "DISABLED"]
    _capacity(bill, low, high)


@prices(_COLLECTION, service=SERVICE, keys=_KEYS)
def collection(bill: Bill) -> None:
    """Classic shared capacity: the first collection without a group carries it for all of them."""
    if bill.get("collectionGroupName") is not ABSENT:
        bill.by_parent("in the collection group's lines")
        return
    alone = [c for c in bill.links.of_type(_COLLECTION) if c.get("collectionGroupName") is ABSENT]
    if alone[0].urn != bill.resource.urn:
        bill.by_parent(f"shares the capacity of {alone[0].name}")
        return
    redundant = any(c.get("standbyReplicas") != "DISABLED" for c in alone)
    _capacity(bill, _CLASSIC_FLOOR[redundant], None)


def _limits(group: Resource) -> tuple[Decimal | None, Decimal | None]:
    limits = group.get("capacityLimits")
    entry = as_object(members(limits)[0] if members(limits) else limits)
    if not entry:
        return None, None
    values = {key: to_decimal(value) for key, value in entry.items()}
    return _sum(values, "minIndexingCapacityInOcu", "minSearchCapacityInOcu"), _sum(
        values, "maxIndexingCapacityInOcu", "maxSearchCapacityInOcu"
    )


def _sum(values: dict[str, Decimal | None], first: str, second: str) -> Decimal | None:
    one, two = values.get(first), values.get(second)
    return None if one is None or two is None else one + two


def _capacity(bill: Bill, low: Decimal, high: Decimal | None) -> None:
    used = bill.declared("ocuHours", "OCU hours", at_least=bill.amount("aoss.ocu_hour", low * HOURS))
    if used is not None:
        billed = used.at_least(low * HOURS)
        most = billed.maximum if high is None else max(high * HOURS, billed.maximum)
        bill.fixed("OCU hours", "aoss.ocu_hour", Quantity.of(billed.expected, most))
    bill.usage("storageGb", "index storage", "aoss.storage.gb_month")


@prices(
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint",
    service=NETWORK,
    keys=(Key("dataGb", "GB that pass through the endpoint"),),
)
def vpc_endpoint(bill: Bill) -> None:
    """An interface endpoint: hours for each subnet, and GB."""
    subnets = bill.length("subnetIds")
    if subnets is None:
        bill.undecided(
            "interface endpoint hours",
            "the number of subnetIds",
            at_least=bill.amount("vpc.endpoint.interface.hour", HOURS),
        )
    else:
        bill.fixed("interface endpoint hours", "vpc.endpoint.interface.hour", HOURS * max(1, subnets))
    bill.usage("dataGb", "data through the endpoint", "vpc.endpoint.interface.gb")
