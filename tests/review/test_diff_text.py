"""The comparison as people read it in a terminal."""

from __future__ import annotations

import pytest

from tests.review.build import BUCKET, QUEUE, entry, state, urn
from tierwise.review.diff import StackDiff, compare_stacks
from tierwise.review.diff_text import change_text, clean, costs, info, outputs, summary, tree
from tierwise.review.values_diff import MISSING, Change
from tierwise.style import Style

PLAIN = Style(False)
COMPONENT = "shop:files:Files"


def example() -> StackDiff:
    """One of each operation below a component."""
    files = state(COMPONENT, "files", custom=False)
    inside = {"parent": urn(COMPONENT, "files")}
    old = entry(
        files,
        state(BUCKET, "kept", **inside),
        state(BUCKET, "edited", {"tags": {"a": "1"}, "name": "x"}, **inside),
        state(QUEUE, "gone"),
        costs={urn(QUEUE, "gone"): 4.0},
        outputs={"url": "a"},
    )
    new = entry(
        files,
        state(BUCKET, "kept", **inside),
        state(BUCKET, "edited", {"tags": {"a": "2"}, "name": "y"}, **inside),
        state(BUCKET, "added", **inside),
        costs={urn(BUCKET, "added"): None},
        outputs={"url": "b"},
    )
    return compare_stacks(old, new, {}, lambda _, path: path == "name")


def test_the_tree_shows_what_changes_below_its_parents_and_nothing_else() -> None:
    assert list(tree(example(), PLAIN, verbose=False)) == [
        "      Type                 Name       Plan     Info",
        "      pulumi:pulumi:Stack  shop-prod",
        "      ├─ shop:files:Files  files",
        " +-   │  ├─ aws:s3:Bucket  edited     replace  [diff: ~name,~tags]; forced by name",
        '               ~ name: "x" → "y" (forces replacement)',
        '               ~ tags.a: "1" → "2"',
        " +    │  └─ aws:s3:Bucket  added      create",
        " -    └─ aws:sqs:Queue     gone       delete",
    ]


def test_the_count_is_the_clis() -> None:
    assert list(summary(example(), PLAIN)) == [
        "Resources:",
        "    + 1 to create",
        "    +-1 to replace",
        "    - 1 to delete",
        "    3 changes. 3 unchanged",
    ]


def test_outputs_and_costs() -> None:
    assert list(outputs(example(), PLAIN)) == ["Outputs:", '    ~ url: "a" → "b"']
    assert list(costs(example(), PLAIN)) == [
        "Cost against before: -$4.00 + 1 unknown a month",
        "    added             ?   $0.00 → ?",
        "    gone         -$4.00   $4.00 → $0.00",
    ]


def test_many_inputs_are_shortened_unless_asked_for() -> None:
    old, new = (entry(state(QUEUE, "q", {f"k{index}": value for index in range(20)})) for value in (1, 2))
    diff = compare_stacks(old, new, {}, lambda *_: False)
    assert any("8 more inputs (--verbose)" in line for line in tree(diff, PLAIN, verbose=False))
    assert not any("more inputs" in line for line in tree(diff, PLAIN, verbose=True))


def test_a_rename_and_an_option_are_told() -> None:
    old = entry(state(QUEUE, "before", {"a": 1}, protect=True))
    diff = compare_stacks(
        old, entry(state(QUEUE, "after", {"a": 2})), {urn(QUEUE, "after"): [urn(QUEUE, "before")]}, lambda *_: None
    )
    assert info(diff.resources[0]) == "[diff: ~a]; was before; is no longer protected"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("a", "add", MISSING, 1), "+ a: 1"),
        (Change("a", "delete", {"b": [True]}, MISSING), '- a: {"b": [true]}'),
        (Change("a", "update", "x", "[unknown]", forces=None), '~ a: "x" → [unknown] (may replace)'),
        (Change("a", "update", "[unknown]", "[unknown]", note="comes from b"), "~ a: [unknown] (comes from b)"),
        (Change("a", "update", "x" * 500, "y"), f'~ a: "{"x" * 88}… → "y"'),
    ],
)
def test_one_change_on_a_line(change: Change, text: str) -> None:
    assert change_text(change) == text


def test_a_name_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b[2Jb\nc\r\u202ed") == "a�[2Jb c �d"
    diff = compare_stacks(None, entry(state(QUEUE, "q\x1b]0;x\x07\n::error::", {"\x1b[31m": 1})), {}, lambda *_: False)
    assert all(line.isprintable() for line in tree(diff, PLAIN, verbose=True))
