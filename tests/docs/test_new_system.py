"""The tutorial is the test: its files are written, its commands run as they stand, their output is held to the page."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guardrails import rule
from tierwise.cli import app
from tierwise.preview.errors import ConfigError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "new-system.md").read_text(encoding="utf-8")
#: ``path``: and a block, with a sentence in front of the path that says "Append to" where it does.
FILE = re.compile(r"^(Append to )?`(systems/[^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<line>.*?)(?: +# status (?P<status>\d))?$")


@dataclass
class Command:
    """A command of the page, the status it promises, and the lines that the page says it prints."""

    line: str
    status: int
    printed: list[str] = field(default_factory=list[str])


def commands(block: str) -> Iterator[Command]:
    command: Command | None = None
    for line in block.splitlines():
        if found := COMMAND.match(line):
            if command:
                yield command
            command = Command(found["line"], int(found["status"] or 0))
        else:
            assert command is not None, f"printed by nothing: {line}"
            command.printed.append(line)
    if command:
        yield command


def steps() -> list[tuple[str, str, str] | Command]:
    """What the page says to do, in order: ``(how, path, text)`` or a command."""
    files = {m.start(): [("append" if m[1] else "write", m[2], m[3])] for m in FILE.finditer(PAGE)}
    consoles = {m.start(): list(commands(m[1])) for m in CONSOLE.finditer(PAGE)}
    return [step for _, found in sorted({**files, **consoles}.items()) for step in found]


def squeezed(text: str) -> list[str]:
    """Lines with runs of blanks as one."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def run(command: Command) -> str:
    words = shlex.split(command.line)
    if words[0] != "tierwise":
        done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603
        assert done.returncode == command.status, done.stderr
        return done.stdout
    result = CliRunner().invoke(app, words[1:])
    if isinstance(result.exception, ConfigError):
        assert command.status == 2, result.exception
        return "\n".join(result.exception.problems)
    assert result.exit_code == command.status, result.output
    return result.output


@pytest.mark.xdist_group("tutorial")
def test_the_tutorial_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rule, "utc_today", lambda: date(2026, 11, 21))
    for step in steps():
        if not isinstance(step, Command):
            how, path, text = step
            before = Path(path).read_text() if how == "append" else ""
            Path(path).write_text(before + text)
            continue
        printed, position = squeezed(run(step)), 0
        for line in squeezed("\n".join(step.printed)):
            if line != "…":
                assert line in printed[position:], f"`{step.line}` does not print: {line}\nbut: {printed[position:]}"
                position = printed.index(line, position)


def test_the_tutorial_starts_from_an_empty_folder_and_ends_clean() -> None:
    first, last = steps()[0], [step for step in steps() if isinstance(step, Command) and step.status == 0][-2:]
    assert isinstance(first, Command)
    assert first.line.startswith("mkdir")
    assert not os.path.exists(ROOT / first.line.split()[-1]), "the tutorial's system is nobody's own"
    assert any("diagram" in step.line for step in last)
    written = {step[1] for step in steps() if not isinstance(step, Command)}
    stages = {f"systems/shortlinks/Pulumi.{stage}.yaml" for stage in ("dev", "staging", "prod")}
    assert stages <= written
