"""Pika's plans."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, planned

STAGES = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def prod() -> Planned:
    """The production stack as shipped."""
    return planned("pika", "prod")


@pytest.fixture(scope="session")
def staging() -> Planned:
    """The staging stack as shipped."""
    return planned("pika", "staging")


@pytest.fixture(scope="session")
def dev() -> Planned:
    """The dev stack as shipped."""
    return planned("pika", "dev")


@pytest.fixture(scope="session")
def drawn() -> Planned:
    """Production as the source document draws it."""
    return planned("pika", "prod", preset="drawn")


@pytest.fixture(params=STAGES)
def every(request: pytest.FixtureRequest) -> Planned:
    """Each stage in turn."""
    return planned("pika", request.param)
