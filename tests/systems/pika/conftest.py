"""Pika's plans beside those as shipped."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, planned


@pytest.fixture(scope="session")
def drawn() -> Planned:
    """Production as the source document draws it."""
    return planned("pika", "prod", preset="drawn")
