"""The command that comes before all others."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bootstrap)


def bootstrap(
    target: shared.Target,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="The account that is meant, where the stack names none."),
    ] = None,
    bucket: Annotated[str | None, typer.Option("--bucket", metavar="NAME", help="Another name for the bucket.")] = None,
    alias: Annotated[str, typer.Option("--alias", metavar="NAME", help="Alias of the key.")] = "alias/pulumi-state",
    previews: Annotated[
        bool, typer.Option("--previews", help="Pull requests' role may read the state, and every secret in it.")
    ] = False,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
) -> None:
    """Make what Pulumi needs in a stack's account before its first deployment, and say what comes next."""
    from tierwise.operations.bootstrap.run import Wanted
    from tierwise.operations.bootstrap.run import bootstrap as prepare
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file)
    wanted = Wanted(account, bucket, alias, previews)
    raise typer.Exit(
        run("bootstrap", target, chosen, lambda operation: prepare(operation, wanted), needs_outputs=False)
    )
