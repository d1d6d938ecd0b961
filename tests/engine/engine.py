"""The real Pulumi CLI against a sandbox, on a copy of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.launch import environment, prepare
from tierwise.sandbox.places import Places

ROOT = Path(__file__).parents[2]
#: What the program and the policy pack are made of; tests change it, so they work on a copy.
_PARTS = ("__main__.py", "components", "settings", "policy", "systems", "workloads")
_SECONDS = 600

needs_cli = pytest.mark.skipif(
    shutil.which("pulumi") is None or shutil.which("pulumi-language-python") is None,
    reason="the Pulumi CLI is not on PATH; `tierwise doctor` tells how to get it",
)


@dataclass
class Engine:
    """A copy of the repository and a sandbox of its own.

    Attributes:
        root: The copy.
        places: The sandbox.
    """

    root: Path
    places: Places

    @property
    def cloud(self) -> Cloud:
        """What exists."""
        return Cloud(self.places.cloud)

    def run(self, *arguments: str, system: str = "", fails: bool | None = False, **variables: str) -> str:
        """Run ``pulumi``; both of its streams.

        Args:
            arguments: After ``pulumi``.
            system: The folder below ``systems``, "" for the reference system.
            fails: Whether it is meant to fail; None for either.
            variables: More environment.
        """
        done = self._start(arguments, system, variables)
        if fails is not None:
            assert (done.returncode != 0) == fails, f"pulumi {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def preview(
        self, stack: str, system: str = "", *arguments: str, ok: bool = True
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What ``pulumi preview --json`` says, and the events that it tells beside it, policies' among them.

        Args:
            stack: The stack's name.
            system: As for ``run``.
            arguments: More of them.
            ok: Whether it is meant to go through.
        """
        log = self.places.folder / f"{system}-{stack}-events.json"
        log.unlink(missing_ok=True)
        done = self._start(
            ("preview", "--json", "-s", stack, "--event-log", str(log), *arguments),
            system,
            {"PULUMI_DEBUG_COMMANDS": "true"},
        )
        assert (done.returncode == 0) == ok, done.stdout[-3000:] + done.stderr
        return json.loads(done.stdout), [json.loads(line) for line in log.read_text().splitlines()]

    def summary(self, stack: str, system: str = "") -> dict[str, int]:
        """How many steps of each kind a preview would take."""
        return self.preview(stack, system)[0]["changeSummary"]

    def export(self, stack: str, system: str = "") -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        done = self._start(("stack", "export", "-s", stack), system, {})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["deployment"].get("resources", [])

    def _start(
        self, arguments: tuple[str, ...], system: str, variables: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        folder = self.root / "systems" / system if system else self.root
        return subprocess.run(  # noqa: S603
            ["pulumi", "--non-interactive", "--color", "never", *arguments],  # noqa: S607
            cwd=folder,
            env={**environment(self.places, os.environ), **variables},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


def make_engine(folder: Path) -> Engine:
    """A copy of the repository in an empty folder, and an empty sandbox."""
    root = folder / "repository"
    root.mkdir()
    for part in _PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / part)
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, root / file.name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    places = Places(folder / "sandbox")
    prepare(places)
    return Engine(root, places)
