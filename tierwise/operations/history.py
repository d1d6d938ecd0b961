"""``tierwise history TARGET``: what was done to a stack, by whom, and how it ended."""

from __future__ import annotations

from dataclasses import asdict

from tierwise.operations.lock import parameter
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Entry, read_history


def history(operation: Operation) -> Outcome:
    """List the recorded runs, the oldest first."""
    prefix = parameter(operation.stack.system, operation.stack.stage, "operations")
    names = [
        str(found["Name"])
        for found in operation.aws.pages("ssm", "GetParametersByPath", "Parameters", Path=prefix, Recursive=True)
    ]
    runs: list[Entry] = [entry for name in names for entry in read_history(operation.aws, name)]
    runs.sort(key=lambda entry: entry.started)
    for run in runs:
        steps = ", ".join(f"{step.part} {step.before} → {step.after}" for step in run.steps)
        operation.console.say(f"{run.started}  {run.command:<14} {run.state:<8} {run.by}  {run.note}  {steps}".rstrip())
    if not runs:
        operation.console.say("nothing is recorded")
    return Outcome(document={"runs": [asdict(run) for run in runs]})
