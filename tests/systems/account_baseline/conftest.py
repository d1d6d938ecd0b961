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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one worker, so that each stack is planned once."""
    for item in items:
        if "systems/account_baseline" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.xdist_group("account-baseline"))
