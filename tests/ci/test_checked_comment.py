"""What a pull request's code wrote is posted only when it has the form of a preview's comment."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.review.build import QUEUE, entry, state
from tests.review.test_markdown import HOSTILE, compared, finding
from tierwise.review.markdown import LIMIT, MARKER, comment, failure
from tierwise.review.summary import Reviewed

SCRIPT = Path(__file__).parents[2] / ".github" / "scripts" / "checked_comment.py"


def run(file: Path) -> str:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", str(SCRIPT), str(file), "https://example.com/run"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout


def test_it_agrees_with_the_preview_on_the_form() -> None:
    spec = importlib.util.spec_from_file_location("checked_comment", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.MARKER, module.LIMIT) == (MARKER, LIMIT)
    hostile = compared(None, entry(state(QUEUE, HOSTILE, {HOSTILE: HOSTILE})), policies=[finding(message=HOSTILE)])
    for text in (comment([Reviewed(HOSTILE, hostile)], [HOSTILE]), failure([HOSTILE])):
        assert module.problem(text) is None


def test_a_comment_is_posted_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "comment.md"
    file.write_text(comment([Reviewed("dev", entry(state(QUEUE, "q")))]))
    assert run(file) == file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "no marker",
        f"{MARKER}\nhello @everyone",
        f"{MARKER}\n[click](https://evil.example)",
        f"{MARKER}\n![x][y]",
        f"{MARKER}\nhttps://evil.example",
        f"{MARKER}\nwww.evil.example",
        f"{MARKER}\n<img src=x>",
        f"{MARKER}\n<!-- -->",
        f"{MARKER}\n<details>",
        f"{MARKER}\n```\nopen",
        f"{MARKER}\n~~~\nopen",
        f"{MARKER}\n" + "x" * LIMIT,
    ],
)
def test_anything_else_is_replaced_by_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "comment.md"
    file.write_text(text)
    posted = run(file)
    assert posted.startswith(f"{MARKER}\n### The preview has no report")
    assert "https://example.com/run" in posted
    assert "evil" not in posted


def test_a_missing_file_a_link_and_what_is_not_text_are_told(tmp_path: Path) -> None:
    assert "ended before it was written" in run(tmp_path / "none")
    (tmp_path / "secret").write_text(f"{MARKER}\n")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert "ended before it was written" in run(tmp_path / "link")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert "not text" in run(tmp_path / "bytes")
