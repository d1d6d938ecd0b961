"""Plans of small programs that tests write as functions."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guardrails.resource import Resource, Stack
from tierwise.preview.engine import plan
from tierwise.preview.plan import Plan, PlannedResource

_PROJECT = """\
name: sample
runtime: python
config:
  aws:region: {value: us-east-1}
"""
_SLOT = "current_program"


class Sample:
    """The plan of a small program, with short questions.

    Args:
        plan: The plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stack: Stack = plan.view()

    def all(self, token: str, **where: Any) -> list[Resource]:
        """Resources of a type whose top-level inputs have the given values."""
        return [r for r in self.stack.of_type(token) if all(r.get(key) == value for key, value in where.items())]

    def one(self, token: str, **where: Any) -> Resource:
        """The only such resource."""
        found = self.all(token, **where)
        assert len(found) == 1, f"{len(found)} resources {token} {where}: {[r.name for r in found]}"
        return found[0]

    def refers(self, resource: Resource, prop: str) -> set[str]:
        """Logical names of what a property takes its value from."""
        return {self.plan.by_urn[urn].name for urn in resource.property_dependencies.get(prop, ())}

    def planned(self, resource: Resource) -> PlannedResource:
        """The resource with its options."""
        return self.plan.by_urn[resource.urn]


def plan_of(program: Callable[[], object]) -> Plan:
    """The plan of a program, in project ``sample``, stack ``test``, region us-east-1; an error is left in the plan.

    Args:
        program: Registers resources.
    """
    setattr(sys.modules[__name__], _SLOT, program)
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / "Pulumi.yaml").write_text(_PROJECT)
        (directory / "Pulumi.test.yaml").write_text("config: {}\n")
        (directory / "__main__.py").write_text(f"import sys\nsys.modules[{__name__!r}].{_SLOT}()\n")
        return plan(directory, "test")


def sample_of(program: Callable[[], object]) -> Sample:
    """The plan of a program that must succeed, with short questions."""
    result = plan_of(program)
    assert result.error is None, result.error.message
    return Sample(result)
