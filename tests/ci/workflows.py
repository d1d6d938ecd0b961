"""The workflow files as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"


def workflow(name: str) -> dict[str, Any]:
    """A workflow; its triggers are under ``on``, which YAML 1.1 reads as true."""
    read = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    read["on"] = read.pop(True)
    return read


def jobs() -> dict[str, dict[str, Any]]:
    """Every job of every workflow by ``workflow/job``."""
    return {
        f"{path.stem}/{name}": job
        for path in sorted(FOLDER.glob("*.yml"))
        for name, job in workflow(path.stem)["jobs"].items()
    }


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """A job's steps; none when it calls another workflow."""
    return job.get("steps", [])


def commands(job: dict[str, Any]) -> str:
    """All that a job runs."""
    return "\n".join(step.get("run", "") for step in steps(job))
