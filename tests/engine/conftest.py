"""Engines that tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.engine import Engine, make_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One copy and one sandbox for the tests of a module."""
    return make_engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def fresh_engine(tmp_path: Path) -> Engine:
    """A copy and a sandbox for one test."""
    return make_engine(tmp_path)
