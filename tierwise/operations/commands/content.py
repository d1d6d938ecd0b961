"""Commands that finish a deployment: the bot's alias, the indexes of a search collection."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    lex = typer.Typer(help="The alias by which a bot is called.", no_args_is_help=True, rich_markup_mode=None)
    lex.command("publish")(lex_publish)
    lex.command("remove")(lex_remove)
    app.add_typer(lex, name="lex")
    search = typer.Typer(help="The indexes of a search collection.", no_args_is_help=True, rich_markup_mode=None)
    search.command("bootstrap")(search_bootstrap)
    search.command("rebuild")(search_rebuild)
    app.add_typer(search, name="search")
    # The same in one word, as db-bootstrap is called.
    app.command("search-bootstrap", hidden=True)(search_bootstrap)
    app.command("search-rebuild", hidden=True)(search_rebuild)


def lex_publish(
    target: shared.Target,
    to: Annotated[str | None, typer.Option("--to", metavar="VERSION", help="One that exists; else the draft.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 15.0,
) -> None:
    """Build the bot, make a version, and point its alias to it."""
    from tierwise.operations.lex.publish import publish
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("lex publish", target, chosen, lambda operation: publish(operation, to)))


def lex_remove(
    target: shared.Target,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 15.0,
) -> None:
    """Delete the bot's alias and the versions that publishing made."""
    from tierwise.operations.lex.remove import remove
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("lex remove", target, chosen, remove))


def search_bootstrap(
    target: shared.Target,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Make the indexes that the configuration names; those that are there stay."""
    from tierwise.operations.operation import run
    from tierwise.operations.search.bootstrap import bootstrap

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("search bootstrap", target, chosen, bootstrap))


def search_rebuild(
    target: shared.Target,
    indexes: Annotated[list[str] | None, typer.Argument(metavar="[INDEX]…", help="All by default.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 60.0,
) -> None:
    """Make indexes anew and fill them from the database; what was interrupted goes on."""
    from tierwise.operations.operation import run
    from tierwise.operations.search.rebuild import rebuild

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("search rebuild", target, chosen, lambda operation: rebuild(operation, indexes or [])))
