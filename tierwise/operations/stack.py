"""A deployed stack: what its settings ask for, and what it exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tierwise.operations.errors import OperationError
from tierwise.preview.errors import ConfigError
from tierwise.targets import Target

if TYPE_CHECKING:
    from settings.system import Settings


@dataclass(frozen=True)
class Stack:
    """One stack in AWS.

    Attributes:
        target: Where it is described.
        settings: What its configuration asks for.
        outputs: What it exported; empty where a command needs none.
    """

    target: Target
    settings: Settings
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def key(self) -> str:
        """``pika/prod``."""
        return self.target.key

    @property
    def system(self) -> str:
        """The Pulumi project's name."""
        return self.settings.system

    @property
    def stage(self) -> str:
        """The Pulumi stack's name."""
        return self.settings.stage

    @property
    def production(self) -> bool:
        """Whether people depend on it: its tier is prod."""
        return self.settings.tier == "prod"

    @cached_property
    def prefix(self) -> str:
        """How the exact names of its things begin."""
        return f"{self.system}-{self.stage}-"

    def output(self, name: str) -> Any:
        """What it exported under a name; None where it exports no such thing."""
        return self.outputs.get(name)

    def mapping(self, name: str) -> dict[str, Any]:
        """An exported object, empty where there is none."""
        value = self.outputs.get(name)
        return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}

    def require(self, name: str, what: str) -> Any:
        """An output that the command cannot do without.

        Args:
            name: The output.
            what: What it is, for the message.

        Raises:
            OperationError: The stack does not export it.
        """
        value = self.outputs.get(name)
        if value in (None, "", {}, []):
            raise OperationError(f"{self.key}  has no {what}: the stack exports no {name}")
        return value


def load_settings(target: Target) -> Settings:
    """A stack's settings, read as the program reads them.

    Raises:
        ConfigError: The configuration cannot be used, one line a problem.
    """
    from settings.loader import read
    from settings.problems import SettingsError
    from tierwise.preview.project import load_project, load_stack_config

    project = load_project(target.directory)
    config = load_stack_config(project, target.stage)
    prefix = f"{project.name}:"
    values = {key.removeprefix(prefix): text for key, text in config.values.items() if key.startswith(prefix)}
    try:
        return read(project.name, target.stage, values, project.directory)
    except SettingsError as error:
        raise ConfigError(error.problems) from None


def one_target(name: str, start: Path | None = None) -> Target:
    """The one stack that a command is about.

    Args:
        name: ``STAGE`` or ``SYSTEM/STAGE``.
        start: Folder inside the repository; the working directory by default.

    Raises:
        ConfigError: It is no stack, or several.
    """
    from tierwise.targets import find_root, resolve

    found = resolve(find_root((start or Path.cwd()).resolve()), [name])
    if len(found) != 1:
        raise ConfigError([f"{name}  names several stacks; this command takes one: {', '.join(t.key for t in found)}"])
    return found[0]
