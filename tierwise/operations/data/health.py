"""``tierwise backup-check TARGET``: how many stores could not be brought back, as a metric that an alarm watches.

Run on a schedule; the alarm takes silence for bad news, so that a check which no longer runs is noticed too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tierwise.operations.console import duration
from tierwise.operations.data.stores import Store, stores_of
from tierwise.operations.errors import AwsError
from tierwise.operations.operation import Operation, Outcome

#: The metric, in the system's own namespace; its dimension is the stage.
METRIC: Final = "StoresWithoutRecovery"
#: Oldest latest moment that counts. Point-in-time recovery is minutes behind, a daily snapshot a day and its window.
_BEHIND: Final = 26 * 3600


def backup_check(operation: Operation) -> Outcome:
    """Look at the latest moment of every store, and tell CloudWatch how many have none or an old one.

    Args:
        operation: The command; the outputs name the stores.
    """
    stores = stores_of(operation)
    if not stores:
        operation.console.say("the stack keeps nothing that needs a copy")
        return Outcome(document={"stores": {}, "without": 0})
    found = {label: _moment(operation, store) for label, store in stores.items()}
    now = operation.console.clock.now()
    bad = [label for label, moment in found.items() if moment is None or now - moment.timestamp() > _BEHIND]
    rows: list[tuple[str, ...]] = []
    for label, moment in found.items():
        behind = "" if moment is None else f"{duration(max(0.0, now - moment.timestamp()))} behind"
        verdict = "cannot be brought back" if label in bad else "fine"
        rows.append((label, "none" if moment is None else moment.isoformat(timespec="seconds"), behind, verdict))
    operation.console.table(("store", "latest moment", "", "verdict"), rows)
    operation.aws.change(
        "cloudwatch",
        "PutMetricData",
        Namespace=operation.stack.settings.observability.metrics_namespace,
        MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "stage", "Value": operation.stack.stage}],
                "Timestamp": datetime.fromtimestamp(now, UTC),
                "Value": float(len(bad)),
                "Unit": "Count",
            }
        ],
    )
    moments = {label: None if moment is None else moment.isoformat() for label, moment in found.items()}
    return Outcome(not bad, {"stores": moments, "without": len(bad)})


def _moment(operation: Operation, store: Store) -> datetime | None:
    try:
        return store.latest(operation)
    except AwsError as error:
        # A store that is gone has no latest moment either, which is what the alarm is for.
        if error.missing:
            return None
        raise
