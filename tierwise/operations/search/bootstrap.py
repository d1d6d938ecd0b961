"""``tierwise search bootstrap TARGET``: the indexes that the configuration names, by their mappings."""

from __future__ import annotations

import json
from typing import Any

from tierwise.operations.answers import part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.search.collection import Collection
from tierwise.operations.smoke.expectations import mismatch


def bootstrap(operation: Operation) -> Outcome:
    """Make each index that is not there, and add fields that are new; nothing is deleted.

    Args:
        operation: The command; ``search.indexes`` names a file of the mapping for each index.

    Raises:
        OperationError: A field has another type than the index: only a rebuild changes that.
    """
    mappings = read_mappings(operation)
    collection = Collection(operation)
    rows = [(name, look(collection, name, mapping)) for name, mapping in mappings.items()]
    for name, found in rows:
        if found.startswith("differs"):
            raise OperationError(
                f"{operation.stack.key}  index {name} {found}: OpenSearch changes no field's type; "
                f"`tierwise search rebuild {operation.stack.key} {name}` makes it anew"
            )
    operation.console.table(("index", "found"), rows)
    wanted = [(name, found) for name, found in rows if found != "as configured"]
    if wanted:
        operation.confirm("Indexes are made or extended.")
        with operation.exclusive():
            for name, found in wanted:
                if found == "missing":
                    collection.change("PUT", f"/{name}", mappings[name])
                else:
                    collection.change("PUT", f"/{name}/_mapping", {"properties": fields(mappings[name])})
    return Outcome(document={"indexes": dict(rows), "made": [name for name, found in wanted if found == "missing"]})


def look(collection: Collection, name: str, mapping: dict[str, Any]) -> str:
    """How an index stands to its mapping: ``missing``, ``as configured``, ``lacks …`` or ``differs: …``.

    Args:
        collection: The collection.
        name: The index.
        mapping: What the configuration wants.
    """
    found = collection.read(f"/{name}/_mapping", missing=True)
    if found is None:
        return "missing"
    there = fields(part(found, name))
    wanted = fields(mapping)
    for field, kind in wanted.items():
        wrong = mismatch(kind, there[field], field) if field in there else None
        if wrong:
            return f"differs: {wrong}"
    lacking = [field for field in wanted if field not in there]
    return f"lacks {', '.join(lacking)}" if lacking else "as configured"


def fields(index: dict[str, Any]) -> dict[str, Any]:
    """The fields of an index by name."""
    return part(part(index, "mappings"), "properties")


def read_mappings(operation: Operation) -> dict[str, dict[str, Any]]:
    """The mapping of each index of the configuration.

    Raises:
        OperationError: The stack has no search collection or no index, or a file cannot be read.
    """
    from tierwise.targets import find_root

    settings = operation.stack.settings.active_search
    if settings is None or not settings.has_collection:
        raise OperationError(f"{operation.stack.key}  has no search collection: nothing to make indexes in")
    if not settings.indexes:
        raise OperationError(f"{operation.stack.key}  names no index: search.indexes lists their mappings")
    root = find_root(operation.stack.target.directory)
    found: dict[str, dict[str, Any]] = {}
    for name, file in settings.indexes.items():
        try:
            found[name] = json.loads((root / file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OperationError(f"{file}  cannot be read as the mapping of {name}: {error}") from None
        if not fields(found[name]):
            raise OperationError(f"{file}  has no mappings.properties: {name} would have no field")
    return found
