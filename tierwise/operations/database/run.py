"""``tierwise db-bootstrap TARGET``: what a new database needs before services and functions can use it."""

from __future__ import annotations

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome


def bootstrap(operation: Operation, service: str | None) -> Outcome:
    """Prepare the stack's database, whichever kind it is; a second run finds nothing to do.

    Args:
        operation: The command.
        service: The service whose image runs it, where a task does.

    Raises:
        OperationError: There is no database, or it cannot be prepared.
    """
    settings = operation.stack.settings
    aurora = settings.active_aurora
    database = settings.database if settings.database is not None and settings.database.enabled else None
    if aurora is None and database is None:
        raise OperationError(f"{operation.stack.key}  has no database: neither database nor aurora is configured")
    outcome = Outcome()
    if database is not None:
        from tierwise.operations.database.instance import bootstrap_instance

        outcome.document |= bootstrap_instance(operation, database, service).document
    elif service is not None:
        raise OperationError(f"{operation.stack.key}  --service is about a task; Aurora needs none")
    if aurora is not None:
        from tierwise.operations.database.cluster import bootstrap_cluster

        outcome.document |= bootstrap_cluster(operation, aurora).document
    return outcome


def clean(operation: Operation) -> Outcome:
    """Take away what an interrupted bootstrap has left.

    Raises:
        OperationError: There is no database.
    """
    from tierwise.operations.database.instance import clean_instance

    return clean_instance(operation)
