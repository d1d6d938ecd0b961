"""Items in a newer form of themselves, in the table that holds them.

Each is changed under the condition that it still has the version that was read, and only in the attributes that the
change names: what a newer program writes meanwhile stays. So the program that reads both versions is deployed first.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.migration.items import MAX_BYTES, Item, UnfitError, changed, named, size_of
from tierwise.operations.migration.mapping import VERSION, Mapping
from tierwise.operations.migration.rehearsal import note_of
from tierwise.operations.migration.table import Table
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step


def change_items(operation: Operation, mapping: Mapping) -> Outcome:
    """Count items by version, and bring the older ones up to date.

    Args:
        operation: The command; the output ``tables`` names the table.
        mapping: The migration.

    Raises:
        OperationError: No such table, or it could not be brought back.
    """
    name = str(operation.stack.require("tables", "table").get(mapping.table, ""))
    if not name:
        raise OperationError(f"{operation.stack.key}  the stack exports no table {mapping.table}")
    table = Table(operation, name, mapping.key)
    versions: Counter[int] = Counter()
    problems: list[str] = []
    for item in table.items():
        try:
            made, had = changed(item, mapping)
            versions[had] += 1
            if size_of(made) > MAX_BYTES:
                problems.append(f"{named(item, mapping.key)} would have {size_of(made)} bytes")
        except UnfitError as error:
            problems.append(str(error))
    rows = [(str(version), str(count)) for version, count in sorted(versions.items())]
    operation.console.table((VERSION, "items"), rows)
    for line in problems[:20]:
        operation.console.say(line)
    old = sum(count for version, count in versions.items() if version < mapping.version)
    document: dict[str, Any] = {
        "migration": mapping.fingerprint,
        "versions": {str(version): count for version, count in sorted(versions.items())},
        "old": old,
        "problems": problems,
    }
    operation.console.say(f"{old} items are older than version {mapping.version}")
    if problems or operation.options.dry_run:
        return Outcome(not problems, document)
    if old and operation.stack.production and not table.recoverable():
        raise OperationError(
            f"{name}  could not be brought back: turn point-in-time recovery on first; nothing was done"
        )
    operation.confirm(f"{old} items of {name} are changed to version {mapping.version}.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"table {name}", f"{old} items", f"version {mapping.version}")])
        entry.note = note_of(mapping)
        moved = late = 0
        try:
            for item in table.items() if old else ():
                made, had = changed(item, mapping)
                if had < mapping.version:
                    done = _update(operation, table, item, made, mapping)
                    moved, late = moved + done, late + (not done)
                    if moved % 1000 == 0:
                        operation.console.note(f"{moved} of {old} items")
        except OperationError:
            operation.record.end(entry, "failed")
            raise
        entry.steps[0].done = not late
        operation.record.end(entry, "failed" if late else "done")
    operation.console.say(f"{moved} items changed" + (f", {late} were written meanwhile: run it again" if late else ""))
    return Outcome(not late, {**document, "changed": moved, "writtenMeanwhile": late})


def _update(operation: Operation, table: Table, before: Item, after: Item, mapping: Mapping) -> bool:
    """Change one item; False where somebody has written it since."""
    setting = {name: value for name, value in after.items() if before.get(name) != value}
    gone = [name for name in before if name not in after]
    names = {f"#s{n}": name for n, name in enumerate(setting)} | {f"#r{n}": name for n, name in enumerate(gone)}
    values = {f":s{n}": value for n, value in enumerate(setting.values())}
    expression = "SET " + ", ".join(f"#s{n} = :s{n}" for n in range(len(setting)))
    if gone:
        expression += " REMOVE " + ", ".join(f"#r{n}" for n in range(len(gone)))
    condition = "attribute_exists(#k) AND attribute_not_exists(#v)"
    if VERSION in before:
        condition, values[":v"] = "#v = :v", before[VERSION]
    try:
        operation.aws.change(
            "dynamodb",
            "UpdateItem",
            TableName=table.name,
            Key={name: before[name] for name in mapping.key},
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeNames=names | {"#v": VERSION} | ({} if VERSION in before else {"#k": mapping.key[0]}),
            ExpressionAttributeValues=values,
        )
    except AwsError as error:
        if error.code == "ConditionalCheckFailedException":
            return False
        raise
    return True
