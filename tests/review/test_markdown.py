"""The pull-request comment: what it says, and that it is whole whatever is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.build import BUCKET, DATABASE, QUEUE, entry, state, urn
from tierwise.preview.errors import ConfigError
from tierwise.review.diff import compare_stacks
from tierwise.review.markdown import LIMIT, MARKER, code, comment, failure, fence
from tierwise.review.run import run
from tierwise.review.summary import Reviewed

HOSTILE = "</details><script>alert(1)</script>\n```\n| @everyone `x` ![](http://evil) <!-- --> ::error::x \x1b[31m‮"


def compared(old: dict[str, Any] | None, new: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An entry with its ``diff``."""
    diff = compare_stacks(old, new, {}, lambda _, path: path == "name")
    base = {"base": "main", "commit": "a" * 40, "behind": False, "compared": True, "message": ""}
    return new | {"diff": {**base, **diff.to_json(), "dataLoss": []}} | members


def finding(level: str = "mandatory", message: str = "S3.9: bad") -> dict[str, Any]:
    return {"policy": "S3.9", "level": level, "severity": "high", "urn": "", "resource": "logs", "message": message}


def check_whole(text: str) -> None:
    """Below the limit, the marker first, each fence and tag closed, and no tag but ours."""
    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 < LIMIT
    assert text.startswith(MARKER + "\n")
    fenced = ""
    outside: list[str] = []
    for line in text.removeprefix(MARKER).split("\n"):
        ticks = re.match(r"`{3,}", line)
        if fenced:
            if line == fenced:
                fenced = ""
            else:
                assert not (ticks and len(ticks.group()) >= len(fenced))
        elif ticks:
            fenced = ticks.group()
        else:
            outside.append(line)
    assert not fenced
    rest = "\n".join(outside)
    tags = re.findall(r"<[^>]*>?", rest)
    assert set(tags) <= {"<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"}
    depth = 0
    for tag in re.findall(r"</?details>", rest):
        depth += 1 if tag == "<details>" else -1
        assert depth in (0, 1)
    assert depth == 0
    for name in ("code", "summary"):
        assert rest.count(f"<{name}>") == rest.count(f"</{name}>")
    assert "@" not in rest
    assert "http" not in re.sub(r"<code>.*?</code>", "", rest)


def test_the_headline_the_table_and_what_changes() -> None:
    q = urn(QUEUE, "q")
    old = entry(state(QUEUE, "q", {"name": "a", "tags": {"k": "1"}}), costs={q: 1.0})
    changed = compared(old, entry(state(QUEUE, "q", {"name": "b", "tags": {"k": "2"}}), costs={q: 3.5}))
    same = compared(old, old)
    text = comment([Reviewed("shop/prod", changed), Reviewed("shop/dev", same)])
    check_whole(text)
    lines = text.splitlines()
    assert lines[1] == "### 1 of 2 stacks change, +$2.50 a month, nothing blocks"
    assert "| 🟢 <code>shop/prod</code> | +-1 | $1.00 → $3.50 (+$2.50) | 3 % of $100.00 | 0 advisory |" in lines
    assert "| 🟢 <code>shop/dev</code> | none | $1.00 | 1 % of $100.00 | 0 advisory |" in lines
    assert text.count("<details>") == 1
    assert "! replace aws:sqs/queue:Queue q  forced by name" in lines
    assert '      tags.k: "1" → "2"' in lines
    assert "      +$2.50  q  $1.00 → $3.50" in lines


def test_what_blocks_is_counted_and_told_first() -> None:
    old = entry(state(BUCKET, "files"))
    blocked = compared(old, entry(state(BUCKET, "files")), policies=[finding(), finding("advisory")])
    loss = {"message": "the bucket files is deleted", "waysOut": ["retain it"], "blocks": True}
    blocked["diff"]["dataLoss"] = [loss]
    blocked["checks"] = [{"level": "error", "resource": "files", "path": "acl", "message": "no such value"}]
    text = comment([Reviewed("prod", blocked)])
    check_whole(text)
    assert "3 blocking findings" in text
    assert "| **1 mandatory**, 1 advisory |" in text
    assert "- **Data** <code>the bucket files is deleted</code>\n  - <code>retain it</code>" in text
    assert "- **<code>S3&#46;9</code>** <code>logs</code>" in text
    assert "- **Input** <code>files</code> <code>acl</code>" in text


def test_a_preview_without_a_base_tells_what_there_is() -> None:
    text = comment([Reviewed("dev", entry(state(DATABASE, "db"), costs={urn(DATABASE, "db"): 14.5}))])
    check_whole(text)
    assert "### 1 stack previewed, $14.50 a month, nothing blocks" in text
    assert "| 🟢 <code>dev</code> | 2 resources | $14.50 |" in text


