"""Arguments and options that the commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tierwise.operations.operation import Options

Target = Annotated[str, typer.Argument(metavar="TARGET", help="STAGE or SYSTEM/STAGE.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, not even on prod.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print each call that would change something; make none.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for stdout.")]
Outputs = Annotated[
    Path | None,
    typer.Option("--outputs", metavar="FILE", help="What `pulumi stack output --json` printed, instead of asking it."),
]
Timeout = Annotated[float, typer.Option("--timeout", metavar="MINUTES", min=0.0, help="Longest wait for AWS.")]


def options(
    *,
    yes: bool = False,
    dry_run: bool = False,
    json_file: Path | None = None,
    outputs: Path | None = None,
    timeout: float = 15.0,
) -> Options:
    """What a command was told; minutes become seconds."""
    from tierwise.operations.operation import Options

    return Options(yes=yes, dry_run=dry_run, json_file=json_file, outputs=outputs, timeout=timeout * 60)
