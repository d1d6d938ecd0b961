"""The scripts that workflows run: as modules, and as processes among stand-ins of the tools that they call."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

SCRIPTS = Path(__file__).parents[2] / ".github" / "scripts"

_TOOL = """#!{python} -I
import json, sys
given = sys.stdin.read() if not sys.stdin.isatty() else ""
name, words = {name!r}, sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps({{"tool": name, "words": words, "given": given}}) + "\\n")
calls = [json.loads(line) for line in open({log!r})]
for answer in json.load(open({answers!r})):
    alike = [call for call in calls if call["tool"] == answer["tool"] and set(answer["words"]) <= set(call["words"])]
    if calls[-1] in alike and len(alike) <= answer.get("times", len(alike)):
        sys.stdout.write(answer.get("prints", ""))
        sys.stderr.write(answer.get("complains", ""))
        sys.exit(answer.get("status", 0))
"""


def module(name: str) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(f"ci_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    # As when it is run: what lies beside it can be imported.
    sys.path.insert(0, str(SCRIPTS))
    try:
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(str(SCRIPTS))
    return loaded


class Tools:
    """Stand-ins of command-line tools, which note their calls and answer as told.

    Args:
        folder: Where to put them.
        names: What to stand in for.
    """

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder / "tools"
        self.folder.mkdir()
        self._log = folder / "calls.jsonl"
        self._answers = folder / "answers.json"
        self._answers.write_text("[]")
        for name in names:
            file = self.folder / name
            file.write_text(
                _TOOL.format(python=sys.executable, name=name, log=str(self._log), answers=str(self._answers))
            )
            file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def answer(self, tool: str, *words: str, **answer: Any) -> None:
        """Answer calls that hold these words, the first ``times`` of them; the answer that was told first wins."""
        told = json.loads(self._answers.read_text())
        self._answers.write_text(json.dumps([*told, {"tool": tool, "words": words, **answer}]))

    @property
    def calls(self) -> list[list[str]]:
        """Every call: the tool and its words."""
        return [[call["tool"], *call["words"]] for call in self._read()]

    @property
    def given(self) -> dict[str, str]:
        """What the calls read from standard input, by their first three words."""
        return {" ".join([call["tool"], *call["words"][:2]]): call["given"] for call in self._read()}

    def _read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def run(self, *words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script among them."""
        file = SCRIPTS / words[0]
        command = [sys.executable, str(file)] if file.suffix == ".py" else [str(file)]
        return subprocess.run(  # noqa: S603
            [*command, *words[1:]],
            cwd=cwd,
            env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
