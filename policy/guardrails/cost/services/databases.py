"""RDS instances, proxies and Aurora. https://aws.amazon.com/rds/postgresql/pricing/ and https://aws.amazon.com/rds/aurora/pricing/"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, optional, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.services.compute import vcpus
from guardrails.cost.services.schedules import weekly_average, weekly_minutes
from guardrails.resource import ABSENT, UNKNOWN, Resource

SERVICE: Final = "Databases"
_INSTANCE: Final = "aws:rds/instance:Instance"
_CLUSTER: Final = "aws:rds/cluster:Cluster"
_CLUSTER_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
#: Price ids are by engine; RDS for PostgreSQL is in the book.
_ENGINES: Final = {"postgres": "pg"}
#: What EventBridge Scheduler calls to stop and start an instance.
_SCHEDULED_CALLS: Final = {
    "arn:aws:scheduler:::aws-sdk:rds:startDBInstance": "start",
    "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance": "stop",
}
#: Days of Performance Insights history that are free.
_FREE_INSIGHTS_DAYS: Final = 7
#: Performance of gp3 that the GB price includes, below 400 GB.
_GP3_IOPS: Final = 3000
#: An RDS Proxy is charged for two vCPU at least, and for eight ACU before serverless instances.
_PROXY_VCPUS: Final = Decimal(2)
_PROXY_ACUS: Final = Decimal(8)

_BACKUP: Final = Key("backupGb", "GB of automated backups and snapshots kept, the free part included", "backups are on")
_MONITORING: Final = Key("monitoringLogGb", "GB of enhanced-monitoring logs", "monitoringInterval above 0")

free(
    SERVICE,
    "no charge",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "aws:rds/optionGroup:OptionGroup",
    "aws:rds/eventSubscription:EventSubscription",
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
    "aws:rds/proxyTarget:ProxyTarget",
    "aws:rds/clusterRoleAssociation:ClusterRoleAssociation",
    "aws:rds/roleAssociation:RoleAssociation",
)
by_parent(
    SERVICE, "in the lines of its clusters; replicated writes are their I/O", "aws:rds/globalCluster:GlobalCluster"
)


@prices(
    _INSTANCE,
    service=SERVICE,
    keys=(
        _BACKUP,
        _MONITORING,
        optional("creditVcpuHours", "surplus CPU credits of a burstable class, in vCPU-hours"),
        optional("hours", "hours that the instance runs, when it is stopped otherwise than by a schedule of the stack"),
    ),
)
def instance(bill: Bill) -> None:
    """Instance hours, storage up to its autoscaling limit, backups beyond its size, monitoring, the managed secret."""
    resource = bill.resource
    source = next(iter(bill.links.targets(resource, "replicateSourceDb", _INSTANCE)), None)
    engine = _value(resource, source, "engine")
    prefix = _ENGINES.get(str(engine))
    multi = bill.flag("multiAz")
    kind = bill.text("instanceClass")
    if prefix is None or multi is None or kind is None:
        what = (
            f"engine {engine} has no price"
            if prefix is None
            else "instanceClass or multiAz is not known before the deployment"
        )
        bill.unknown("database", what)
        return
    zone = "multi" if multi else "single"
    size = kind.removeprefix("db.")
    hours = bill.declares("hours") or Quantity.of(_running_hours(bill))
    bill.fixed(f"{kind} {'Multi-AZ ' if multi else ''}hours", f"rds.{prefix}.{size}.{zone}.hour", hours)
    stored = _storage(bill, source, prefix, zone)
    _backups(bill, stored, "rds.backup.gb_month")
    _monitoring(bill)
    _insights(bill)
    if bill.flag("manageMasterUserPassword"):
        bill.fixed("managed password secret", "secretsmanager.secret.month", 1)
    credits = bill.declares("creditVcpuHours")
    if credits is not None:
        bill.metered("surplus CPU credits", f"rds.cpu_credit.{size.partition('.')[0]}", credits)


def _running_hours(bill: Bill) -> Decimal:
    """Hours a month between the schedules that start and stop the instance; all of them without such a pair."""
    changes: list[tuple[int, Decimal]] = []
    actions: set[str] = set()
    for schedule in bill.links.referrers(bill.resource, "aws:scheduler/schedule:Schedule", "target"):
        action = _SCHEDULED_CALLS.get(str(schedule.get("target.arn")))
        expression = schedule.get("scheduleExpression")
        minutes = weekly_minutes(expression) if isinstance(expression, str) else None
        if action is None or minutes is None or schedule.get("state") == "DISABLED":
            continue
        actions.add(action)
        changes += [(minute, Decimal(action == "start")) for minute in minutes]
    share = weekly_average(changes) if actions == {"start", "stop"} else None
    return HOURS if share is None else HOURS * share


def _value(resource: Resource, source: Resource | None, prop: str) -> object:
    value = resource.get(prop)
    return source.get(prop) if value is ABSENT and source is not None else value


def _storage(bill: Bill, source: Resource | None, prefix: str, zone: str) -> Decimal | None:
    stated = bill.number("allocatedStorage")
    if stated is None and source is not None and bill.get("allocatedStorage") is ABSENT:
        stated = bill.number("allocatedStorage", of=source)
    if stated is None:
        bill.undecided("storage", "allocatedStorage")
        return None
    chosen = _value(bill.resource, source, "storageType")
    kind = ("io1" if bill.get("iops") is not ABSENT else "gp2") if chosen is ABSENT else str(chosen)
    most = bill.number("maxAllocatedStorage", stated)
    bill.fixed(f"{kind} storage", f"rds.{prefix}.{kind}.{zone}.gb_month", Quantity.of(stated, most))
    iops = bill.number("iops", 0)
    if iops is None or iops > _GP3_IOPS:
        bill.unknown("provisioned IOPS", f"no price for {iops if iops is not None else 'unknown'} provisioned IOPS")
    return stated


def _backups(bill: Bill, included: Decimal | None, price_id: str) -> None:
    days = bill.number("backupRetentionPeriod", 0)
    if days is not None and days <= 0:
        return
    kept = bill.declared("backupGb", "backup storage")
    if kept is not None and included is not None:
        bill.metered("backup storage beyond the database's size", price_id, kept.above(included))


def _monitoring(bill: Bill) -> None:
    interval = bill.number("monitoringInterval", 0)
    if interval is None or interval > 0:
        logs = bill.declared("monitoringLogGb", "enhanced monitoring logs")
        if logs is not None:
            bill.metered("enhanced monitoring logs", "cw.logs.ingest.gb", logs)


def _insights(bill: Bill) -> None:
    if bill.text("databaseInsightsMode", "standard") == "advanced":
        bill.unknown("Database Insights", "no price for databaseInsightsMode advanced")
    days = bill.number("performanceInsightsRetentionPeriod", _FREE_INSIGHTS_DAYS)
    if bill.flag("performanceInsightsEnabled") and (days is None or days > _FREE_INSIGHTS_DAYS):
        bill.unknown("Performance Insights", f"no price for a history of {days} days (7 are free)")


@prices("aws:rds/proxy:Proxy", service=SERVICE)
def proxy(bill: Bill) -> None:
    """vCPU hours of the database behind it, two vCPU at least; ACU hours of a serverless cluster, eight at least."""
    for target in bill.links.referrers(bill.resource, "aws:rds/proxyTarget:ProxyTarget", "dbProxyName"):
        for found in bill.links.targets(target, "dbClusterIdentifier", _CLUSTER):
            members = bill.links.referrers(found, _CLUSTER_INSTANCE, "clusterIdentifier")
            most = bill.number("serverlessv2ScalingConfiguration.maxCapacity", of=found)
            if most is not None:
                acus = Quantity.of(_PROXY_ACUS, max(_PROXY_ACUS, most * len(members)))
                bill.fixed("RDS Proxy ACU hours", "rds.proxy.vcpu_hour", acus * HOURS)
                return
        for database in bill.links.targets(target, "dbInstanceIdentifier", _INSTANCE):
            count = vcpus(str(database.get("instanceClass")))
            if count is not None:
                bill.fixed("RDS Proxy vCPU hours", "rds.proxy.vcpu_hour", HOURS * max(count, _PROXY_VCPUS))
                return
    least = bill.amount("rds.proxy.vcpu_hour", HOURS * _PROXY_VCPUS)
    bill.unknown("RDS Proxy", "the database behind the proxy is not an instance of this stack", at_least=least)


@prices(
    _CLUSTER,
    service=SERVICE,
    keys=(
        Key("averageAcu", "average capacity of each serverless instance in ACU", "an instance of class db.serverless"),
        Key("storageGb", "GB stored"),
        Key("ioRequests", "I/O requests", "storage that is not I/O-optimized"),
        _BACKUP,
        _MONITORING,
    ),
)
def cluster(bill: Bill) -> None:
    """Aurora: instance capacity, storage, I/O, and backups beyond the size. Multi-AZ is a second instance."""
    members = bill.links.referrers(bill.resource, _CLUSTER_INSTANCE, "clusterIdentifier")
    if bill.text("engineMode", "provisioned") == "serverless" or bill.get("dbClusterInstanceClass") is not ABSENT:
        bill.unknown("cluster", "no price for Aurora Serverless v1 or a Multi-AZ DB cluster")
        return
    optimized = bill.text("storageType") == "aurora-iopt1"
    _capacity(bill, members, optimized)
    storage = bill.declared("storageGb", "Aurora storage")
    if storage is not None:
        bill.metered(
            "Aurora storage", "aurora.iopt.storage.gb_month" if optimized else "aurora.storage.gb_month", storage
        )
    if not optimized:
        bill.usage("ioRequests", "Aurora I/O", "aurora.io.request")
    # Aurora keeps one day of backups at least, and the first 100 % of the size is free.
    kept = bill.declared("backupGb", "backup storage")
    if kept is not None and storage is not None:
        bill.metered("backup storage beyond the cluster's size", "aurora.backup.gb_month", kept.above(storage.expected))
    _monitoring(bill)
    if bill.flag("manageMasterUserPassword"):
        bill.fixed("managed password secret", "secretsmanager.secret.month", 1)


def _capacity(bill: Bill, members: tuple[Resource, ...], optimized: bool) -> None:
    serverless = sum(1 for member in members if member.get("instanceClass") == "db.serverless")
    if not members:
        bill.unknown("instances", "the cluster has no instance in this stack")
    if not serverless:
        return
    low, high = (
        bill.number("serverlessv2ScalingConfiguration.minCapacity"),
        bill.number("serverlessv2ScalingConfiguration.maxCapacity"),
    )
    if low is None or high is None:
        bill.undecided("ACU hours", "serverlessv2ScalingConfiguration")
        return
    price_id = "aurora.sv2.iopt.acu_hour" if optimized else "aurora.sv2.acu_hour"
    floor = bill.amount(price_id, low * serverless * HOURS)
    average = bill.declared("averageAcu", "ACU hours", at_least=floor)
    if average is not None:
        # Each instance is billed for its minimum at least, the readers as well.
        expected = min(max(average.expected, low), high)
        most = min(max(average.maximum, expected), high) if average.maximum > average.expected else high
        bill.fixed("ACU hours", price_id, Quantity.of(expected, most) * (HOURS * serverless))


@prices(_CLUSTER_INSTANCE, service=SERVICE)
def cluster_instance(bill: Bill) -> None:
    """Serverless capacity is in the cluster's lines; a provisioned class has its own hours."""
    kind = bill.get("instanceClass")
    if kind == "db.serverless":
        bill.by_parent("in the cluster's ACU hours")
    elif kind is UNKNOWN or kind is ABSENT:
        bill.undecided("instance hours", "instanceClass")
    else:
        bill.fixed(f"{kind} hours", f"aurora.pg.{str(kind).removeprefix('db.')}.hour", HOURS)
    days = bill.number("performanceInsightsRetentionPeriod", _FREE_INSIGHTS_DAYS)
    if bill.flag("performanceInsightsEnabled") and (days is None or days > _FREE_INSIGHTS_DAYS):
        bill.unknown("Performance Insights", f"no price for a history of {days} days (7 are free)")
