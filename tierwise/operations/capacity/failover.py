"""``tierwise failover``: the database's member in the second region becomes the one that is written, and has the name.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierwise.operations.answers import listed
from tierwise.operations.capacity.traffic import lead, look
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome

if TYPE_CHECKING:
    from settings.standby import Traffic


def failover(operation: Operation, *, allow_data_loss: bool, back: bool = False) -> Outcome:
    """Promote a member of the database, wait until it is the writer, see that the API beside it answers, and lead the
    name there. What is done already is left alone, so the command may be repeated.

    Args:
        operation: The command.
        allow_data_loss: Promote it although the old region does not answer; what was not copied yet is lost.
        back: Promote the first region's member, after the day.

    Raises:
        OperationError: No second region, no member there, data would be lost, or the API there does not answer.
    """
    standby = operation.stack.settings.secondary_region
    name = operation.stack.output("aurora")
    if standby is None or not name:
        raise OperationError(f"{operation.stack.key}  has no Aurora cluster, or no secondaryRegion: nothing takes over")
    cluster = _global(operation, standby, str(name))
    members = listed(cluster, "GlobalClusterMembers")
    writer = next((str(m["DBClusterArn"]) for m in members if m.get("IsWriter")), "")
    region = operation.stack.settings.region if back else standby
    copy = next((str(m["DBClusterArn"]) for m in members if f":{region}:" in str(m["DBClusterArn"])), "")
    if not copy:
        raise OperationError(f"{operation.stack.key}  has no member in {region}: docs/runbooks/region-outage.md")
    changed = copy != writer
    if changed:
        _promote(operation, cluster, copy, writer, standby=standby, allow_data_loss=allow_data_loss)
    else:
        operation.console.say(f"{copy} is written already")
        operation.confirm(f"The name leads to {region}.")
    look(operation, there=not back)
    leads_to = lead(operation, there=not back)
    operation.console.say(_next(operation, leads_to, back=back))
    done = not operation.aws.dry_run
    return Outcome(document={"writer": copy, "before": writer, "changed": changed and done, "traffic": leads_to})


def _promote(
    operation: Operation, cluster: dict[str, Any], copy: str, writer: str, *, standby: str, allow_data_loss: bool
) -> None:
    region, name = copy.split(":")[3], str(operation.stack.output("aurora"))
    if not allow_data_loss and not _answers(operation, writer):
        raise OperationError(
            f"{writer}  does not answer, so what was not copied yet is lost: decide, then repeat with --allow-data-loss"
        )
    operation.confirm(f"{copy} becomes the writer in place of {writer}.")
    id_ = str(cluster["GlobalClusterIdentifier"])
    # No lock: it would be in the region that may be away. AWS itself lets one failover run at a time.
    operation.aws.change(
        "rds",
        "FailoverGlobalCluster",
        region=region,
        GlobalClusterIdentifier=id_,
        TargetDbClusterIdentifier=copy,
        **({"AllowDataLoss": True} if allow_data_loss else {"Switchover": True}),
    )
    if not operation.aws.dry_run:
        operation.console.wait(
            copy, lambda: _turned(operation, standby, str(name), copy), timeout=operation.options.timeout
        )


def _next(operation: Operation, leads_to: Traffic | None, *, back: bool) -> str:
    """What is left to do by hand."""
    if back:
        return "next: tierwise smoke, and standby.traffic as it was; docs/runbooks/failover.md"
    url = operation.stack.mapping("standby").get("url")
    if leads_to is None:
        return (
            f"next: tell callers {url or 'where the second region answers'}, their keys hold; docs/runbooks/failover.md"
        )
    return "next: standby.traffic: standby, so that no deployment leads back; docs/runbooks/failover.md"


def _global(operation: Operation, region: str, name: str) -> dict[str, Any]:
    """The global cluster that holds a cluster, as the second region sees it."""
    for cluster in operation.aws.pages("rds", "DescribeGlobalClusters", "GlobalClusters", region=region):
        if any(str(m["DBClusterArn"]).endswith(f":{name}") for m in listed(cluster, "GlobalClusterMembers")):
            return dict(cluster)
    raise OperationError(f"{name}  is in no global cluster: turn the standby on, or docs/runbooks/region-outage.md")


def _answers(operation: Operation, cluster_arn: str) -> bool:
    *_, region, _account, _kind, name = cluster_arn.split(":")
    try:
        operation.aws.read("rds", "DescribeDBClusters", region=region, DBClusterIdentifier=name)
    except AwsError:
        return False
    return True


def _turned(operation: Operation, region: str, name: str, copy: str) -> str | None:
    members = listed(_global(operation, region, name), "GlobalClusterMembers")
    writer = next((str(m["DBClusterArn"]) for m in members if m.get("IsWriter")), "nobody")
    return None if writer == copy else f"{writer.rpartition(':')[2]} is still written"
