"""Plans of the shipped stacks, and of variants of them, for the tests that read them."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from guardrails.cost import Estimate
from guardrails.resource import Resource, Stack
from guardrails.rule import Scope
from guardrails.stack_config import StackConfig
from settings.layers import merge
from tierwise.preview.engine import plan
from tierwise.preview.plan import Plan
from tierwise.review.stack import StackReview, review
from tierwise.targets import Target

ROOT = Path(__file__).parents[2]


#: A preset to choose, or several, strongest last.
Preset = str | tuple[str, ...] | None


def reviewed(system: str, stage: str, *, preset: Preset = None, **overrides: Any) -> StackReview:
    """A stack's review, made once a process.

    Args:
        system: Folder below ``systems/``; empty for the reference system.
        stage: The stage.
        preset: A preset to choose, or several, strongest last.
        overrides: Sections merged over the stage's own overrides, in the user's keys.
    """
    return _reviewed(system, stage, preset, json.dumps(overrides, sort_keys=True))


def planned(system: str, stage: str, *, preset: Preset = None, **overrides: Any) -> Planned:
    """A stack's plan as the tests ask it; arguments as for ``reviewed``."""
    return _asked(system, stage, preset, json.dumps(overrides, sort_keys=True))


def priced(system: str, stage: str, usage: dict[str, Any], **overrides: Any) -> Estimate:
    """What a stack costs at some load, which changes nothing about its resources.

    Args:
        system: As for ``reviewed``.
        stage: As for ``reviewed``.
        usage: Load by resource, merged over the stack's own.
        overrides: As for ``reviewed``.
    """
    plan = _planned(system, stage, None, json.dumps(overrides, sort_keys=True))
    key = f"{plan.project}:overrides"
    own = json.loads(plan.config.get(key, "{}"))
    config = {**plan.config, key: json.dumps(merge(own, {"usage": usage}))}
    found = Scope(plan.view(), StackConfig.from_pulumi(config, plan.project, plan.stack)).estimate
    assert found is not None
    return found


@functools.cache
def _reviewed(system: str, stage: str, preset: Preset, overrides: str) -> StackReview:
    with _target(system, stage, preset, overrides) as target:
        result = review(target)
    assert result.plan.error is None, result.plan.error.message
    return result


@functools.cache
def _asked(system: str, stage: str, preset: Preset, overrides: str) -> Planned:
    return Planned(_planned(system, stage, preset, overrides).view())


@functools.cache
def _planned(system: str, stage: str, preset: Preset, overrides: str) -> Plan:
    # What is shipped is reviewed as well, by other tests; of a variant nobody asks more than its plan.
    if preset is None and overrides == "{}":
        return _reviewed(system, stage, preset, overrides).plan
    with _target(system, stage, preset, overrides) as target:
        result = plan(target.directory, target.stage)
    assert result.error is None, result.error.message
    return result


@contextmanager
def _target(system: str, stage: str, preset: Preset, overrides: str) -> Iterator[Target]:
    directory = ROOT / "systems" / system if system else ROOT
    extra = json.loads(overrides)
    if preset is None and not extra:
        yield Target(directory, system, stage)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _write_variant(directory, Path(folder), stage, preset, extra)
            yield Target(Path(folder), system, stage)


def _write_variant(source: Path, folder: Path, stage: str, preset: Preset, overrides: dict[str, Any]) -> None:
    project = yaml.safe_load((source / "Pulumi.yaml").read_text())
    project["main"] = str(ROOT)
    stack = yaml.safe_load((source / f"Pulumi.{stage}.yaml").read_text()) or {}
    config = stack.setdefault("config", {}) or {}
    stack["config"] = config
    name = project["name"]
    config[f"{name}:overrides"] = merge(config.get(f"{name}:overrides", {}), overrides)
    if preset is not None:
        config[f"{name}:preset"] = preset if isinstance(preset, str) else list(preset)
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
