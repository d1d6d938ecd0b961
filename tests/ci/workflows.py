"""The files of the pipeline as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
ACTIONS = ROOT / ".github" / "actions"


def workflow(name: str) -> dict[str, Any]:
    """A workflow; its triggers are under ``on``, which YAML 1.1 reads as true."""
    read = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    read["on"] = read.pop(True)
    return read


def names() -> list[str]:
    """Every workflow."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def jobs() -> dict[str, dict[str, Any]]:
    """Every job of every workflow by ``workflow/job``."""
    return {f"{name}/{job}": content for name in names() for job, content in workflow(name)["jobs"].items()}


def every_step() -> list[dict[str, Any]]:
    """Every step of every job, those of the project's own actions included."""
    own = [
        step
        for path in sorted(ACTIONS.glob("*/action.yml"))
        for step in yaml.safe_load(path.read_text())["runs"]["steps"]
    ]
    return own + [step for job in jobs().values() for step in steps(job)]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """A job's steps; none when it calls another workflow."""
    return job.get("steps", [])


def step(job: dict[str, Any], name: str) -> dict[str, Any]:
    """A job's step of a name."""
    (found,) = [one for one in steps(job) if one.get("name") == name]
    return found


def commands(job: dict[str, Any]) -> str:
    """All that a job runs."""
    return "\n".join(one.get("run", "") for one in steps(job))


def before(job: dict[str, Any], *words: str) -> bool:
    """Whether a job's steps that hold these words, in their name, action or command, come in this order."""
    texts = [" ".join(str(one.get(key, "")) for key in ("name", "uses", "run")) for one in steps(job)]
    places = [next(index for index, text in enumerate(texts) if word in text) for word in words]
    return places == sorted(places) and len(set(places)) == len(places)


def needs(name: str, job: str) -> set[str]:
    """The jobs that a job waits for, and those that these wait for."""
    found: set[str] = set()
    waiting = [job]
    while waiting:
        asked = workflow(name)["jobs"][waiting.pop()].get("needs", [])
        for needed in [asked] if isinstance(asked, str) else asked:
            if needed not in found:
                found.add(needed)
                waiting.append(needed)
    return found
