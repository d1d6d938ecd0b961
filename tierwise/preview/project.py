"""Reads a project and its stacks' configuration as the CLI does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from tierwise.preview.errors import ConfigError
from tierwise.preview.values import UNKNOWN_SENTINEL
from tierwise.preview.yamlfile import YamlFile, display_path, read_yaml

_TYPES: Final = ("string", "boolean", "integer", "array", "object")
_ATTRIBUTES: Final = frozenset(("type", "items", "description", "secret", "default", "value"))
_STACK_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class Project:
    """A Pulumi project.

    Attributes:
        name: Its name.
        directory: The folder of its ``Pulumi.yaml``, absolute.
        program_dir: The folder that the program runs in, absolute.
        program: What is run: a folder with a ``__main__.py``, or a Python file.
        stack_dir: The folder of the stack files.
        file: The project file.
    """

    name: str
    directory: Path
    program_dir: Path
    program: Path
    stack_dir: Path
    file: YamlFile

    def stacks(self) -> tuple[str, ...]:
        """Names of the stacks that have a file, sorted."""
        return tuple(
            sorted(
                path.name[len("Pulumi.") : -len(path.suffix)]
                for suffix in ("yaml", "yml")
                for path in self.stack_dir.glob(f"Pulumi.*.{suffix}")
            )
        )


@dataclass
class StackConfig:
    """The flat configuration of one stack.

    Attributes:
        values: What ``pulumi.Config`` reads, by ``namespace:key``; objects are JSON text. A secret that is encrypted in
            the file is not readable offline: the program reads the wire's "unknown" sentinel, so what is made from it
            is unknown.
        secret_keys: Keys whose values are secret, in whole or in part.
    """

    values: dict[str, str] = field(default_factory=dict[str, str])
    secret_keys: set[str] = field(default_factory=set[str])


def load_project(directory: Path) -> Project:
    """Read the project in a folder.

    Args:
        directory: The folder of ``Pulumi.yaml``.

    Raises:
        ConfigError: There is none, or it is malformed.
    """
    directory = directory.resolve()
    path = next((directory / name for name in ("Pulumi.yaml", "Pulumi.yml") if (directory / name).is_file()), None)
    if path is None:
        raise ConfigError(
            [f"{display_path(directory / 'Pulumi.yaml')}  there is no such file: the folder holds no Pulumi project"]
        )
    file = read_yaml(path)
    value = _mapping(file.value)
    if value is None:
        raise ConfigError([file.problem("a project file is a mapping with at least `name` and `runtime`")])
    problems: list[str] = []
    name = value.get("name")
    if not isinstance(name, str) or not name:
        problems.append(file.problem("the project is missing its `name`", "name"))
    runtime = value.get("runtime")
    runtime_mapping = _mapping(runtime)
    runtime_name = runtime if runtime_mapping is None else runtime_mapping.get("name")
    if runtime_name != "python":
        problems.append(file.problem(f"the runtime must be python, not {runtime_name!r}", "runtime"))
    main = value.get("main", "")
    program = (directory / str(main or "")).resolve()
    is_file = program.is_file()
    if not is_file and not (program / "__main__.py").is_file():
        problems.append(file.problem(f"main: there is no program at {display_path(program)}", "main"))
    stack_dir = value.get("stackConfigDir", value.get("config") if isinstance(value.get("config"), str) else None)
    if problems:
        raise ConfigError(problems)
    return Project(
        name=str(name),
        directory=directory,
        program_dir=program.parent if is_file else program,
        program=program,
        stack_dir=directory / stack_dir if isinstance(stack_dir, str) else directory,
        file=file,
    )


def load_stack_config(project: Project, stack: str) -> StackConfig:
    """The configuration of one stack: its own values over the project's.

    Raises:
        ConfigError: The stack has no file, the file is empty or malformed, or a value has the wrong type.
    """
    file = _stack_file(project, stack)
    config = StackConfig()
    content = file.value.get("config")
    own = _mapping({} if content is None else content)
    problems: list[str] = []
    if own is None:
        raise ConfigError([file.problem("`config` must be a mapping of keys to values", "config")])
    if file.value.get("environment") is not None:
        problems.append(file.problem("Pulumi ESC environments cannot be read offline", "environment"))
    raw: dict[str, Any] = {}
    for key, value in own.items():
        full = _full_key(project.name, key)
        if full is None:
            problems.append(file.problem(f"{key}: a configuration key is `name` or `namespace:name`", "config", key))
            continue
        raw[full] = value
        _set(config, full, value)
    problems.extend(_merge_project(project, stack, config, raw, file))
    if problems:
        raise ConfigError(problems)
    return config


def _stack_file(project: Project, stack: str) -> YamlFile:
    path = next(
        (
            candidate
            for suffix in ("yaml", "yml")
            if (candidate := project.stack_dir / f"Pulumi.{stack}.{suffix}").is_file()
        ),
        None,
    )
    if path is None or not _STACK_NAME.fullmatch(stack):
        existing = ", ".join(project.stacks()) or "none"
        missing = display_path(project.stack_dir / f"Pulumi.{stack}.yaml")
        raise ConfigError([f"{missing}  there is no such file: the project {project.name} has the stacks {existing}"])
    file = read_yaml(path)
    if file.value is None:
        raise ConfigError([file.problem("the file is empty; write `config: {}` if the stack changes nothing")])
    if not isinstance(file.value, dict):
        raise ConfigError([file.problem("a stack file is a mapping with a `config` key")])
    return file


def _merge_project(project: Project, stack: str, config: StackConfig, raw: dict[str, Any], file: YamlFile) -> list[str]:
    """Add the project's values for keys that the stack does not set, and check the stack's against declared types."""
    content = project.file.value.get("config")
    if content is None or isinstance(content, str):  # text names the folder of the stack files
        return []
    declared = _mapping(content)
    if declared is None:
        return [project.file.problem("`config` must be a mapping of keys to values", "config")]
    problems: list[str] = []
    for key, declaration in declared.items():
        full = _full_key(project.name, key)
        if full is None:
            problems.append(
                project.file.problem(f"{key}: a configuration key is `name` or `namespace:name`", "config", key)
            )
            continue
        namespaced = full.startswith(f"{project.name}:")
        entry = _mapping(declaration)
        if entry is None:
            entry = {"default" if namespaced else "value": declaration}
        problem = _entry_problem(key, entry, namespaced)
        if problem:
            problems.append(project.file.problem(problem, "config", key))
            continue
        if full in config.values:
            problems.extend(_value_problems(key, entry, raw[full], file))
            continue
        value = entry.get("default", entry.get("value"))
        if value is None:
            if namespaced:
                problems.append(
                    project.file.problem(f"Stack '{stack}' is missing configuration value '{key}'", "config", key)
                )
            continue
        _set(config, full, value)
    return problems


def _mapping(value: Any) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _entry_problem(key: str, entry: dict[str, Any], namespaced: bool) -> str | None:
    """What is wrong with a declaration in the project's ``config``."""
    unknown = sorted(set(entry) - _ATTRIBUTES)
    if unknown:
        return f"{key}: write the value under `value:`; {', '.join(unknown)} is no attribute of a configuration key"
    kind = entry.get("type")
    if kind is not None and kind not in _TYPES:
        return f"{key}: the type {kind!r} is not one of {', '.join(_TYPES)}"
    if "default" in entry and "value" in entry:
        return f"project config '{key}' cannot have both a 'default' and 'value' attribute"
    if not namespaced:
        if kind is not None:
            return f"Configuration key '{key}' is not namespaced by the project and should not define a type"
        if "default" in entry:
            return (
                f"Configuration key '{key}' is not namespaced by the project and should not define a default value. "
                "Did you mean to use the 'value' attribute instead of 'default'?"
            )
        if entry.get("value") is None:
            return f"Configuration key '{key}' is namespaced and must provide an attribute 'value'"
        return None
    if kind == "array" and "items" not in entry:
        return (
            f"The configuration key '{key}' declares an array but does not specify the underlying type via the 'items' "
            "attribute"
        )
    if (
        kind is not None
        and entry.get("default") is not None
        and not _has_type(kind, entry.get("items"), entry["default"])
    ):
        return (
            f"The default value specified for configuration key '{key}' is not of the expected type "
            f"'{_type_name(kind, entry.get('items'))}'"
        )
    return None


