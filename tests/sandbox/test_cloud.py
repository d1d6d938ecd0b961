"""The cloud's file: shared, durable, and honest about what is wrong with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tierwise.preview.values import Archive, Asset, Secret
from tierwise.sandbox.cloud import AlreadyExistsError, Cloud, CloudError, Held, drift

HELD = Held("1", "r", "aws:t", "k", "i", "urn:pulumi:s::p::aws:t::n", {"a": 1, "b": Secret("x")}, {"a": 1, "c": [None]})


def test_survives_and_keeps_values(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    held = Held(
        *[getattr(HELD, name) for name in Held.__slots__[:6]],
        {"f": Asset("text", "t", "h")},
        {"z": Archive("path", "p", "h")},
    )
    Cloud(path).add(held)
    assert Cloud(path).all() == [held]


def test_same_identity_twice_is_refused(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.db")
    cloud.add(HELD)
    with pytest.raises(AlreadyExistsError):
        cloud.add(HELD)


def test_counts_without_gaps_from_many_threads(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.db")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: cloud.next("c"), range(200)))
    assert sorted(numbers) == list(range(1, 201))


def test_drift_changes_inputs_that_are_set_and_outputs(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.db")
    cloud.add(HELD)
    drift(cloud, HELD, {"a": 2, "c": 3})
    changed = cloud.all()[0]
    assert changed.inputs == {"a": 2, "b": Secret("x")}
    assert changed.outputs == {"a": 2, "c": 3}


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    path.write_bytes(b"not a database, and longer than a header of one hundred bytes" * 4)
    before = path.read_bytes()
    with pytest.raises(CloudError, match=r"cloud\.db: file is not a database"):
        Cloud(path)
    assert path.read_bytes() == before
