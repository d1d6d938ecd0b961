"""Property bags compared path by path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.preview.values import ARCHIVE_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL
from tierwise.review.values_diff import MISSING, SECRET, UNKNOWN, Change, compare


def only(old: dict[str, Any], new: dict[str, Any]) -> Change:
    changes = compare(old, new)
    assert len(changes) == 1, changes
    return changes[0]


@pytest.mark.parametrize(
    ("old", "new", "path", "kind"),
    [
        ({"a": 1}, {"a": 2}, "a", "update"),
        ({}, {"a": 1}, "a", "add"),
        ({"a": 1}, {}, "a", "delete"),
        ({"tags": {"Name": "x"}}, {"tags": {"Name": "y"}}, "tags.Name", "update"),
        ({"tags": {"a:b c": 1}}, {"tags": {"a:b c": 2}}, 'tags["a:b c"]', "update"),
        ({"r": [{"n": 1}, {"n": 2}]}, {"r": [{"n": 1}, {"n": 3}]}, "r[1].n", "update"),
        ({"r": ["a", "c"]}, {"r": ["a", "b", "c"]}, "r[1]", "add"),
        ({"r": ["a", "b", "c"]}, {"r": ["a", "c"]}, "r[1]", "delete"),
        ({"a": True}, {"a": 1}, "a", "update"),
        ({"a": {"b": 1}}, {"a": [1]}, "a", "update"),
        ({"r": [None]}, {"r": [1]}, "r[0]", "update"),
    ],
)
def test_one_difference_is_one_change(old: dict[str, Any], new: dict[str, Any], path: str, kind: str) -> None:
    change = only(old, new)
    assert (change.path, change.kind) == (path, kind)


def test_null_is_absent() -> None:
    assert compare({"a": None}, {}) == []
    assert only({"a": None}, {"a": 1}).kind == "add"


def test_a_document_is_entered() -> None:
    old, new = ({"policy": json.dumps({"Statement": [{"Action": action}]})} for action in ("s3:Get*", "s3:*"))
    change = only(old, new)
    assert (change.path, change.old, change.new) == ("policy.Statement[0].Action", "s3:Get*", "s3:*")


def test_a_document_that_is_only_written_differently_is_still_a_change() -> None:
    assert only({"p": '{"a":1}'}, {"p": '{"a": 1}'}).new == "written differently"


def test_unknown_is_told_from_known() -> None:
    assert compare({"a": UNKNOWN_SENTINEL}, {"a": UNKNOWN_SENTINEL}) == []
    assert only({"a": "x"}, {"a": UNKNOWN_SENTINEL}).new == UNKNOWN
    assert only({"a": [UNKNOWN_SENTINEL, 1]}, {}).old == [UNKNOWN, 1]


@pytest.mark.parametrize(("old", "new"), [("hunter2", SECRET), (SECRET, "hunter2"), ({"k": "hunter2"}, SECRET)])
def test_a_value_that_is_secret_on_one_side_is_shown_on_neither(old: Any, new: Any) -> None:
    change = only({"a": old}, {"a": new})
    assert (change.old, change.new) == (SECRET, SECRET)
    assert "secret" in change.note


def test_archives_differ_by_content_not_by_place() -> None:
    def archive(path: str, digest: str) -> dict[str, Any]:
        return {"code": {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "path": path, "hash": digest}}

    assert compare(archive("/here", "a" * 64), archive("/there", "a" * 64)) == []
    change = only(archive("/x", "a" * 64), archive("/x", "b" * 64))
    assert (change.path, change.new) == ("code", f"[archive {'b' * 12}]")


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", UNKNOWN_SENTINEL, SECRET, "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
bags = st.dictionaries(st.sampled_from("xyz"), values, max_size=3)


@given(bags)
def test_a_bag_does_not_differ_from_itself(bag: dict[str, Any]) -> None:
    assert compare(bag, json.loads(json.dumps(bag))) == []


@given(bags, bags)
def test_the_way_back_has_as_many_changes_the_other_way_round(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = compare(old, new), compare(new, old)
    assert bool(there) == bool(back)
    for change in there:
        assert (change.old is MISSING) == (change.kind == "add")
        assert (change.new is MISSING) == (change.kind == "delete")
