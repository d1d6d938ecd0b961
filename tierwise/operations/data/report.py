"""``tierwise dr-report TARGET``: the recovery objectives, and the times that were measured."""

from __future__ import annotations

import re
from typing import Any

from tierwise.operations.console import duration
from tierwise.operations.data.objectives import read_objectives
from tierwise.operations.errors import AwsError
from tierwise.operations.lock import parameter
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Entry, read_history


def report(operation: Operation) -> Outcome:
    """Print both; status 1 where a measured time is over its objective."""
    objectives = read_objectives(operation.stack.target.directory)
    runs = [run for command in ("rollback", "restore-drill") for run in _runs(operation, command)]
    measured = _measured(runs)
    rows: list[tuple[str, ...]] = []
    document: list[dict[str, Any]] = []
    for objective in objectives:
        kinds = objective.stores or (("rollback",) if "error" in objective.scenario else ())
        found = [value for kind in kinds for name, value in measured.items() if name.partition(":")[0] == kind]
        times = [seconds for seconds, _ in found]
        losses = [loss for _, loss in found if loss is not None]
        late = any(seconds > objective.rto for seconds in times) or any(loss > objective.rpo for loss in losses)
        said = f"{duration(max(times))} / {duration(max(losses, default=0.0))}" if times else "not measured yet"
        rows.append((objective.scenario, duration(objective.rto), duration(objective.rpo), said, objective.how))
        document.append(
            {
                "scenario": objective.scenario,
                "rtoSeconds": objective.rto,
                "rpoSeconds": objective.rpo,
                "measuredRtoSeconds": max(times, default=None),
                "measuredRpoSeconds": max(losses, default=None),
                "met": None if not times else not late,
            }
        )
    operation.console.table(("scenario", "RTO", "RPO", "measured RTO / RPO", "how"), rows)
    return Outcome(all(entry["met"] is not False for entry in document), {"objectives": document})


def _measured(runs: list[Entry]) -> dict[str, tuple[float, float | None]]:
    """Seconds and loss by store, of the last time each was measured."""
    found: dict[str, tuple[float, float | None]] = {}
    for run in runs:
        if run.command == "rollback" and run.ended:
            from datetime import datetime

            took = datetime.fromisoformat(run.ended) - datetime.fromisoformat(run.started)
            found["rollback"] = (took.total_seconds(), 0.0)
        for store, seconds, loss in re.findall(r"(\S+) ([0-9.]+) s, loss ([0-9.]+) s", run.note):
            found[store] = (float(seconds), float(loss))
    return found


def _runs(operation: Operation, command: str) -> list[Entry]:
    name = parameter(operation.stack.system, operation.stack.stage, "operations", command)
    try:
        return read_history(operation.aws, name)
    except AwsError as error:
        if error.missing:
            return []
        raise
