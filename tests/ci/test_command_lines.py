"""Every `tierwise …` that a workflow, a script or the template runs is one that the real command line takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest
import typer.main
import yaml

from tests.ci.workflows import ROOT, every_step
from tierwise.cli import app

_JOINED = re.compile(r"\\\n\s*")
_ENDS = {"|", "||", "&", "&&", ";", ">", ">>", "<", ")", "2"}


def texts() -> Iterator[str]:
    """Everything that runs: of workflows, of actions, of shell scripts, of the template."""
    yield from (step["run"] for step in every_step() if "run" in step)
    yield from (path.read_text() for path in sorted(ROOT.glob(".github/scripts/*.sh")))
    for job in yaml.safe_load((ROOT / "docs/gitlab/preview.yml").read_text()).values():
        yield from job.get("script", [])


def lines() -> list[tuple[str, ...]]:
    """Each use of the tool as the words after its name; what a shell fills in is any word."""
    found: set[tuple[str, ...]] = set()
    for text in texts():
        for line in _JOINED.sub(" ", text).splitlines():
            if not re.search(r'tierwise"? [a-z]', line) or line.lstrip().startswith("#"):
                continue
            lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words = list(lexer)
            starts = [index for index, word in enumerate(words) if re.fullmatch(r"(.*/)?\$?tierwise", word)]
            for start in starts:
                end = next((i for i in range(start + 1, len(words)) if words[i] in _ENDS), len(words))
                found.add(tuple(words[start + 1 : end]))
    for path in sorted(ROOT.glob(".github/scripts/*.py")):
        for given in re.findall(r'"\.venv/bin/tierwise", (.*?)\)', path.read_text()):
            found.add(tuple(re.sub(r'[",]', "", word) for word in given.split()))
    return sorted(found)


def parse(words: tuple[str, ...]) -> click.Context:
    """Parse words as the tool does, down to the command itself.

    Raises:
        click.UsageError: No such command, option or number of arguments.
    """
    command: Any = typer.main.get_command(app)
    context: Any = command.make_context("tierwise", list(words))
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
    return context


def test_there_is_something_to_look_at() -> None:
    used = {words[0] for words in lines()}
    assert used >= {"deploy", "preview", "smoke", "rollback", "drift", "release", "cleanup", "restore-drill", "prices"}


@pytest.mark.parametrize("words", lines(), ids=" ".join)
def test_the_command_line_takes_it(words: tuple[str, ...]) -> None:
    assert parse(words).command is not None


@pytest.mark.parametrize("words", [("smok", "x"), ("preview", "--jsn", "x"), ("smoke",), ("diagram", "a", "b")])
def test_a_misspelt_one_would_be_noticed(words: tuple[str, ...]) -> None:
    # Typer carries its own copy of Click, so the class is told by its name.
    with pytest.raises(Exception, match=r"(?i)no such|missing|unexpected") as raised:
        parse(words)
    assert "UsageError" in [base.__name__ for base in type(raised.value).__mro__]