def test_failures_are_told() -> None:
    broken = entry() | {"cost": None, "ok": False}
    broken["preview"]["diagnostics"] = [{"severity": "error", "message": "error: boom\nat line 3"}]
    no_base = compared(entry(), entry())
    no_base["diff"] |= {"compared": False, "message": "old code is broken"}
    text = comment(
        [
            Reviewed("dev", broken),
            Reviewed("qa", None, ("Pulumi.qa.yaml:3  budget.monthly: missing",)),
            Reviewed("prod", no_base),
        ],
        ["main has commits that this lacks"],
    )
    check_whole(text)
    assert "at line 3" in text
    assert "Pulumi.qa.yaml:3  budget.monthly: missing" in text
    assert "the base cannot be planned" in text
    assert "old code is broken" in text
    assert "main has commits" in text
    assert "2 blocking findings" in text


def test_an_unknown_difference_is_shown_as_one() -> None:
    q = urn(QUEUE, "q")
    text = comment(
        [Reviewed("dev", compared(entry(state(QUEUE, "q"), costs={q: 5.0}), entry(state(QUEUE, "q"), costs={q: None})))]
    )
    check_whole(text)
    assert "$0.00 + 1 unknown a month" in text
    assert "           ?  q  $5.00 → ?" in text


def test_hostile_text_means_nothing() -> None:
    bad = state(QUEUE, HOSTILE, {"name": HOSTILE, HOSTILE: HOSTILE})
    failed = compared(None, entry(bad), policies=[finding(message=HOSTILE)])
    check_whole(comment([Reviewed(HOSTILE, failed), Reviewed("x", None, (HOSTILE,))], [HOSTILE]))
    check_whole(failure([HOSTILE, "`" * 50]))
    assert "\x1b" not in failure([HOSTILE])
    assert "‮" not in code(HOSTILE)
    assert code("a|b_c") == "<code>a&#124;b&#95;c</code>"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fence("text", ["````"], 10) == ["`````text", "````", "`````"]
    assert fence("text", ["a", "b", "c"], 1) == ["```text", "a", "… 2 more lines", "```"]


def test_a_large_change_degrades_by_stack_and_the_blocked_one_comes_first() -> None:
    many = [state(QUEUE, f"queue-{index}", {f"key{n}": "x" * 50 for n in range(10)}) for index in range(200)]
    quiet, loud = compared(None, entry(*many)), compared(None, entry(*many), policies=[finding()])
    stacks = [Reviewed(f"s{index}", loud if index == 9 else quiet) for index in range(10)]
    text = comment(stacks)
    check_whole(text)
    assert "more lines" in text
    assert len(text) > LIMIT / 2
    assert "<summary><code>s9</code>" in text
    assert all(f"<code>s{index}</code>" in text for index in range(10))


words = st.text(max_size=30) | st.sampled_from([HOSTILE, "`" * 5, "<details>", "x" * 3000, "\ud800", "|" * 200])


@st.composite
def stacks(draw: st.DrawFn) -> list[Reviewed]:
    names = draw(st.lists(words, min_size=1, max_size=12))
    many = draw(st.sampled_from([1, 30, 300]))
    made: list[Reviewed] = []
    for name in names:
        shape = draw(st.sampled_from(["new", "changed", "failed", "problems"]))
        text = draw(words)
        if shape == "problems":
            made.append(Reviewed(name, None, tuple([text] * many)))
            continue
        new = entry(*(state(QUEUE, f"{text}{index}", {"name": text, text: [text]}) for index in range(many)))
        old = None if shape == "new" else entry(*(state(QUEUE, f"{text}{index}") for index in range(many)))
        found = compared(old, new, policies=[finding(message=text)] * draw(st.sampled_from([0, 1, 100])))
        made.append(Reviewed(name, found | {"cost": None} if shape == "failed" else found))
    return made * draw(st.sampled_from([1, 8]))


@settings(max_examples=25)
@given(stacks(), st.lists(words, max_size=8))
def test_it_is_always_whole(made: list[Reviewed], notes: list[str]) -> None:
    check_whole(comment(made, notes))


def test_a_preview_that_does_not_start_is_a_comment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    file = tmp_path / "comment.md"
    with pytest.raises(ConfigError):
        run(["prodd"], everything=False, json_file=None, markdown_file=file, judge=True, verbose=False)
    check_whole(file.read_text())
    assert 'did you mean "prod"?' in file.read_text()


def test_only_one_report_can_have_standard_output() -> None:
    with pytest.raises(ConfigError, match="only one"):
        run([], everything=False, json_file=Path("-"), markdown_file=Path("-"), judge=True, verbose=False)