def _value_problems(key: str, entry: dict[str, Any], value: Any, file: YamlFile) -> list[str]:
    """What is wrong with a stack's value for a declared key."""
    if entry.get("type") is None:
        return []
    path = next((path for path in file.lines if len(path) == 2 and str(path[1]).rpartition(":")[2] == key), ("config",))
    if entry.get("secret") and not _contains_secure(value):
        return [
            file.problem(
                f"{key}: the value must be encrypted as it's secret: `pulumi config set --secret {key}`", *path
            )
        ]
    content: Any = value
    if not isinstance(value, (dict, list)):
        content = _text(value)
    if _contains_secure(value) or _has_type(entry["type"], entry.get("items"), content):
        return []
    return [file.problem(f"{key}: the value must be of type '{_type_name(entry['type'], entry.get('items'))}'", *path)]


def _set(config: StackConfig, key: str, value: Any) -> None:
    config.values[key] = _text(value)
    if _contains_secure(value):
        config.secret_keys.add(key)


def _text(value: Any) -> str:
    """A value as ``pulumi.Config`` reads it."""
    if _is_secure(value):
        return UNKNOWN_SENTINEL
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    text = json.dumps(_jsonable(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _jsonable(value: Any) -> Any:
    if _is_secure(value):
        return UNKNOWN_SENTINEL
    if isinstance(value, dict):
        return {key: _jsonable(member) for key, member in value.items()}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_jsonable(member) for member in value]  # type: ignore[reportUnknownVariableType]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"} and isinstance(value["secure"], str)  # type: ignore[reportUnknownArgumentType]


def _contains_secure(value: Any) -> bool:
    if _is_secure(value):
        return True
    if isinstance(value, dict):
        return any(_contains_secure(member) for member in value.values())  # type: ignore[reportUnknownArgumentType]
    return isinstance(value, list) and any(_contains_secure(member) for member in value)  # type: ignore[reportUnknownArgumentType]


def _full_key(project: str, key: str) -> str | None:
    """``namespace:name`` of a key; ``ns:config:name`` is an old way to write it."""
    parts = key.split(":")
    if len(parts) == 1:
        return f"{project}:{key}"
    if len(parts) == 2:
        return key
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return None


def _has_type(kind: str, items: Any, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            if isinstance(value, str):
                return re.fullmatch(r"[-+]?[0-9]+", value) is not None
            return not isinstance(value, bool) and isinstance(value, (int, float)) and float(value).is_integer()
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false")
        case "object":
            return isinstance(value, dict)
        case _:
            if not isinstance(value, list) or not isinstance(items, dict):
                return False
            return all(_has_type(str(items.get("type")), items.get("items"), member) for member in value)  # type: ignore[reportUnknownArgumentType]


def _type_name(kind: str, items: Any) -> str:
    if isinstance(items, dict):
        return f"array<{_type_name(str(items.get('type')), items.get('items'))}>"  # type: ignore[reportUnknownArgumentType]
    return kind
