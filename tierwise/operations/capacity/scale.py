"""``tierwise scale``: the answers to the two alarms that ask for more."""

from __future__ import annotations

from tierwise.operations.answers import part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.operations.smoke.functions import LIVE


def enable_provisioned(operation: Operation, function: str | None, count: int) -> Outcome:
    """Keep instances of a function's live version ready.

    On the version, not on the alias: Lambda refuses it on an alias that shares its calls during a deployment.
    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html

    Args:
        operation: The command.
        function: The function, as the settings name it; the only one by default.
        count: How many.

    Raises:
        OperationError: No such function, or several and none named.
    """
    function, name = _chosen(operation, "function", function)
    version = str(operation.aws.read("lambda", "GetAlias", FunctionName=name, Name=LIVE)["FunctionVersion"])
    operation.confirm(f"{count} instances of {name}:{version} are kept ready, and paid for by the hour.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"provisioned {function}:{version}", "", str(count))])
        operation.aws.change(
            "lambda",
            "PutProvisionedConcurrencyConfig",
            FunctionName=name,
            Qualifier=version,
            ProvisionedConcurrentExecutions=count,
        )
        entry.steps[0].done = True
        operation.record.end(entry, "done")
    operation.console.say(f"set provisionedConcurrency of {function} in the settings, or the next deployment ends it")
    return Outcome(document={"function": name, "version": version, "count": count})


def table_on_demand(operation: Operation, table: str | None) -> Outcome:
    """Pay a table by request, which takes every load; AWS allows the switch four times a day.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-switching-capacity-modes.html

    Args:
        operation: The command.
        table: The table, as the settings name it; the only one by default.

    Raises:
        OperationError: No such table, or several and none named.
    """
    table, name = _chosen(operation, "table", table)
    described = operation.aws.read("dynamodb", "DescribeTable", TableName=name)["Table"]
    before = str(part(described, "BillingModeSummary").get("BillingMode", "PROVISIONED"))
    if before == "PAY_PER_REQUEST":
        operation.console.say(
            f"{name} is paid by request already: a hot key is the cause, Contributor Insights names it"
        )
        return Outcome(document={"table": name, "changed": False})
    operation.confirm(f"{name} is paid by request from now on.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"billing {table}", before, "PAY_PER_REQUEST")])
        operation.aws.change("dynamodb", "UpdateTable", TableName=name, BillingMode="PAY_PER_REQUEST")
        entry.steps[0].done = True
        operation.record.end(entry, "done")
    operation.console.say(f"set the same for {table} in the settings, or the next deployment takes it back")
    return Outcome(document={"table": name, "changed": not operation.aws.dry_run})


def _chosen(operation: Operation, kind: str, given: str | None) -> tuple[str, str]:
    """One of the stack's functions or tables, the only one where none is given: its name in the settings and in AWS."""
    there = operation.stack.mapping(f"{kind}s")
    if given is None and len(there) == 1:
        given = next(iter(there))
    if given is None or given not in there:
        asked = "name one" if given is None else f"{given} is none"
        raise OperationError(f"{operation.stack.key}  which {kind}: {asked} of {', '.join(sorted(there))}")
    return given, str(there[given])
