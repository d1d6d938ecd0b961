"""Commands about data: copies, restores, rehearsals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tierwise.operations.commands import options as shared

Stores = Annotated[
    list[str] | None, typer.Argument(metavar="[STORE]…", help="database, aurora, cache or table:NAME; all by default.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command("restore-drill")(restore_drill)
    app.command("dr-report")(dr_report)
    app.command("backup-check")(backup_check)
    app.command()(migrate)


def backup(
    target: shared.Target,
    stores: Stores = None,
    take: Annotated[bool, typer.Option("--take", help="Make a copy now instead of listing them.")] = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """List the copies of each store; status 1 where one has none."""
    from tierwise.operations.data.run import backup as look
    from tierwise.operations.operation import run

    chosen = shared.options(dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("backup", target, chosen, lambda operation: look(operation, stores or [], take=take)))


def restore(
    target: shared.Target,
    store: Annotated[str, typer.Argument(metavar="STORE", help="database, aurora, cache, table:NAME or web.")],
    to: Annotated[str | None, typer.Option(metavar="MOMENT", help="2026-11-21T14:30, in UTC; else the latest.")] = None,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Name of the new one.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 120.0,
) -> None:
    """Make a store again beside the old one, as it was at a moment. Nothing is replaced."""
    from tierwise.operations.data.run import restore as bring_back
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("restore", target, chosen, lambda operation: bring_back(operation, store, to, name)))


def restore_drill(
    target: shared.Target,
    stores: Stores = None,
    cleanup: Annotated[bool, typer.Option("--cleanup", help="Delete what an interrupted rehearsal has left.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write a dated report.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 120.0,
) -> None:
    """Restore each store under a scratch name, compare, measure RTO and RPO, and delete the scratch."""
    from tierwise.operations.data.run import cleanup_drills, drill
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    if cleanup:
        raise typer.Exit(run("restore-drill", target, chosen, cleanup_drills))
    raise typer.Exit(
        run("restore-drill", target, chosen, lambda operation: drill(operation, stores or [], report=report))
    )


def dr_report(target: shared.Target, json_file: shared.Json = None) -> None:
    """Compare what rehearsals and rollbacks measured with the system's recovery objectives."""
    from tierwise.operations.data.report import report
    from tierwise.operations.operation import run

    raise typer.Exit(run("dr-report", target, shared.options(json_file=json_file), report, needs_outputs=False))


def backup_check(
    target: shared.Target,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Tell CloudWatch how many tables can be brought back to any second; one that cannot is status 1."""
    from tierwise.operations.data.health import backup_check as check
    from tierwise.operations.operation import run

    chosen = shared.options(dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("backup-check", target, chosen, check))


def migrate(
    target: shared.Target,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="The migration; the system's migration.yaml else.")
    ] = None,
    rehearsal: Annotated[
        Path | None, typer.Option("--rehearsal", metavar="FILE", help="JSON of the rehearsal in another account.")
    ] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 60.0,
) -> None:
    """Turn rows into items of a table, or items into a newer form, and compare; --dry-run counts and converts."""
    from tierwise.operations.migration.run import migrate as move
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("migrate", target, chosen, lambda operation: move(operation, file=file, rehearsal=rehearsal)))
