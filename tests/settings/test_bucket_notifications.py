"""Buckets that would tell the wrong function, or the same one for ever: one clear line each, with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings

PARTS = """\
  functions:
    value:
      read: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle, links: ["bucket:uploads/out"]}
  buckets:
    value:
      uploads:
        notify:
          first: {function: read, prefix: in/}
"""
BUCKETS = """\
  buckets:
    value:
      uploads: {}
"""

Refused = Callable[..., list[str]]


def test_the_sample_is_fine(system: Callable[..., Settings]) -> None:
    entry = system((BUCKETS, PARTS)).buckets["uploads"].notify["first"]
    assert (entry.prefix, entry.suffix, entry.events) == ("in/", "", ("created",))


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("function: read", "function: raed", "notify.first.function", 'did you mean "read"?'),
        ('"bucket:uploads/out"', '"bucket:uploads"', "notify.first", "would call itself for ever"),
        ('"bucket:uploads/out"', '"bucket:uploads/in/new"', "notify.first", "would call itself for ever"),
        (", prefix: in/", "", "notify.first", 'by its link "bucket:uploads/out"'),
        ("prefix: in/", "prefix: /in", "notify.first.prefix", '"/in"'),
        ("prefix: in/", "prefix: in/, events: [made]", "notify.first.events[0]", "created"),
        ("prefix: in/", "prefix: in/, events: []", "notify.first.events", "at least 1"),
        (
            "first: {function: read, prefix: in/}",
            "first: {function: read, prefix: in/}\n          other: {function: read, prefix: in/pdf/, suffix: .pdf}",
            "notify.other",
            '"first" is told of the same objects',
        ),
    ],
)
def test_a_mistake_is_one_line(refused: Refused, old: str, new: str, where: str, words: str) -> None:
    problems = refused((BUCKETS, PARTS), (old, new))
    # What an entry without its mistaken part would do may be told as well.
    (found,) = [problem for problem in problems if f"buckets.uploads.{where}:" in problem and words in problem]
    assert found.startswith("Pulumi.yaml:")


@pytest.mark.parametrize(
    "entry", ["{function: read, prefix: in/, events: [removed]}", "{function: read, prefix: new/}"]
)
def test_other_events_and_prefixes_are_told_apart(system: Callable[..., Settings], entry: str) -> None:
    first = "first: {function: read, prefix: in/}"
    settings = system((BUCKETS, PARTS), (first, f"{first}\n          other: {entry}"))
    assert set(settings.buckets["uploads"].notify) == {"first", "other"}
