"""Where in ``Pulumi.yaml`` and the stack file a setting was written, for the errors that name it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

import yaml

from settings.layers import DEFAULTS
from settings.problems import Path


class Locator:
    """Finds the line of a setting. Files are read only when something is wrong.

    Args:
        directory: Folder of the project's ``Pulumi.yaml``.
        project: The project's name.
        stack: The stack's name.
        presets: Names of the presets in force, strongest last.
    """

    def __init__(self, directory: FilePath, project: str, stack: str, presets: tuple[str, ...] = ()) -> None:
        self._files = (directory / f"Pulumi.{stack}.yaml", directory / "Pulumi.yaml")
        self._project = project
        self._presets = presets

    def locate(self, path: Path) -> str:
        """``systems/pika/Pulumi.prod.yaml:14`` for the layer that set ``path``, or for its nearest ancestor."""
        best: tuple[int, str] | None = None
        for file, node in self._layers(path):
            depth, line = _descend(node, path)
            if best is None or depth > best[0]:
                best = (depth, f"{_relative(file)}:{line}")
            defaults = DEFAULTS.get(str(path[0])) if len(path) > 2 else None
            if defaults is not None:
                depth, line = _descend(node, (defaults, *path[2:]))
                if depth > 1 and depth + 1 > best[0]:
                    best = (depth + 1, f"{_relative(file)}:{line}")
        return best[1] if best else _relative(self._files[1])

    def _layers(self, path: Path) -> Iterator[tuple[FilePath, yaml.MappingNode]]:
        """Mappings that hold settings, strongest first."""
        for file in self._files:
            root = _compose(file)
            config = _child(root, "config")
            if not isinstance(config, yaml.MappingNode):
                if isinstance(root, yaml.MappingNode) and file == self._files[1]:
                    yield file, root
                continue
            overrides = _value(_child(config, f"{self._project}:overrides") or _child(config, "overrides"))
            if isinstance(overrides, yaml.MappingNode):
                yield file, overrides
            presets = _value(_child(config, "presets") or _child(config, f"{self._project}:presets"))
            for name in reversed(self._presets):
                preset = _child(presets, name)
                if isinstance(preset, yaml.MappingNode):
                    yield file, preset
            yield file, _unwrapped(config, self._project)


def _compose(file: FilePath) -> yaml.Node | None:
    try:
        loader = yaml.CSafeLoader(file.read_text(encoding="utf-8"))
    except OSError:
        return None
    try:
        return loader.get_single_node()
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        # Anchored defaults come in through a merge key; the mapping's own keys win over them.
        merged: yaml.Node | None = None
        for name, value in node.value:
            if name.value == str(key):
                return value
            if name.tag == "tag:yaml.org,2002:merge" or name.value == "<<":
                merged = merged or _child(value, key)
        return merged
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None


def _value(node: yaml.Node | None) -> yaml.Node | None:
    """The value of a project-level configuration entry, which may be wrapped as ``{value: …}``."""
    inner = _child(node, "value")
    return node if inner is None else inner


def _unwrapped(config: yaml.MappingNode, project: str) -> yaml.MappingNode:
    """``config`` with namespaces removed from its keys and ``value:`` wrappers removed from its entries."""
    entries: list[tuple[yaml.Node, yaml.Node]] = []
    for name, value in config.value:
        bare = yaml.ScalarNode(name.tag, name.value.removeprefix(f"{project}:"), name.start_mark, name.end_mark)
        entries.append((bare, _value(value) or value))
    return yaml.MappingNode(config.tag, entries, config.start_mark, config.end_mark)


def _descend(node: yaml.Node, path: Path) -> tuple[int, int]:
    """How many parts of ``path`` exist below ``node``, and the line of the last one that does."""
    line = node.start_mark.line + 1
    for depth, part in enumerate(path):
        key_line = _key_line(node, part)
        found = _child(node, part)
        if found is None:
            return depth, line
        line = key_line if key_line is not None else found.start_mark.line + 1
        node = found
    return len(path), line


def _key_line(node: yaml.Node, key: str | int) -> int | None:
    if isinstance(node, yaml.MappingNode):
        for name, _ in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1
    return None


def _relative(file: FilePath) -> str:
    try:
        return str(file.resolve().relative_to(FilePath.cwd().resolve()))
    except ValueError:
        return str(file)
