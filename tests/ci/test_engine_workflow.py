"""The workflow that runs the real engine: with the CLI that the project is built for, and with nothing to lose."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from tierwise.sandbox import doctor

FILE = Path(__file__).parents[2] / ".github" / "workflows" / "engine.yml"


def job() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["jobs"]["engine"]


def test_it_has_no_credential() -> None:
    assert job()["permissions"] == {"contents": "read"}
    text = FILE.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "id-token" not in text


def test_the_tests_run_with_the_released_cli_that_the_doctor_installs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [step.get("run", "") for step in job()["steps"]]
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "cli_folder", lambda version: Path("$HOME/.pulumi/versions") / version / "bin")
    (missing,) = (found for found in doctor.diagnose() if found.what == "Pulumi CLI")
    install, _, path = missing.remedy.partition(" && export PATH=")
    install = install.replace(sys.executable, ".venv/bin/python")
    path = path.replace(metadata.version("pulumi"), "$version").removesuffix(":$PATH")
    (installed,) = (number for number, run in enumerate(commands) if install in run and f'echo "{path}"' in run)
    (held,) = (number for number, run in enumerate(commands) if 'test "$(pulumi version)" = "v$VERSION"' in run)
    (tested,) = (number for number, run in enumerate(commands) if "pytest tests/engine -m engine" in run)
    assert installed < held < tested


def test_a_newcomers_first_commands_leave_the_checkout_as_it_was() -> None:
    last = job()["steps"][-1]["run"].splitlines()
    assert last == ["make up", ".venv/bin/tierwise sandbox ls", "make down", "git diff --exit-code"]
