"""``tierwise migrate TARGET``: rows become items, or items a newer form of themselves.

The stage that the file names goes first. Rows are rehearsed there into a scratch table, which is deleted afterwards;
elsewhere they go into the table itself, beside what it holds: nothing is ever written over. Afterwards the source is
read once more and compared with the table, item by item: a source that is still written to shows there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tierwise.operations.console import duration
from tierwise.operations.errors import OperationError
from tierwise.operations.migration.change import change_items
from tierwise.operations.migration.items import Item, Tally, UnfitError, from_row, named
from tierwise.operations.migration.mapping import FILE, Mapping, read_mapping
from tierwise.operations.migration.rehearsal import note_of, require_rehearsal
from tierwise.operations.migration.rows import read_rows
from tierwise.operations.migration.table import READ_AT_ONCE, SCRATCH, Table
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step

#: Problems that are told one by one.
_TOLD: Final = 20


def migrate(operation: Operation, *, file: Path | None, rehearsal: Path | None) -> Outcome:
    """Count, convert, write and compare; a dry run does the first two.

    Args:
        operation: The command.
        file: The migration; ``migration.yaml`` beside the system by default.
        rehearsal: JSON of the rehearsal, where it was in another account.

    Raises:
        OperationError: Not rehearsed, no source, or a source that changes meanwhile.
    """
    mapping = read_mapping(file or operation.stack.target.directory / FILE)
    if not operation.options.dry_run:
        require_rehearsal(operation, mapping, rehearsal)
    if mapping.changes is not None:
        return change_items(operation, mapping)
    source = _Source(operation, mapping)
    tallies, problems = source.look()
    source.show(tallies, problems)
    found: dict[str, Any] = {
        "migration": mapping.fingerprint,
        "kinds": {k: {"rows": t.count, "largest": t.largest, "checksum": t.checksum} for k, t in tallies.items()},
        "problems": problems,
    }
    if problems or operation.options.dry_run:
        return Outcome(not problems, found)
    rehearsing = operation.stack.stage == mapping.rehearse
    table = Table(operation, _name(operation, mapping, rehearsing), mapping.key)
    count = sum(tally.count for tally in tallies.values())
    operation.confirm(f"{count} items are written to {table.name}, which nobody may write to meanwhile.")
    started = operation.console.clock.elapsed()
    with operation.exclusive():
        entry = operation.record.begin([Step(f"table {table.name}", "", f"{count} items")], note_of(mapping))
        try:
            if rehearsing:
                table.create()
            written, there = source.write(table)
            wrong = source.compare(table, tallies)
        except OperationError:
            operation.record.end(entry, "failed")
            raise
        finally:
            if rehearsing:
                table.leave()
        entry.steps[0].done = not wrong
        operation.record.end(entry, "failed" if wrong else "done")
    seconds = operation.console.clock.elapsed() - started
    for line in wrong[:_TOLD]:
        operation.console.say(line)
    result = "rehearsed" if rehearsing else "migrated"
    operation.console.say(
        f"{count} items {'differ' if wrong else result}: {written} written, {there} there before, "
        f"{len(wrong)} wrong, in {duration(seconds)}"
    )
    return Outcome(
        not wrong, {**found, "written": written, "thereBefore": there, "wrong": wrong, "seconds": round(seconds, 1)}
    )


def _name(operation: Operation, mapping: Mapping, rehearsing: bool) -> str:
    if rehearsing:
        return f"{operation.stack.prefix}{SCRATCH}"
    name = operation.stack.mapping("tables").get(mapping.table)
    if not name:
        raise OperationError(f"{operation.stack.key}  the stack exports no table {mapping.table}: nothing to write to")
    return str(name)


class _Source:
    def __init__(self, operation: Operation, mapping: Mapping) -> None:
        self._operation = operation
        self._mapping = mapping

    def look(self) -> tuple[dict[str, Tally], list[str]]:
        """Convert every row once: what there is by kind, and what does not fit."""
        tallies: dict[str, Tally] = {}
        problems: list[str] = []
        keys: set[bytes] = set()
        for kind, rows in self._mapping.rows.items():
            # Keys are unique over all kinds: they share the table.
            tally = tallies[kind] = Tally(keys=keys)
            for row in read_rows(self._operation, kind, rows):
                try:
                    tally.add(from_row(row, rows, self._mapping), self._mapping.key)
                except (UnfitError, ValueError) as error:
                    problems.append(f"{kind}: {error}")
                if tally.count % 10_000 == 0 and tally.count:
                    self._operation.console.note(f"{kind}: {tally.count} rows")
        return tallies, problems

    def show(self, tallies: dict[str, Tally], problems: list[str]) -> None:
        """Print what was found."""
        rows = [(kind, str(t.count), f"{t.largest:,} bytes", t.checksum) for kind, t in tallies.items()]
        self._operation.console.table(("kind", "rows", "largest item", "checksum"), rows)
        for line in problems[:_TOLD]:
            self._operation.console.say(line)
        if len(problems) > _TOLD:
            self._operation.console.say(f"and {len(problems) - _TOLD} more")

    def write(self, table: Table) -> tuple[int, int]:
        """Write what is not there yet: how many items, and how many were there before and equal."""
        written = there = 0
        for batch in self._batches():
            found = table.find(batch)
            free = [item for item in batch if table.key_of(item) not in found]
            table.write(free)
            written += len(free)
            there += sum(table.same(found[table.key_of(i)], i) for i in batch if table.key_of(i) in found)
            self._operation.console.note(f"{written + there} items")
        return written, there

    def compare(self, table: Table, before: dict[str, Tally]) -> list[str]:
        """Read source and table once more: what differs."""
        after, problems = self.look()
        wrong = [
            f"{kind}: the source has changed meanwhile, {before[kind].count} rows were {tally.count}: freeze its writes"
            for kind, tally in after.items()
            if (tally.count, tally.total) != (before[kind].count, before[kind].total)
        ] + problems
        for batch in self._batches():
            found = table.find(batch)
            for item in batch:
                held = found.get(table.key_of(item))
                if held is None:
                    wrong.append(f"{named(item, self._mapping.key)} is not in {table.name}")
                elif not table.same(held, item):
                    wrong.append(f"{named(item, self._mapping.key)} is another in {table.name}; it was left as it is")
        return wrong

    def _batches(self) -> Iterator[list[Item]]:
        batch: list[Item] = []
        for kind, rows in self._mapping.rows.items():
            for row in read_rows(self._operation, kind, rows):
                try:
                    batch.append(from_row(row, rows, self._mapping))
                except (UnfitError, ValueError) as error:
                    raise OperationError(
                        f"{kind}: the source has changed meanwhile, {error}: freeze its writes"
                    ) from None
                if len(batch) == READ_AT_ONCE:
                    yield batch
                    batch = []
        if batch:
            yield batch
