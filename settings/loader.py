"""Reads the stack's configuration, layer by layer, and refuses it with every problem at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, cast

from pydantic import ValidationError

from settings.consistency import inconsistencies
from settings.layers import fill, merge, with_defaults, without
from settings.locate import Locator
from settings.problems import STEERING_KEYS, Problem, SettingsError, dotted, from_validation, nearest
from settings.system import Settings
from settings.tiers import TIERS


def load() -> Settings:
    """The settings of the stack that the program is running for.

    Raises:
        RefusedError: With one line for each problem; the engine prints it and nothing else.
    """
    # The operations tool reads settings as well, and has no use for the SDK, whose import takes a third of its start.
    import pulumi
    from pulumi.runtime import config as runtime_config

    from settings.refusal import RefusedError

    project, stack = pulumi.get_project(), pulumi.get_stack()
    # The stack's own configuration is the authority: it holds decrypted secrets and what `--config` sets.
    flat: dict[str, Any] = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    prefix = f"{project}:"
    values = {key.removeprefix(prefix): value for key, value in flat.items() if key.startswith(prefix)}
    try:
        return read(project, stack, values, FilePath(pulumi.get_root_directory()))
    except SettingsError as error:
        raise RefusedError(error) from None


def read(project: str, stack: str, values: Mapping[str, str], directory: FilePath) -> Settings:
    """Settings from the project's configuration.

    Args:
        project: The project's name.
        stack: The stack's name.
        values: Configuration by key without the project's namespace; objects as JSON.
        directory: Folder of ``Pulumi.yaml``, where errors are located.

    Raises:
        SettingsError: With one line for each problem.
    """
    parsed = {key: _parse(value) for key, value in values.items()}
    chosen = parsed.get("preset", ())
    presets = tuple(str(name) for name in cast("list[Any]", chosen)) if isinstance(chosen, list) else (str(chosen),)
    presets = presets if chosen else ()
    locator = Locator(directory, project, stack, presets)

    def refuse(problems: list[Problem]) -> SettingsError:
        lines = dict.fromkeys(f"{locator.locate(p.path)}  {dotted(p.path)}: {p.message}" for p in problems)
        return SettingsError(lines)

    layered: Any = {key: value for key, value in parsed.items() if key not in STEERING_KEYS}
    problems: list[Problem] = []
    defined = cast("Mapping[str, Any]", parsed.get("presets") or {})
    for name in presets:
        if name in defined:
            layered = merge(layered, defined[name] or {})
        else:
            problems.append(Problem(("preset",), f'no such preset "{name}"; {nearest(name, defined)}'))
    overrides: Any = parsed.get("overrides") or {}
    if isinstance(overrides, Mapping):
        layered = merge(layered, overrides)
    else:
        problems.append(Problem(("overrides",), "is a mapping of sections to what differs in this stack"))

    tier = str(parsed.get("tier", stack))
    profile = TIERS.get(tier)  # type: ignore[reportArgumentType]
    if profile is None:
        names = ", ".join(TIERS)
        given = f'"{tier}" is no tier' if "tier" in parsed else f'the stack is called "{stack}", which is no tier'
        problems.append(Problem(("tier",), f"{given}: set {project}:tier to one of {names}"))
    if problems or profile is None:
        raise refuse(problems)

    layered = {**with_defaults(layered), "system": project, "stage": stack, "tier": tier}
    filled = fill(Settings, layered, profile)
    try:
        settings = Settings.model_validate(filled)
    except ValidationError as error:
        problems = from_validation(error.errors(), Settings)
        raise refuse([*problems, *_inconsistencies_besides(problems, filled)]) from None
    problems = inconsistencies(settings)
    if problems:
        raise refuse(problems)
    return settings


def _inconsistencies_besides(problems: list[Problem], filled: dict[str, Any]) -> list[Problem]:
    """What sections disagree about once the given problems are left out; nothing where that leaves no valid whole.

    A default stands in for what was left out, and nobody is told of what that default does.
    """
    rest = filled
    told = {problem.path for problem in problems}
    for problem in problems:
        rest = without(rest, problem.path)
    try:
        found = inconsistencies(Settings.model_validate(rest))
    except ValidationError:
        return []
    return [problem for problem in found if problem.path not in told]


def _parse(value: Any) -> Any:
    """A configuration value as Pulumi stores it: sections are JSON objects or lists, anything else is text."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
