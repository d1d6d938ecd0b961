"""Planned resources without a program: the checks need nothing but a type, a name and inputs."""

from __future__ import annotations

from typing import Any

import pulumi_aws  # noqa: F401 - registers the type tokens; the services themselves load on first use
import pytest

from tierwise.preview.checks import Failure, check
from tierwise.preview.plan import PlannedResource


def planned(token: str, **inputs: Any) -> PlannedResource:
    """A planned resource called ``it``."""
    return PlannedResource(
        urn=f"urn:pulumi:dev::shop::{token}::it",
        type=token,
        name="it",
        custom=True,
        parent="urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
        inputs=inputs,
        outputs={},
        source_position="project:///components/it.py#41",
    )


class Checked:
    """Checks one resource at a time."""

    @staticmethod
    def resource(token: str, **inputs: Any) -> PlannedResource:
        """A planned resource."""
        return planned(token, **inputs)

    @staticmethod
    def all(token: str, **inputs: Any) -> list[Failure]:
        """Every failure of one resource."""
        return check([planned(token, **inputs)])

    @classmethod
    def one(cls, token: str, **inputs: Any) -> Failure:
        """The only failure of one resource."""
        found = cls.all(token, **inputs)
        assert len(found) == 1, [str(failure) for failure in found]
        return found[0]


@pytest.fixture
def checked() -> type[Checked]:
    """The class whose methods check one resource."""
    return Checked
