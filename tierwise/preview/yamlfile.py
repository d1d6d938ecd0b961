"""Reads YAML as the Pulumi CLI does, with the line of every key.

PyYAML follows YAML 1.1, where ``no`` is false; the CLI's parser (go-yaml v3) follows 1.2 for values of no declared
type, so plain scalars are resolved here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tierwise.preview.errors import ConfigError

_BOOLEANS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOATS: Final = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STANDARD: Final = "tag:yaml.org,2002:"
_QUOTES: Final = ("'", '"', "|", ">")
_IMPLICIT: Final[Any] = yaml.SafeLoader("")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class YamlFile:
    """A parsed file.

    Attributes:
        path: Where it is.
        value: Its content as plain Python, None when it is empty.
        lines: The line of each key, by path of keys and indexes; ``()`` is the document.
    """

    path: Path
    value: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict[tuple[str | int, ...], int])

    def problem(self, message: str, *path: str | int) -> str:
        """One line for a ``ConfigError``: the file, the line of the nearest key that exists, and what is wrong."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{display_path(self.path)}:{self.lines.get(path, 1)}  {message}"


def display_path(path: Path) -> str:
    """``path`` as the user would type it: relative to the working directory when it is below."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def read_yaml(path: Path) -> YamlFile:
    """Parse one YAML file.

    Raises:
        ConfigError: It cannot be read or is not valid YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{display_path(path)}  cannot be read: {error}"]) from error
    result = YamlFile(path, None)
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            result.lines[()] = node.start_mark.line + 1
            result.value = _construct(node, (), result)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        reason = " ".join(part for part in (error.context, error.problem) if part)
        if mark and text[mark.index : mark.index + 1] == "\t":
            reason = "a tab; indent with spaces"
        raise ConfigError([f"{display_path(path)}{where}  invalid YAML: {reason}"]) from error
    except yaml.YAMLError as error:
        raise ConfigError([f"{display_path(path)}  invalid YAML: {' '.join(str(error).split())}"]) from error
    finally:
        loader.dispose()
    return result


def _construct(node: yaml.Node, path: tuple[str | int, ...], file: YamlFile) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        members: list[yaml.Node] = node.value
        for index, member in enumerate(members):
            file.lines[(*path, index)] = member.start_mark.line + 1
        return [_construct(member, (*path, index), file) for index, member in enumerate(members)]
    mapping: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    seen: dict[str, int] = {}
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    for key_node, value_node in pairs:
        if key_node.tag == f"{_STANDARD}merge":
            sources: list[yaml.Node] = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            for source in reversed(sources):
                merged.update(_construct(source, path, file))
            continue
        key = _key(key_node)
        line = key_node.start_mark.line + 1
        if key in seen:
            raise yaml.MarkedYAMLError(
                problem=f'the key "{key}" is already defined in line {seen[key]}', problem_mark=key_node.start_mark
            )
        seen[key] = line
        file.lines[(*path, key)] = line
        mapping[key] = _construct(value_node, (*path, key), file)
    return {**merged, **mapping}


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=node.start_mark)
    return str(node.value)


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style in _QUOTES:
        return text
    if node.tag == f"{_STANDARD}str" and _IMPLICIT.resolve(yaml.ScalarNode, text, (True, False)) != node.tag:
        return text  # an explicit !!str
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[text]
    plain = text.replace("_", "")
    number = _integer(plain)
    if number is not None:
        return number
    if _FLOAT.fullmatch(plain):
        return float(plain)
    if _DATE.fullmatch(text):
        return f"{text}T00:00:00Z"  # the CLI's parser makes a time of it
    return text


def _integer(text: str) -> int | None:
    digits = text.lstrip("+-")
    if not digits[:1].isdigit() or len(text) - len(digits) > 1:
        return None
    base = 0
    if len(digits) > 1 and digits[0] == "0" and digits[1:].isdigit():
        base = 8  # a leading zero means octal to the CLI's parser
    try:
        return int(text, base)
    except ValueError:
        return None
