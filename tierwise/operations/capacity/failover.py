"""``tierwise failover``: the copy of an Aurora cluster in the second region becomes the one that is written.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from typing import Any

from tierwise.operations.answers import listed
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome


def failover(operation: Operation, *, allow_data_loss: bool) -> Outcome:
    """Promote the copy, and wait until it is the writer.

    Args:
        operation: The command.
        allow_data_loss: Promote it although the old region does not answer; what was not copied yet is lost.

    Raises:
        OperationError: No second region, no copy there, or data would be lost.
    """
    standby = operation.stack.settings.secondary_region
    name = operation.stack.output("aurora")
    if standby is None or not name:
        raise OperationError(f"{operation.stack.key}  has no Aurora cluster, or no secondaryRegion: nothing takes over")
    cluster = _global(operation, standby, str(name))
    members = listed(cluster, "GlobalClusterMembers")
    writer = next((str(m["DBClusterArn"]) for m in members if m.get("IsWriter")), "")
    copy = next((str(m["DBClusterArn"]) for m in members if f":{standby}:" in str(m["DBClusterArn"])), "")
    if not copy:
        raise OperationError(f"{operation.stack.key}  has no copy in {standby}: docs/runbooks/region-outage.md")
    if copy == writer:
        operation.console.say(f"{copy} is written already")
        return Outcome(document={"writer": copy, "changed": False})
    if not allow_data_loss and not _answers(operation, str(name)):
        raise OperationError(
            f"{writer}  does not answer, so what was not copied yet is lost: decide, then repeat with --allow-data-loss"
        )
    operation.confirm(f"{copy} becomes the writer in place of {writer}.")
    id_ = str(cluster["GlobalClusterIdentifier"])
    # No lock: it would be in the region that may be away. AWS itself lets one failover run at a time.
    operation.aws.change(
        "rds",
        "FailoverGlobalCluster",
        region=standby,
        GlobalClusterIdentifier=id_,
        TargetDbClusterIdentifier=copy,
        **({"AllowDataLoss": True} if allow_data_loss else {"Switchover": True}),
    )
    if not operation.aws.dry_run:
        operation.console.wait(
            copy, lambda: _turned(operation, standby, str(name), copy), timeout=operation.options.timeout
        )
    operation.console.say(
        "next: functions and smoke in the second region, then the DNS record; docs/runbooks/failover.md"
    )
    return Outcome(document={"writer": copy, "before": writer, "changed": not operation.aws.dry_run})


def _global(operation: Operation, region: str, name: str) -> dict[str, Any]:
    """The global cluster that holds a cluster, as the second region sees it."""
    for cluster in operation.aws.pages("rds", "DescribeGlobalClusters", "GlobalClusters", region=region):
        if any(str(m["DBClusterArn"]).endswith(f":{name}") for m in listed(cluster, "GlobalClusterMembers")):
            return dict(cluster)
    raise OperationError(f"{name}  is in no global cluster: turn the standby on, or docs/runbooks/region-outage.md")


def _answers(operation: Operation, name: str) -> bool:
    try:
        operation.aws.read("rds", "DescribeDBClusters", DBClusterIdentifier=name)
    except AwsError:
        return False
    return True


def _turned(operation: Operation, region: str, name: str, copy: str) -> str | None:
    members = listed(_global(operation, region, name), "GlobalClusterMembers")
    writer = next((str(m["DBClusterArn"]) for m in members if m.get("IsWriter")), "nobody")
    return None if writer == copy else f"{writer.rpartition(':')[2]} is still written"
