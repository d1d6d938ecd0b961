"""The command line of operations: one module a group, each command imported when it is run."""

from __future__ import annotations

import typer

from tierwise.operations.commands import deployed


def register(app: typer.Typer) -> None:
    """Add every command to the command line."""
    deployed.register(app)
