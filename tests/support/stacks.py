"""Plans of the shipped stacks, and of variants of them, for the tests that read them."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from guardrails.resource import Resource, Stack
from tierwise.review.stack import StackReview, review
from tierwise.targets import Target

ROOT = Path(__file__).parents[2]


def reviewed(system: str, stage: str, *, preset: str | None = None, **overrides: Any) -> StackReview:
    """A stack's review, made once a process.

    Args:
        system: Folder below ``systems/``; empty for the reference system.
        stage: The stage.
        preset: A preset to choose.
        overrides: Sections merged over the stage's own overrides, in the user's keys.
    """
    return _reviewed(system, stage, preset, json.dumps(overrides, sort_keys=True))


def planned(system: str, stage: str, *, preset: str | None = None, **overrides: Any) -> Planned:
    """A stack's plan as the tests ask it; arguments as for ``reviewed``."""
    return Planned(reviewed(system, stage, preset=preset, **overrides).plan.view())


@functools.cache
def _reviewed(system: str, stage: str, preset: str | None, overrides: str) -> StackReview:
    directory = ROOT / "systems" / system if system else ROOT
    extra = json.loads(overrides)
    if preset is None and not extra:
        result = review(Target(directory, system, stage))
    else:
        with tempfile.TemporaryDirectory() as folder:
            _write_variant(directory, Path(folder), stage, preset, extra)
            result = review(Target(Path(folder), system, stage))
    assert result.plan.error is None, result.plan.error.message
    return result


def _write_variant(source: Path, folder: Path, stage: str, preset: str | None, overrides: dict[str, Any]) -> None:
    project = yaml.safe_load((source / "Pulumi.yaml").read_text())
    project["main"] = str(ROOT)
    stack = yaml.safe_load((source / f"Pulumi.{stage}.yaml").read_text()) or {}
    config = stack.setdefault("config", {}) or {}
    stack["config"] = config
    name = project["name"]
    from settings.layers import merge

    config[f"{name}:overrides"] = merge(config.get(f"{name}:overrides", {}), overrides)
    if preset is not None:
        config[f"{name}:preset"] = preset
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    (folder / f"Pulumi.{stage}.yaml").write_text(yaml.safe_dump(stack))


class Planned:
    """A plan with short questions.

    Args:
        stack: The plan as rules see it.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def all(self, token: str, **where: Any) -> list[Resource]:
        """Resources of a type whose top-level inputs have the given values."""
        return [r for r in self.stack.of_type(token) if all(r.get(key) == value for key, value in where.items())]

    def one(self, token: str, **where: Any) -> Resource:
        """The only such resource."""
        found = self.all(token, **where)
        assert len(found) == 1, f"{len(found)} resources {token} {where}: {[r.name for r in found]}"
        return found[0]

    def types(self) -> set[str]:
        """Every resource type in the plan."""
        return set(self.stack.by_type)

    def names(self, token: str) -> list[str]:
        """Logical names of a type's resources."""
        return [r.name for r in self.stack.of_type(token)]

    def refers(self, resource: Resource, prop: str) -> set[str]:
        """Logical names of what a property takes its value from."""
        return {r.name for r in self.stack.referenced(resource, prop)}
