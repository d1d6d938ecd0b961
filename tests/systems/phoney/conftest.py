"""Phoney's plans."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, planned

STAGES = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def prod() -> Planned:
    """The production stack as shipped."""
    return planned("phoney", "prod")


@pytest.fixture(scope="session")
def staging() -> Planned:
    """The staging stack as shipped."""
    return planned("phoney", "staging")


@pytest.fixture(scope="session")
def dev() -> Planned:
    """The dev stack as shipped."""
    return planned("phoney", "dev")


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    """Each stage's name in turn."""
    return request.param


@pytest.fixture
def every(stage: str) -> Planned:
    """The plan of each stage in turn."""
    return planned("phoney", stage)


@pytest.fixture(params=["staging", "prod"])
def watched(request: pytest.FixtureRequest) -> Planned:
    """The plan of each stage that is watched."""
    return planned("phoney", request.param)
