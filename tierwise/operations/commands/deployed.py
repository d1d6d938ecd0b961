"""Commands about what has just been deployed: is it right, back with it, has it drifted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tierwise.operations.commands import options as shared


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(smoke)


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
