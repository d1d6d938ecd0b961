"""The command line of operations: one module a group, each command imported when it is run."""

from __future__ import annotations

import typer

from tierwise.operations.commands import (
    bootstrap,
    capacity,
    content,
    data,
    database,
    deployed,
    incident,
    reports,
    running,
)


def register(app: typer.Typer, costs: typer.Typer) -> None:
    """Add every command to the command line.

    Args:
        app: The whole.
        costs: The group about money.
    """
    bootstrap.register(app)
    deployed.register(app)
    running.register(app)
    data.register(app)
    content.register(app)
    database.register(app)
    capacity.register(app)
    incident.register(app)
    reports.register(app, costs)
