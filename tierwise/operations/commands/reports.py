"""Commands that look back: availability, latency, size, what was charged."""

from __future__ import annotations

from typing import Annotated

import typer

from tierwise.operations.commands import options as shared

Days = Annotated[int, typer.Option("--days", min=1, max=400, help="How far back.")]


def register(app: typer.Typer, costs: typer.Typer) -> None:
    """Add the commands, what was charged among those about money."""
    app.command("slo-report")(slo_report)
    app.command("load-check")(load_check)
    app.command("review-check")(review_check)
    app.command("rightsize")(rightsize)
    costs.command("actual")(cost_actual)


def slo_report(
    target: shared.Target, days: Days = 30, json_file: shared.Json = None, outputs: shared.Outputs = None
) -> None:
    """Compare how available the system was with what it promises; less is status 1."""
    from tierwise.operations.operation import run
    from tierwise.operations.reports.service_level import slo_report as report

    chosen = shared.options(json_file=json_file, outputs=outputs)
    raise typer.Exit(run("slo-report", target, chosen, lambda operation: report(operation, days)))


def load_check(
    target: shared.Target, days: Days = 1, json_file: shared.Json = None, outputs: shared.Outputs = None
) -> None:
    """Compare how fast the API answered with what it promises; slower is status 1."""
    from tierwise.operations.operation import run
    from tierwise.operations.reports.service_level import load_check as check

    chosen = shared.options(json_file=json_file, outputs=outputs)
    raise typer.Exit(run("load-check", target, chosen, lambda operation: check(operation, days)))


def review_check(
    target: shared.Target, days: Days = 30, json_file: shared.Json = None, outputs: shared.Outputs = None
) -> None:
    """Tell whether the design is due for a review; due is status 1."""
    from tierwise.operations.operation import run
    from tierwise.operations.reports.service_level import review_check as check

    chosen = shared.options(json_file=json_file, outputs=outputs)
    raise typer.Exit(run("review-check", target, chosen, lambda operation: check(operation, days)))


def rightsize(
    target: shared.Target, days: Days = 14, json_file: shared.Json = None, outputs: shared.Outputs = None
) -> None:
    """Name services, functions and databases that are larger or smaller than their load."""
    from tierwise.operations.operation import run
    from tierwise.operations.reports.sizes import rightsize as look

    chosen = shared.options(json_file=json_file, outputs=outputs)
    raise typer.Exit(run("rightsize", target, chosen, lambda operation: look(operation, days)))


def cost_actual(
    target: shared.Target,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="The last whole one by default.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="GROUPS", help="service, environment, component: one or two of them.")
    ] = None,
    revenue: Annotated[
        float | None,
        typer.Option("--monthly-revenue", metavar="USD", min=1, help="More than 5 % of it is status 1."),
    ] = None,
    json_file: shared.Json = None,
) -> None:
    """Compare what AWS charged with the estimate, and name the assumptions that are off."""
    from tierwise.operations.operation import run
    from tierwise.operations.reports.spending import actual

    chosen, groups = shared.options(json_file=json_file), by.split(",") if by else []
    raise typer.Exit(
        run(
            "cost actual",
            target,
            chosen,
            lambda operation: actual(operation, month, groups, revenue),
            needs_outputs=False,
        )
    )
