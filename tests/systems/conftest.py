"""The plans of the system that a folder is about."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, planned

STAGES = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def system(request: pytest.FixtureRequest) -> str:
    """The system's name, by the folder of its tests."""
    return request.path.parent.name.replace("_", "-")


@pytest.fixture(scope="module")
def prod(system: str) -> Planned:
    """The production stack as shipped."""
    return planned(system, "prod")


@pytest.fixture(scope="module")
def staging(system: str) -> Planned:
    """The staging stack as shipped."""
    return planned(system, "staging")


@pytest.fixture(scope="module")
def dev(system: str) -> Planned:
    """The dev stack as shipped."""
    return planned(system, "dev")


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    """Each stage's name in turn."""
    return request.param


@pytest.fixture
def every(system: str, stage: str) -> Planned:
    """The plan of each stage in turn."""
    return planned(system, stage)


@pytest.fixture(params=["staging", "prod"])
def watched(system: str, request: pytest.FixtureRequest) -> Planned:
    """The plan of each stage that is watched."""
    return planned(system, request.param)
