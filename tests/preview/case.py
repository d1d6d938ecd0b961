"""Small programs as source text, planned in a folder of their own."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tierwise.preview.engine import plan
from tierwise.preview.plan import Plan, PlannedResource

PROJECT = """
name: demo
runtime: python
config:
  aws:region: eu-west-1
"""


def write(folder: Path, source: str, *, project: str = PROJECT, config: str = "config: {}", stack: str = "dev") -> Path:
    """Write a project into ``folder`` and return the folder."""
    # Bytecode is taken as current when size and second match, which they do when a test writes two programs in a row.
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    (folder / "Pulumi.yaml").write_text(textwrap.dedent(project).lstrip())
    (folder / f"Pulumi.{stack}.yaml").write_text(textwrap.dedent(config))
    (folder / "__main__.py").write_text(textwrap.dedent(source).lstrip())
    return folder


def planned(
    folder: Path,
    source: str,
    *,
    project: str = PROJECT,
    config: str = "config: {}",
    stack: str = "dev",
    stack_outputs: Mapping[str, Mapping[str, Any]] | None = None,
    fails: bool = False,
) -> Plan:
    """The plan of a program.

    Args:
        folder: An empty folder.
        source: The program.
        project: Its ``Pulumi.yaml``.
        config: Its stack file.
        stack: The stack's name.
        stack_outputs: Outputs of other stacks.
        fails: Whether the program is meant to fail.
    """
    result = plan(
        write(folder, source, project=project, config=config, stack=stack), stack, stack_outputs=stack_outputs
    )
    assert (result.error is not None) == fails, result.error
    return result


def named(plan: Plan, name: str) -> PlannedResource:
    """The one resource of that logical name."""
    found = [resource for resource in plan.resources if resource.name == name]
    assert len(found) == 1, [resource.urn for resource in plan.resources]
    return found[0]
