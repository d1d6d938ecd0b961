"""What people see in a terminal: colours where wanted, lines that fit, names that steer nothing, a next step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from guardrails.finding import Finding
from guardrails.resource import UNKNOWN
from tests.review.browser.samples import HOSTILE
from tests.support.stacks import ROOT, reviewed
from tierwise import style
from tierwise.exit_status import FINE
from tierwise.preview.errors import ConfigError
from tierwise.preview.plan import Diagnostic, Plan, PlannedResource, ProgramError
from tierwise.preview.text import render
from tierwise.review.next_step import after, after_many
from tierwise.review.run import run
from tierwise.review.stack import StackReview
from tierwise.style import Style, clean, clipped, say
from tierwise.targets import Target

ESCAPE = "\x1b["


def made_up(name: str, *, error: str = "") -> StackReview:
    """A review whose every text is hostile."""
    root = f"urn:pulumi:s::p::pulumi:pulumi:Stack::{name}"
    urn = f"urn:pulumi:s::p::aws:sqs/queue:Queue::{name}"
    resources = [
        PlannedResource(root, "pulumi:pulumi:Stack", name, False, None, {}, {}),
        PlannedResource(urn, "aws:sqs/queue:Queue", name, True, root, {}, {}, protect=True),
    ]
    said = [Diagnostic("info", name, urn), Diagnostic("warning", f"{name}\n{name}", urn)]
    failed = ProgramError(error, urn=urn) if error else None
    plan = Plan(name, name, {}, set(), resources, {name: name, "later": UNKNOWN}, said, error=failed)
    finding = Finding("X.1", "A rule", "mandatory", "high", urn, name, f"{name}\n{name}")
    waived = {"reason": name, "owner": name, "expires": "2030-01-01", "days_left": 3}
    excused = Finding("X.2", "A rule", "advisory", "high", urn, name, name, waived)
    return StackReview(Target(Path(), name, "s"), plan, findings=[finding, excused])


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("width", [None, 80])
def test_no_name_steers_the_terminal(verbose: bool, width: int | None) -> None:
    for review in (made_up(HOSTILE), made_up(HOSTILE, error=HOSTILE)):
        text = render(review, Style(coloured=False), verbose=verbose, width=width)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\r" not in text


def test_no_line_is_a_command_to_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    say("::error::a\n   ::warning::b\n\n::set-output name=x::y ##[error]z\nfine :: here ::1")
    out = capsys.readouterr().out
    assert not re.search(r"^\s*::", out, re.MULTILINE)
    assert "##[" not in out
    assert "fine :: here ::1" in out


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not style.enabled()  # not a terminal
    assert style.columns() is None
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert style.enabled()
    monkeypatch.setenv("COLUMNS", "77")
    assert style.columns() == 77
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style.enabled()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not style.enabled()


def test_paint_changes_no_word() -> None:
    review = reviewed("", "dev")
    plain, painted = (render(review, Style(coloured=coloured)) for coloured in (False, True))
    assert ESCAPE in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain


@pytest.mark.parametrize("width", [70, 100, 140])
def test_the_tree_fits_the_terminal(width: int) -> None:
    review = reviewed("pika", "prod")
    lines = render(review, Style(coloured=False), width=width).splitlines()
    tree = [line for line in lines if re.search(r"  (create|import|read)( \[protected\])?$", line)]
    assert len(tree) > 400
    assert max(map(len, tree)) <= width
    # What is cut says so, and a pipe gets whole names.
    assert any("…" in line for line in tree) or width > 70
    assert not any("…" in line for line in render(review, Style(coloured=False)).splitlines() if " create" in line)


def test_texts_are_cut_with_a_sign() -> None:
    assert [clipped("abcdef", width) for width in (6, 5, 1)] == ["abcdef", "abcd…", "…"]
    assert clean("a\tb\x07c\u202e") == "a b�c�"


def test_the_next_step() -> None:
    fine = reviewed("phoney", "dev")
    assert after(fine) == "Next: make up SYSTEM=phoney STACK=dev"
    assert after(reviewed("", "dev")) == "Next: make up STACK=dev"
    assert after(made_up("x")) == "Next: tierwise preview x/s --explain X.1"
    assert after(made_up("x", error="boom")).startswith("Next: mend what the diagnostics name")
    over = reviewed("phoney", "dev", budget={"monthly": 1})
    assert after(over) == "Next: see what a change would save: tierwise cost phoney/dev --what-if KEY=VALUE"
    assert after_many([("a", True), ("b", False)]) == "Next: tierwise preview b"
    assert after_many([("a", True)]) == "Next: read it all in a browser: --html report.html"


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    monkeypatch.chdir(ROOT)

    def ask(*rules: str, judge: bool = True) -> str:
        assert run(["dev"], everything=False, json_file=None, judge=judge, verbose=False, explain=rules) == FINE
        return capsys.readouterr().out

    return ask


def test_a_rule_is_explained_with_where_it_is_not_done(explained: Callable[..., str]) -> None:
    found = next(finding for finding in reviewed("", "dev").findings if finding.policy == "CloudFront.5")
    text = explained("cloudfront.5", "S3.5")
    assert text.startswith("CloudFront.5  medium\n")
    assert "dev: CloudFront.5 finds 1\n" in text
    assert "[advisory]  cdn  components/edge/cdn.py:" in text
    assert found.message.splitlines()[0] in text
    assert "dev: S3.5 finds nothing" in text
    assert "Previewing" not in text


def test_a_rule_that_is_not_there_gets_the_nearest_name(explained: Callable[..., str]) -> None:
    with pytest.raises(ConfigError, match=r"CloudFont\.5: no such rule"):
        explained("CloudFont.5")
    with pytest.raises(ConfigError, match=r"--explain S3\.5 --no-policy"):
        explained("S3.5", judge=False)


def test_machines_get_no_next_step(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["phoney/dev"], everything=False, json_file=Path("-"), judge=True, verbose=False) == FINE
    assert set(json.loads(capsys.readouterr().out)) == {"schema", "stacks"}
