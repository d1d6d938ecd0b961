"""``tierwise refresh-instances``: servers of the newest template and image, one after the other.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
"""

from __future__ import annotations

from typing import Final

from tierwise.operations.answers import listed
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step

_DONE: Final = ("Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")


def refresh_instances(operation: Operation, names: list[str]) -> Outcome:
    """Replace the servers of fleets, with all of them in service throughout, and wait.

    Args:
        operation: The command.
        names: Fleets, as the settings name them; all by default.

    Raises:
        OperationError: No such fleet, or it is being refreshed already.
    """
    fleets = operation.stack.mapping("fleets")
    unknown = [name for name in names if name not in fleets]
    if unknown or not fleets:
        known = ", ".join(sorted(fleets)) or "none"
        raise OperationError(f"{operation.stack.key}  has no fleet {unknown[0] if unknown else ''}: there are {known}")
    chosen = names or sorted(fleets)
    operation.confirm(f"Every server of {', '.join(chosen)} is replaced, one after the other.")
    states: dict[str, str] = {}
    with operation.exclusive():
        entry = operation.record.begin([Step(f"servers {name}", "", "fresh") for name in chosen])
        for name, step in zip(chosen, entry.steps, strict=True):
            states[name] = _refresh(operation, str(fleets[name]))
            step.done = states[name] in ("Successful", "")
            operation.record.write(entry)
        good = all(step.done for step in entry.steps)
        operation.record.end(entry, "done" if good else "failed")
    for name, state in states.items():
        operation.console.say(f"{name}: {state or 'not started'}")
    return Outcome(good, {"fleets": states})


def _refresh(operation: Operation, group: str) -> str:
    try:
        made = operation.aws.change(
            "autoscaling",
            "StartInstanceRefresh",
            AutoScalingGroupName=group,
            Strategy="Rolling",
            # New ones come first, and a failure goes back by itself.
            Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110, "SkipMatching": False},
        )
    except AwsError as error:
        if error.code == "InstanceRefreshInProgress":
            raise OperationError(
                f"{group}  is being refreshed already: wait, or `tierwise rollback` undoes it"
            ) from None
        raise
    id_ = made.get("InstanceRefreshId")
    if id_ is None:
        return ""
    state = ""

    def ended() -> str | None:
        nonlocal state
        answer = operation.aws.read(
            "autoscaling", "DescribeInstanceRefreshes", AutoScalingGroupName=group, InstanceRefreshIds=[id_]
        )
        refresh = listed(answer, "InstanceRefreshes")[0]
        state = str(refresh["Status"])
        return None if state in _DONE else f"{state}, {refresh.get('PercentageComplete', 0)} %"

    operation.console.wait(group, ended, timeout=operation.options.timeout)
    return state
