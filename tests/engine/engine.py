"""The real Pulumi CLI against a sandbox, on a copy of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from tests.engine.reason import NO_CLI
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.launch import environment, prepare
from tierwise.sandbox.places import Places

ROOT = Path(__file__).parents[2]
#: What the program and the policy pack are made of; tests change it, so they work on a copy.
_PARTS = ("__main__.py", "components", "settings", "policy", "systems", "workloads")
_SECONDS = 900
#: The engine writes the state once, at its end, rather than at each step: three times as fast. Not for engines that are
#: killed.
QUICK = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}

_PULUMI = ("pulumi", "--non-interactive", "--color", "never")

needs_cli = pytest.mark.skipif(
    shutil.which("pulumi") is None or shutil.which("pulumi-language-python") is None,
    reason=NO_CLI,
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
        done = self.output(*arguments, system=system, **variables)
        if fails is not None:
            assert (done.returncode != 0) == fails, f"pulumi {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def up(self, stack: str, system: str = "", *, fails: bool = False) -> str:
        """Deploy; what it prints."""
        return self.run("up", "--yes", "--skip-preview", "-s", stack, system=system, fails=fails, **QUICK)

    def stack(self, name: str, system: str = "") -> automation.Stack:
        """A stack in the hands of Pulumi's Automation API; made if there is none of that name."""
        return automation.create_or_select_stack(
            name,
            work_dir=str(self._folder(system)),
            opts=automation.LocalWorkspaceOptions(
                env_vars={**environment(self.places, os.environ), **QUICK},
                # A CLI that somebody built has no version to compare.
                pulumi_command=automation.PulumiCommand(skip_version_check=True),
            ),
        )

    def start(self, *arguments: str, system: str = "") -> subprocess.Popen[str]:
        """Start ``pulumi`` in a session of its own, to be killed."""
        return subprocess.Popen(  # noqa: S603
            [*_PULUMI, *arguments],
            cwd=self._folder(system),
            env=environment(self.places, os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def fail(self, *faults: dict[str, Any]) -> None:
        """Set what goes wrong from now on; nothing without any."""
        self.places.faults.write_text(json.dumps(faults), encoding="utf-8")

    def lost_or_doubled(self, stack: str, system: str = "") -> list[str]:
        """Where state and cloud disagree, a line each: lost, orphaned, and made twice."""
        held = [(one.urn, one.id) for one in self.cloud.all() if f"urn:pulumi:{stack}::" in one.urn]
        state = {
            (resource["urn"], resource.get("id", ""))
            for resource in self.export(stack, system)
            if resource["custom"] and not resource["type"].startswith("pulumi:") and not resource.get("external")
        }
        return [
            *(f"only the cloud has {urn} {id_}" for urn, id_ in sorted({*held} - state)),
            *(f"only the state has {urn} {id_}" for urn, id_ in sorted(state - {*held})),
            *(f"made {count} times: {urn}" for urn, count in Counter(urn for urn, _ in held).items() if count > 1),
        ]

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
        options = ("--json", "-s", stack, "--event-log", str(log))
        done = self.output("preview", *options, *arguments, system=system, PULUMI_DEBUG_COMMANDS="true")
        assert (done.returncode == 0) == ok, done.stdout[-3000:] + done.stderr
        return json.loads(done.stdout), [json.loads(line) for line in log.read_text().splitlines()]

    def summary(self, stack: str, system: str = "") -> dict[str, int]:
        """How many steps of each kind a preview would take."""
        return self.preview(stack, system)[0]["changeSummary"]

    def export(self, stack: str, system: str = "") -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        return self.deployment(stack, system).get("resources", [])

    def deployment(self, stack: str, system: str = "") -> dict[str, Any]:
        """The stack's state."""
        done = self.output("stack", "export", "-s", stack, system=system)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["deployment"]

    def output(self, *arguments: str, system: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """As ``run``, however it ends."""
        return subprocess.run(  # noqa: S603
            [*_PULUMI, *arguments],
            cwd=self._folder(system),
            env={**environment(self.places, os.environ), **variables},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def _folder(self, system: str) -> Path:
        return self.root / "systems" / system if system else self.root


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
