"""Commands about what is inside a database: prepare it, dump it."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("db-bootstrap")(db_bootstrap)
    app.command("db-dump")(db_dump)


def db_bootstrap(
    target: shared.Target,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="Service whose image prepares the database.")
    ] = None,
    cleanup: Annotated[bool, typer.Option("--cleanup", help="Take away what an interrupted run has left.")] = False,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 15.0,
) -> None:
    """Give the database its extensions, roles, schemas and grants; --dry-run shows the SQL."""
    from tierwise.operations.database.run import bootstrap, clean
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    if cleanup:
        raise typer.Exit(run("db-bootstrap", target, chosen, clean))
    raise typer.Exit(run("db-bootstrap", target, chosen, lambda operation: bootstrap(operation, service)))


def db_dump(
    target: shared.Target,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 60.0,
) -> None:
    """Dump the database now, as its schedule would, and look whether it landed."""
    from tierwise.operations.database.dump import dump
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("db-dump", target, chosen, dump))
