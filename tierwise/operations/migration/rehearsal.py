"""Whether a migration has been rehearsed: on record in this account, or in the JSON of the stage that went first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tierwise.operations.answers import as_mapping
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.migration.mapping import Mapping
from tierwise.operations.operation import Operation
from tierwise.operations.record import Record, read_history


def note_of(mapping: Mapping) -> str:
    """How the record names a migration."""
    return f"migration {mapping.fingerprint}"


def require_rehearsal(operation: Operation, mapping: Mapping, file: Path | None) -> None:
    """See that the stage that goes first has done this migration.

    Args:
        operation: The command.
        mapping: The migration.
        file: What ``migrate --json`` wrote there, where that stage has another account.

    Raises:
        OperationError: It has not, or it did another one.
    """
    stack = operation.stack
    if stack.stage == mapping.rehearse:
        return
    first = f"{stack.target.system or stack.system}/{mapping.rehearse}"
    if file is not None:
        _check_file(file, first, mapping)
        return
    name = Record(operation.aws, stack.system, mapping.rehearse).name
    try:
        runs = read_history(operation.aws, name)
    except AwsError as error:
        if not error.missing:
            raise
        runs = []
    if not any(run.state == "done" and run.note == note_of(mapping) for run in runs):
        raise OperationError(
            f"{stack.key}  this migration was not rehearsed: `tierwise migrate {first}` comes first; where that stage "
            "has another account, bring its --json as --rehearsal FILE; nothing was done"
        )


def _check_file(file: Path, first: str, mapping: Mapping) -> None:
    try:
        document: dict[str, Any] = as_mapping(json.loads(file.read_text(encoding="utf-8"))) or {}
    except (OSError, ValueError) as error:
        raise OperationError(f"{file}  cannot be read as the JSON of a rehearsal: {error}") from None
    wanted = {"command": "migrate", "stack": first, "dryRun": False, "ok": True, "migration": mapping.fingerprint}
    for name, value in wanted.items():
        if document.get(name) != value:
            raise OperationError(f"{file}  is no rehearsal of this migration: {name} is {document.get(name)!r}")
