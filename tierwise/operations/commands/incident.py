"""Commands for bad days: cut off, sign out, replace a secret, erase a person."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(isolate)
    app.command("revoke-sessions")(revoke_sessions)
    app.command("rotate-origin-secret")(rotate_origin_secret)
    app.command("secret-rollback")(secret_rollback)
    app.command("gdpr-erase")(gdpr_erase)


def isolate(
    target: shared.Target,
    release: Annotated[bool, typer.Option("--release", help="Give back what was taken.")] = False,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
) -> None:
    """Take every outbound rule of the stack's security groups away, or give them back."""
    from tierwise.operations.incident import isolation
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file)
    raise typer.Exit(
        run("isolate", target, chosen, isolation.release if release else isolation.isolate, needs_outputs=False)
    )


def revoke_sessions(
    target: shared.Target,
    users: Annotated[list[str] | None, typer.Argument(metavar="[USER]…", help="Everybody by default.")] = None,
    disable: Annotated[bool, typer.Option("--disable", help="Nor may they sign in again.")] = False,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Sign users of the stack's pool out everywhere."""
    from tierwise.operations.incident.sessions import revoke_sessions as revoke
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(
        run("revoke-sessions", target, chosen, lambda operation: revoke(operation, users or [], disable=disable))
    )


def rotate_origin_secret(
    target: shared.Target, yes: shared.Yes = False, dry_run: shared.DryRun = False, json_file: shared.Json = None
) -> None:
    """Draw the header anew by which the origin knows its distribution."""
    from tierwise.operations.incident.secrets import rotate_origin_secret as rotate
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file)
    raise typer.Exit(run("rotate-origin-secret", target, chosen, rotate, needs_outputs=False))


def secret_rollback(
    target: shared.Target,
    name: Annotated[str, typer.Argument(metavar="SECRET", help="As the configuration names it.")],
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
) -> None:
    """Bring the value of a secret before the current one back."""
    from tierwise.operations.incident.secrets import roll_back
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file)
    raise typer.Exit(
        run("secret-rollback", target, chosen, lambda operation: roll_back(operation, name), needs_outputs=False)
    )


def gdpr_erase(
    target: shared.Target,
    user: Annotated[str, typer.Option("--user", metavar="ID", help="The person's id, as tokens carry it.")],
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Erase what the system keeps of one person, every version of it."""
    from tierwise.operations.incident.erasure import erase
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("gdpr-erase", target, chosen, lambda operation: erase(operation, user)))
