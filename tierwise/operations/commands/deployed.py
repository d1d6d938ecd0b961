"""Commands about what has just been deployed: is it right, back with it, has it drifted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(smoke)
    app.command()(rollback)
    app.command()(drift)
    app.command()(history)


def smoke(
    target: shared.Target,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the findings as JUnit.")] = None,
    yes: shared.Yes = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 15.0,
) -> None:
    """Look whether what runs is what was asked for, and answers as it should."""
    from tierwise.operations.operation import run
    from tierwise.operations.smoke.run import smoke as look

    chosen = shared.options(yes=yes, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("smoke", target, chosen, lambda operation: look(operation, junit=junit)))


def rollback(
    target: shared.Target,
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PART]…",
            help="lambda, services, fleets, web, cdn, stack, or one service's or function's name; "
            "by default the application.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Version, revision, release, commit (stack) or moment (web); else the one before."
        ),
    ] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 15.0,
) -> None:
    """Bring the release before back, look whether it answers, and write down what was done."""
    from tierwise.operations.operation import run
    from tierwise.operations.rollback.run import rollback as go_back

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("rollback", target, chosen, lambda operation: go_back(operation, parts or [], to)))


def history(target: shared.Target, json_file: shared.Json = None) -> None:
    """List what was done to a stack, by whom, and how it ended."""
    from tierwise.operations.history import history as tell
    from tierwise.operations.operation import run

    raise typer.Exit(run("history", target, shared.options(json_file=json_file), tell, needs_outputs=False))


def drift(
    target: shared.Target,
    cli: Annotated[bool, typer.Option("--cli/--no-cli", help="Ask Pulumi itself where it is on PATH.")] = True,
    json_file: shared.Json = None,
    timeout: shared.Timeout = 30.0,
) -> None:
    """Compare AWS with what the program says; any difference is status 1."""
    from tierwise.operations.drift.run import drift as compare
    from tierwise.operations.operation import run

    chosen = shared.options(json_file=json_file, timeout=timeout)
    raise typer.Exit(run("drift", target, chosen, lambda operation: compare(operation, cli=cli), needs_outputs=False))
