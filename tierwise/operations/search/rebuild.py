"""``tierwise search rebuild TARGET``: indexes made anew and filled from the database, which holds the truth.

OpenSearch Serverless offers no snapshots of one's own, and a vector collection takes no ids of one's own: a document
that is added twice is there twice. So an index is deleted, made and filled; what is on record after each batch is
compared with what the index counts before an interrupted run goes on, and the index is begun again where they differ.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tierwise.operations.answers import as_mapping
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Entry, Step
from tierwise.operations.search.bootstrap import fields, read_mappings
from tierwise.operations.search.collection import Collection
from tierwise.operations.search.embeddings import Embedder, TitanEmbedder
from tierwise.operations.search.sources import Source, read_sources
from tierwise.operations.sql import Reader, Row

#: Rows of a batch: with vectors of 1 024 numbers, three megabytes of the twenty that a request may have.
_BATCH: Final = 200
#: Seconds until a vector collection counts what was added; AWS refreshes it every 60.
_COUNTED_WITHIN: Final = 180.0


def rebuild(operation: Operation, names: list[str]) -> Outcome:
    """Make indexes anew and fill them; an interrupted run goes on where it can.

    Args:
        operation: The command.
        names: Indexes; all by default.

    Raises:
        OperationError: No such index, no source for it, or the database or the collection refuses.
    """
    mappings = read_mappings(operation)
    sources = read_sources(operation.stack.target.directory)
    for name in (*names, *sources.indexes):
        if name not in mappings:
            raise OperationError(f"{name}  is no index of {operation.stack.key}: {', '.join(mappings)}")
    chosen = names or [*mappings]
    unfed = [name for name in chosen if name not in sources.indexes]
    if unfed:
        raise OperationError(f"{operation.stack.key}  search.yaml names no source of {unfed[0]}")
    filler = _Filler(operation, Collection(operation), Reader(operation, sources.user))
    if operation.options.dry_run:
        counts = {name: filler.count(sources.indexes[name]) for name in chosen}
        for name, count in counts.items():
            operation.console.say(f"would delete {name}, make it anew and add {count} documents")
        return Outcome(document={"indexes": counts})
    operation.confirm(f"{', '.join(chosen)}: deleted, made anew and filled. Until then there are no precedents.")
    added: dict[str, int] = {}
    counted: dict[str, int] = {}
    with operation.exclusive():
        entry = filler.begin(chosen)
        try:
            for name, step in zip(chosen, entry.steps, strict=True):
                added[name] = filler.fill(name, mappings[name], sources.indexes[name], entry, step)
            for name in chosen:
                counted[name] = filler.await_count(name, added[name])
        except OperationError:
            operation.record.end(entry, "failed")
            raise
        wrong = [name for name in chosen if added[name] != counted[name]]
        for step in entry.steps:
            if step.part in wrong:
                # The next run begins it again.
                step.before, step.after, step.done = "", "", False
        operation.record.end(entry, "failed" if wrong else "done")
    operation.console.table(
        ("index", "rows", "documents"), [(name, str(added[name]), str(counted[name])) for name in chosen]
    )
    for name in wrong:
        operation.console.note(f"{name}: the index counts other than was added; repeat, and it is begun again")
    return Outcome(not wrong, {"indexes": added, "counted": counted})


class _Filler:
    def __init__(self, operation: Operation, collection: Collection, reader: Reader) -> None:
        self._operation = operation
        self._collection = collection
        self._reader = reader

    def begin(self, names: list[str]) -> Entry:
        """The record to go on with: the last run's, if it was interrupted at the same indexes."""
        last = self._operation.record.last()
        if last is not None and last.state != "done" and [step.part for step in last.steps] == names:
            self._operation.console.note(f"going on with the run of {last.started}")
            last.state = "running"
            return last
        return self._operation.record.begin([Step(name, "", "") for name in names])

    def fill(self, name: str, mapping: Mapping[str, Any], source: Source, entry: Entry, step: Step) -> int:
        """Make one index and fill it; how many documents it has got.

        The step says how far it is: ``before`` the number of documents, ``after`` the last key.
        """
        count, after = int(step.before or 0), step.after
        if step.done:
            return count
        if not after or self.await_count(name, count) != count:
            count, after = 0, ""
            if self._collection.read(f"/{name}/_mapping", missing=True) is not None:
                self._collection.change("DELETE", f"/{name}")
            self._collection.change("PUT", f"/{name}", mapping)
        embedder = self._embedder(mapping, source)
        for rows in self._reader.batches(source.sql, source.key, after=after, count=_BATCH):
            self._collection.add(name, _documents(rows, source, embedder))
            count, after = count + len(rows), str(rows[-1][source.key])
            step.before, step.after = str(count), after
            self._operation.record.write(entry)
            self._operation.console.note(f"{name}: {count} documents")
        step.before, step.done = str(count), True
        self._operation.record.write(entry)
        return count

    def count(self, source: Source) -> int:
        """How many rows a source has."""
        return sum(len(rows) for rows in self._reader.batches(source.sql, source.key, after="", count=_BATCH))

    def await_count(self, name: str, expected: int) -> int:
        """How many documents an index counts, waiting until they are as many as expected."""
        found = -1
        clock = self._operation.console.clock
        started = clock.elapsed()

        def look() -> str | None:
            nonlocal found
            answer = self._collection.read(f"/{name}/_count", missing=True)
            found = int((as_mapping(answer) or {}).get("count", -1))
            late = clock.elapsed() - started >= _COUNTED_WITHIN
            return None if found >= expected or found < 0 or late else f"{found} of {expected}"

        self._operation.console.wait(f"{name} counts", look, timeout=_COUNTED_WITHIN * 2)
        return found

    def _embedder(self, mapping: Mapping[str, Any], source: Source) -> Embedder | None:
        if source.embedding is None:
            return None
        field = fields(dict(mapping)).get(source.embedding.field, {})
        dimension = int(field.get("dimension", 0))
        if not dimension:
            raise OperationError(f"search.yaml embeds into {source.embedding.field}, which is no knn_vector field")
        return TitanEmbedder(self._operation, source.embedding.model, dimension)


def _documents(rows: list[Row], source: Source, embedder: Embedder | None) -> list[dict[str, Any]]:
    documents = [
        {name: value for name, value in row.items() if name != source.key and value is not None} for row in rows
    ]
    for document, row in zip(documents, rows, strict=True):
        for name, member in source.members.items():
            value = _members(row.get(member.of)).get(name, member.otherwise)
            if value is not None:
                document[name] = value
    if embedder is not None and source.embedding is not None:
        texts = ["\n".join(str(row.get(column) or "") for column in source.embedding.of) for row in rows]
        for document, vector in zip(documents, embedder.embed(texts), strict=True):
            document[source.embedding.field] = vector
    return documents


def _members(text: Any) -> dict[str, Any]:
    try:
        return as_mapping(json.loads(str(text))) or {}
    except ValueError:
        return {}
