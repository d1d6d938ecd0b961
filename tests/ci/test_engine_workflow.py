"""The workflow that runs the real engine: with the CLI that the project is built for, and with nothing to lose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / ".github" / "workflows" / "engine.yml"


def job() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["jobs"]["engine"]


def test_it_has_no_credential() -> None:
    assert job()["permissions"] == {"contents": "read"}
    text = FILE.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "id-token" not in text


def test_the_tests_run_with_the_released_cli_of_the_sdks_version() -> None:
    steps = job()["steps"]
    (installer,) = (step for step in steps if step.get("uses", "").startswith("pulumi/actions@"))
    assert installer["with"] == {"pulumi-version": "${{ steps.pulumi.outputs.version }}"}
    commands = [step.get("run", "") for step in steps]
    (asked,) = (number for number, run in enumerate(commands) if 'version("pulumi")' in run)
    (held,) = (number for number, run in enumerate(commands) if 'test "$(pulumi version)" = "v$VERSION"' in run)
    (tested,) = (number for number, run in enumerate(commands) if "pytest tests/engine -m engine" in run)
    assert asked < steps.index(installer) < held < tested


def test_a_newcomers_first_commands_leave_the_checkout_as_it_was() -> None:
    last = job()["steps"][-1]["run"].splitlines()
    assert last == ["make up", ".venv/bin/tierwise sandbox ls", "make down", "git diff --exit-code"]
