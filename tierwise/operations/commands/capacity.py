"""Commands that bring more: instances kept ready, tables by request, fresh servers, the other region."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    scale = typer.Typer(help="More of what runs short.", no_args_is_help=True, rich_markup_mode=None)
    scale.command("enable-pc")(enable_pc)
    scale.command("ddb-on-demand")(ddb_on_demand)
    app.add_typer(scale, name="scale")
    app.command("refresh-instances")(refresh_instances)
    app.command()(failover)


def enable_pc(
    target: shared.Target,
    function: Annotated[str | None, typer.Argument(help="As the configuration names it.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many instances.")] = 100,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Keep instances of a function's live version ready (provisioned concurrency)."""
    from tierwise.operations.capacity.scale import enable_provisioned
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("scale", target, chosen, lambda operation: enable_provisioned(operation, function, count)))


def ddb_on_demand(
    target: shared.Target,
    table: Annotated[str | None, typer.Argument(help="As the configuration names it.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
) -> None:
    """Pay a DynamoDB table by request, which takes every load."""
    from tierwise.operations.capacity.scale import table_on_demand
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs)
    raise typer.Exit(run("scale", target, chosen, lambda operation: table_on_demand(operation, table)))


def refresh_instances(
    target: shared.Target,
    fleets: Annotated[list[str] | None, typer.Argument(metavar="[FLEET]…", help="All by default.")] = None,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 60.0,
) -> None:
    """Replace servers by fresh ones, one after the other."""
    from tierwise.operations.capacity.servers import refresh_instances as refresh
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(run("refresh-instances", target, chosen, lambda operation: refresh(operation, fleets or [])))


def failover(
    target: shared.Target,
    allow_data_loss: Annotated[
        bool, typer.Option("--allow-data-loss", help="The old region is away; what was not copied yet is lost.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="To the first region again, on a quiet day.")] = False,
    yes: shared.Yes = False,
    dry_run: shared.DryRun = False,
    json_file: shared.Json = None,
    outputs: shared.Outputs = None,
    timeout: shared.Timeout = 30.0,
) -> None:
    """Make the second region the one that is written and that the name leads to."""
    from tierwise.operations.capacity.failover import failover as promote
    from tierwise.operations.operation import run

    chosen = shared.options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout)
    raise typer.Exit(
        run(
            "failover",
            target,
            chosen,
            lambda operation: promote(operation, allow_data_loss=allow_data_loss, back=back),
        )
    )
