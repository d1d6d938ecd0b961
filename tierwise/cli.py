"""The command line."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tierwise.exit_status import FINE, REFUSED, UNUSABLE
from tierwise.operations import commands as operations

app = typer.Typer(
    name="tierwise",
    help="Plan, check, judge and price AWS systems, with no cloud account and no Pulumi CLI.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def preview(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGET]…", help="STAGE, SYSTEM or SYSTEM/STAGE; the reference system's dev by default."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every stage of every system, on every core.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the results as JSON; - for standard output.")
    ] = None,
    markdown_file: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write one pull-request comment; - for standard output."),
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write one report to open in a browser; - for standard output."),
    ] = None,
    sarif_file: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF, for code scanning.")
    ] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the findings as JUnit XML.")
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotations", help="Print the findings as GitHub annotations on file and line.")
    ] = False,
    deployment_file: Annotated[
        Path | None,
        typer.Option(
            "--deployment", metavar="FILE", help="Write the plan as `pulumi stack export` would; - for standard output."
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REF", help="Compare with another revision, planned by its own code."),
    ] = None,
    policy: Annotated[bool, typer.Option(help="Ask the policies.")] = True,
    explain: Annotated[
        list[str] | None,
        typer.Option("--explain", metavar="RULE", help="Tell of a rule at length, and where it is not done."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show each advisory finding and each priced line.")
    ] = False,
) -> None:
    """Show what would be created, what the policies say, and what it would cost."""
    from tierwise.review.machine import Machine
    from tierwise.review.run import run

    raise typer.Exit(
        run(
            targets or [],
            everything=everything,
            json_file=json_file,
            markdown_file=markdown_file,
            html_file=html_file,
            deployment_file=deployment_file,
            judge=policy,
            verbose=verbose,
            base=base,
            machine=Machine(sarif_file, junit_file, annotate),
            explain=explain or (),
        )
    )


class _Cost(TyperGroup):
    """``tierwise cost TARGET`` is the estimate, which needs no word of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["estimate", *args])


costs = typer.Typer(cls=_Cost, help="What stacks cost: estimated, or charged.", rich_markup_mode=None)
app.add_typer(costs, name="cost")


@costs.command("estimate")
def cost(
    targets: Annotated[list[str] | None, typer.Argument(metavar="[TARGET]…", help="As for preview.")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", metavar="KEY=VALUE", help="Think of services.api.cpu=512; repeat for more at once."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show each priced line.")] = False,
) -> None:
    """Tell what stacks cost a month, or what a change of their configuration would add or save."""
    from tierwise.review.cost import run

    raise typer.Exit(run(targets or [], what_if or [], as_json=as_json, verbose=verbose))


@app.command()
def diagram(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="STAGE or SYSTEM/STAGE.")],
    svg_file: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the picture as SVG.")] = None,
    mermaid_file: Annotated[
        Path | None,
        typer.Option("--mermaid", metavar="FILE", help="Write it as Mermaid; standard output when neither is named."),
    ] = None,
) -> None:
    """Draw a stack's architecture from its plan: subnets by zone, services, and what speaks to what."""
    from tierwise.review.draw import draw

    raise typer.Exit(draw(target, svg_file=svg_file, mermaid_file=mermaid_file))


@app.command()
def policies(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE]…", help="Tell of these at length; of every rule by default.")
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="How much of AWS's own standard is judged, by service.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List every rule of the policy pack with its level on each tier, or tell why one exists and how to satisfy it."""
    from tierwise.review import catalogue

    if coverage and ids:
        raise typer.BadParameter("--coverage is about every rule; name none")
    if coverage:
        print(catalogue.coverage_as_json() if as_json else catalogue.coverage_as_text())
    elif as_json:
        print(catalogue.rules_as_json(ids or []))
    else:
        print(catalogue.rules_at_length(ids) if ids else catalogue.rules_as_text())


@app.command()
def checks(
    targets: Annotated[list[str] | None, typer.Argument(metavar="[TARGET]…", help="As for preview.")] = None,
    replacement: Annotated[
        bool, typer.Option("--replacement", help="Of how many it is known what a change does to the resource.")
    ] = False,
) -> None:
    """Report how many properties of the stacks' resource types are checked against AWS's own models."""
    from tierwise.review.listing import checks_as_text, replacement_as_text

    print(replacement_as_text(targets or []) if replacement else checks_as_text(targets or []))


prices = typer.Typer(help="The price book that the estimate reads.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(prices, name="prices")


@prices.command("refresh")
def refresh_prices(
    regions: Annotated[list[str] | None, typer.Argument(metavar="[REGION]…", help="Every region by default.")] = None,
    endpoint: Annotated[str, typer.Option(help="Region of the Price List API.")] = "us-east-1",
) -> None:
    """Renew the price book through the AWS Price List API, with your own credentials."""
    from tierwise.operations.refresh import run

    raise typer.Exit(REFUSED if run(regions or [], endpoint).failures else FINE)


@app.command(context_settings={"ignore_unknown_options": True})
def sandbox(
    command: Annotated[
        list[str], typer.Argument(metavar="ls [WORD]… | -- COMMAND…", help="List what exists, or run a command.")
    ],
    config_of: Annotated[
        str | None,
        typer.Option("--config-of", metavar="TARGET", help="Let `pulumi policy analyze` read a stack's configuration."),
    ] = None,
) -> None:
    """Run a Pulumi command against a sandbox AWS on this machine, with no account; or list what the sandbox holds."""
    from tierwise.sandbox.command import run_command

    raise typer.Exit(run_command(command, config_of))


@app.command()
def doctor() -> None:
    """Tell what is installed, what is missing, and the command that gets it."""
    from tierwise.sandbox.doctor import as_text, diagnose

    found = diagnose()
    print(as_text(found))
    raise typer.Exit(FINE if all(diagnosis.ok for diagnosis in found if diagnosis.required) else UNUSABLE)


operations.register(app, costs)


def main() -> None:
    """The entry point: configuration mistakes are lines on standard error, never a traceback."""
    from tierwise.preview.errors import ConfigError
    from tierwise.style import clean, say

    # A preview makes objects and ends; looking for garbage among them costs a tenth of its time.
    gc.disable()
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            say(clean(problem), file=sys.stderr)
        sys.exit(UNUSABLE)
