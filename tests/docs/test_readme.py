"""The first screen of the README shows what the tool really prints."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.stacks import reviewed
from tierwise.preview.errors import ConfigError
from tierwise.preview.text import render
from tierwise.review.stack import review
from tierwise.style import Style
from tierwise.targets import Target

ROOT = Path(__file__).parents[2]
#: The code blocks in order: the two commands, what the first prints, what a mistake prints.
BLOCKS = re.findall(r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def squeezed(text: str) -> list[str]:
    """Lines with runs of blanks as one: a page is narrower than a terminal."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.xdist_group("reference")
def test_the_preview_on_the_first_screen_is_real() -> None:
    printed = squeezed(render(reviewed("", "dev"), Style(coloured=False)))
    position = 0
    for line in squeezed(BLOCKS[1]):
        if line == "…":
            continue
        assert line in printed[position:], f"make preview does not print: {line}"
        position = printed.index(line, position)


def test_the_mistake_on_the_first_screen_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    project = tmp_path / "Pulumi.yaml"
    project.write_text(project.read_text().replace("runtime:", f"main: {ROOT}\nruntime:", 1))
    stack = tmp_path / "Pulumi.dev.yaml"
    text = stack.read_text()
    bent = text.replace("{links: [database, secret:jwt]}", "{links: [databse, secret:jwt], memory: 500}")
    assert bent != text
    stack.write_text(bent)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        review(Target(tmp_path, "", "dev"))
    told = [line.replace(f"{tmp_path}/", "") for line in caught.value.problems]
    assert sorted(told) == sorted(BLOCKS[2].splitlines())


def test_the_two_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in BLOCKS[0].splitlines():
        target = line.split("#")[0].split()[1]
        assert f"\n{target}:" in makefile
