"""The account baseline's plans."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, planned

STAGES = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def prod() -> Planned:
    """The production account as shipped."""
    return planned("account-baseline", "prod")


@pytest.fixture(scope="session")
def staging() -> Planned:
    """The staging account as shipped."""
    return planned("account-baseline", "staging")


@pytest.fixture(scope="session")
def dev() -> Planned:
    """The dev account as shipped."""
    return planned("account-baseline", "dev")


@pytest.fixture(params=STAGES)
def every(request: pytest.FixtureRequest) -> Planned:
    """Each account in turn."""
    return planned("account-baseline", request.param)
