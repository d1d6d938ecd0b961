"""Commands about a stack that runs: release windows, sleep, leftovers."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deploy)
    app.command()(cleanup)
    release = typer.Typer(help="When a stack may be released.", no_args_is_help=True, rich_markup_mode=None)
    release.command("check")(release_check)
    release.command("note")(release_note)
    release.command("calendar")(release_calendar)
    app.add_typer(release, name="release")
    schedule = typer.Typer(help="Stop what may sleep, and start it again.", no_args_is_help=True, rich_markup_mode=None)
    schedule.command("pause")(schedule_pause)
    schedule.command("resume")(schedule_resume)
    app.add_typer(schedule, name="schedule")


def deploy(
    target: shared.Target,
    functions: Annotated[list[str] | None, typer.Argument(metavar="[FUNCTION]…", help="All by default.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 90.0,
) -> None:
    """Move the callers of functions to the versions that the stack published, by CodeDeploy."""
    from tierwise.operations.deploy import deploy as move
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("deploy", target, chosen, lambda operation: move(operation, functions or [])))


def cleanup(
    target: shared.Target,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="The system's ephemeral stacks that have had their time.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, help="Age at which copies made by hand can go.")] = 35,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete; without it they are only shown.")] = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Show what nobody needs any more, and delete it with --yes."""
    from tierwise.operations.cleanup import cleanup as sweep
    from tierwise.operations.cleanup import cleanup_ephemeral
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    if ephemeral:
        raise typer.Exit(run("cleanup", target, chosen, cleanup_ephemeral, needs_outputs=False))
    raise typer.Exit(run("cleanup", target, chosen, lambda operation: sweep(operation, days=days)))


Emergency = Annotated[bool, typer.Option("--emergency", help="Outside the window; approved and reviewed afterwards.")]


def release_check(target: shared.Target, emergency: Emergency = False, json_file: shared.Json = None) -> None:
    """Tell whether a stack may be released now; status 1 where not."""
    from tierwise.operations.operation import run
    from tierwise.operations.release import check

    chosen = shared.options(json_file=json_file)
    raise typer.Exit(
        run("release", target, chosen, lambda operation: check(operation, emergency=emergency), needs_outputs=False)
    )


def release_note(
    target: shared.Target, emergency: Emergency = False, dry_run: shared.DryRun = False, json_file: shared.Json = None
) -> None:
    """Record that a release begins, where Pulumi's own history is not at hand."""
    from tierwise.operations.operation import run
    from tierwise.operations.release import note_release

    chosen = shared.options(json_file=json_file, dry_run=dry_run)
    raise typer.Exit(
        run(
            "release",
            target,
            chosen,
            lambda operation: note_release(operation, emergency=emergency),
            needs_outputs=False,
        )
    )


def release_calendar(target: shared.Target, json_file: shared.Json = None) -> None:
    """List what recurs: rehearsals, reviews, dumps, night stops."""
    from tierwise.operations.operation import run
    from tierwise.operations.release import calendar

    raise typer.Exit(run("release", target, shared.options(json_file=json_file), calendar, needs_outputs=False))


def schedule_pause(
    target: shared.Target,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Stop services and databases of a stage that may sleep."""
    from tierwise.operations.operation import run
    from tierwise.operations.schedule import pause

    raise typer.Exit(
        run("schedule", target, shared.options(dry_run=dry_run, json_file=json_file, outputs=outputs), pause)
    )


def schedule_resume(
    target: shared.Target,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Start them again, the databases first."""
    from tierwise.operations.operation import run
    from tierwise.operations.schedule import resume

    raise typer.Exit(
        run("schedule", target, shared.options(dry_run=dry_run, json_file=json_file, outputs=outputs), resume)
    )
