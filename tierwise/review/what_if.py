"""Changes of a stack's configuration that are only thought: ``services.api.cpu=512``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import yaml
from pydantic import BaseModel

from settings.layers import merge
from settings.loader import read
from settings.problems import STEERING_KEYS, SettingsError, nearest
from tierwise.preview.errors import ConfigError
from tierwise.preview.project import Project, StackConfig

#: What chooses layers; it stands beside the overrides, not in them.
_STEERING: Final = STEERING_KEYS - {"overrides", "presets"}


@dataclass(frozen=True)
class WhatIf:
    """Changes, all made together.

    Attributes:
        texts: As the command line has them.
        paths: What each one sets, part by part.
        values: To what.
    """

    texts: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    values: tuple[Any, ...]

    @property
    def overrides(self) -> dict[str, Any]:
        """What would have to stand in the stack's overrides."""
        sections: dict[str, Any] = {}
        for path, value in zip(self.paths, self.values, strict=True):
            if path[0] not in _STEERING:
                sections = merge(sections, _nested(path, value))
        return sections

    @property
    def steering(self) -> dict[str, Any]:
        """What would have to stand beside them: the tier, the preset."""
        return {path[0]: value for path, value in zip(self.paths, self.values, strict=True) if path[0] in _STEERING}

    def apply(self, project: Project, stack: str, config: StackConfig) -> None:
        """Make the changes in a stack's configuration.

        Args:
            project: The project.
            stack: The stack's name.
            config: Its configuration, which is changed.

        Raises:
            ConfigError: A change of something that is not there; the nearest name is told.
        """
        self._refuse_unknown(project, stack, config)
        key = f"{project.name}:overrides"
        config.values[key] = json.dumps(merge(json.loads(config.values.get(key) or "{}"), self.overrides))
        for name, value in self.steering.items():
            config.values[f"{project.name}:{name}"] = value if isinstance(value, str) else json.dumps(value)

    def place(self, problem: str) -> str:
        """A problem of the configuration, told at the change that brings it about.

        Args:
            problem: As the settings tell it: ``file:line  services.api.cpu: …``.
        """
        _, _, told = problem.partition("  ")
        key = told.partition(":")[0]
        for text, path in zip(self.texts, self.paths, strict=True):
            dotted = ".".join(path)
            if key and (key == dotted or key.startswith((f"{dotted}.", f"{dotted}[")) or dotted.startswith(f"{key}.")):
                return f"--what-if {text}  {told}"
        # What the files say alone was fine, so the changes are to blame, whatever it is that they do not fit.
        return f"--what-if {' --what-if '.join(self.texts)}  {told}"

    def _refuse_unknown(self, project: Project, stack: str, config: StackConfig) -> None:
        prefix = f"{project.name}:"
        values = {key.removeprefix(prefix): value for key, value in config.values.items() if key.startswith(prefix)}
        try:
            settings = read(project.name, stack, values, project.directory)
        except SettingsError as error:
            raise ConfigError(error.problems) from None
        told = [(text, _unknown(settings, path, value)) for text, path, value in self._members()]
        problems = [f"--what-if {text}  {problem}" for text, problem in told if problem]
        if problems:
            raise ConfigError(problems)

    def _members(self) -> list[tuple[str, tuple[str, ...], Any]]:
        return list(zip(self.texts, self.paths, self.values, strict=True))


def parse(texts: Sequence[str]) -> WhatIf:
    """Changes from the command line.

    Args:
        texts: Each ``key.of.a.section=value``, the value as in YAML.

    Raises:
        ConfigError: One that is not of that form.
    """
    paths: list[tuple[str, ...]] = []
    values: list[Any] = []
    problems: list[str] = []
    for text in texts:
        key, mark, value = text.partition("=")
        path = tuple(key.strip().split("."))
        if not mark or not all(path):
            problems.append(f"--what-if {text}  is written as services.api.cpu=512")
            continue
        try:
            values.append(yaml.safe_load(value))
        except yaml.YAMLError:
            problems.append(f"--what-if {text}  the value is no YAML; put quotes around text with special characters")
            continue
        paths.append(path)
    if problems:
        raise ConfigError(problems)
    return WhatIf(tuple(texts), tuple(paths), tuple(values))


def _nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    for part in reversed(path):
        value = {part: value}
    return cast("dict[str, Any]", value)


def _unknown(settings: BaseModel, path: Sequence[str], value: Any) -> str:
    """What is wrong with a path; empty when the settings have it, or will judge it themselves."""
    if path[0] in _STEERING:
        return ""
    node: Any = settings
    for depth, part in enumerate(path):
        if isinstance(node, BaseModel):
            fields = {field.alias or name: name for name, field in type(node).model_fields.items()}
            if part not in fields:
                return f"{'.'.join(path[: depth + 1])}: there is no such key; {nearest(part, fields)}"
            node = getattr(node, fields[part])
        elif isinstance(node, Mapping):
            members = cast("Mapping[str, Any]", node)
            if part not in members:
                named = all(isinstance(member, BaseModel) for member in members.values())
                # A whole new entry is a change like any other; a part of one that is not there is a slip.
                whole = depth == len(path) - 1 and isinstance(value, Mapping)
                where = ".".join(path[:depth])
                return f"{where}: there is no {part}; {nearest(part, members)}" if named and not whole else ""
            node = members[part]
        else:
            return ""
    return ""
