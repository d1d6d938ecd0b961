"""Turns the SDK's own constructor errors into the failures that the checks report.

A misspelt or missing argument of a resource or of a nested ``Args`` class raises ``TypeError`` before anything is
registered. Python's text names an internal method and no line of the user's; the failure made here names the resource,
the argument, the nearest valid name and the user's line.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final

from tierwise.preview.checks.failure import Failure, listed, nearest, safe

_UNEXPECTED: Final = re.compile(r"^(?P<function>[\w.<>]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'")
_MISSING_ARGUMENTS: Final = re.compile(r"^(?P<function>[\w.<>]+)\(\) missing \d+ required .*arguments?: (?P<names>.+)$")
_MISSING_PROPERTY: Final = re.compile(r"^Missing required property '(?P<name>\w+)'$")
_QUOTED: Final = re.compile(r"'(\w+)'")
_NOT_INPUTS: Final = frozenset({"self", "__self__", "resource_name", "opts", "__props__", "args", "kwargs"})


def explain_type_error(exc: TypeError, tb: TracebackType | None, project_dir: Path | None = None) -> Failure | None:
    """The failure behind an error that a resource's or an input class's constructor raised.

    Args:
        exc: What the program raised.
        tb: Its traceback, normally ``exc.__traceback__``.
        project_dir: The folder that source positions are relative to; without it they are absolute.

    Returns:
        None when the error has nothing to do with the arguments of a resource.
    """
    text = str(exc)
    unexpected = _UNEXPECTED.match(text)
    missing = _MISSING_ARGUMENTS.match(text)
    absent = _MISSING_PROPERTY.match(text)
    if not (unexpected or missing or absent):
        return None
    frames = _frames(tb)
    resource = _resource_frame(frames)
    cls: type[Any] | None
    if resource is not None:
        owner: Any = resource.f_locals["__self__"]
        cls = owner.__class__
        parameters = _parameters(getattr(cls, "_internal_init", cls.__init__))
    else:
        function = (unexpected or missing or {"function": ""})["function"]
        cls = _input_class(function.partition(".")[0])
        parameters = _parameters(cls.__init__) if cls else []
    if cls is None:
        return None
    token: str = getattr(cls, "pulumi_type", "")
    name = str(resource.f_locals.get("resource_name", "")) if resource is not None else cls.__name__
    where = _position(frames, project_dir)
    if unexpected:
        given = unexpected["name"]
        close = nearest(given, parameters)
        value = _given(resource, given, close or given)
        return Failure(
            "",
            token or "input type",
            name,
            given,
            value,
            "no such property",
            allowed=None if close else listed(sorted(parameters)),
            nearest=close,
            source_position=where,
            kind="unknown-property",
        )
    names: list[str] = [absent["name"]] if absent else _QUOTED.findall(missing["names"] if missing else "")
    names = [each for each in names if each not in _NOT_INPUTS]
    if not names:
        return None
    message = "required, but not given"
    return Failure(
        "", token or "input type", name, ", ".join(names), None, message, source_position=where, kind="missing"
    )


def _frames(tb: TracebackType | None) -> list[FrameType]:
    frames: list[FrameType] = []
    while tb is not None:
        frames.append(tb.tb_frame)
        tb = tb.tb_next
    return frames


def _resource_frame(frames: list[FrameType]) -> FrameType | None:
    """The frame of the resource constructor that raised, if the error came out of one."""
    for frame in reversed(frames):
        if not _is_installed(frame.f_code.co_filename):
            return None
        owner: Any = frame.f_locals.get("__self__")
        if owner is not None and hasattr(owner, "pulumi_type") and frame.f_code.co_name in _CONSTRUCTORS:
            return frame
    return None


_CONSTRUCTORS: Final = frozenset({"__init__", "_internal_init"})


def _parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in _NOT_INPUTS]


def _input_class(name: str) -> type | None:
    """The SDK input class of that name among the modules that the program has loaded."""
    for key, module in list(sys.modules.items()):
        if key.startswith("pulumi_"):
            # Not getattr: that would load a module which the program only named.
            found = object.__getattribute__(module, "__dict__").get(name)
            if isinstance(found, type) and hasattr(found, "_pulumi_input_type"):
                return found
    return None


def _given(frame: FrameType | None, name: str, meant: str) -> str | None:
    values: dict[str, Any] = frame.f_locals.get("kwargs", {}) if frame is not None else {}
    value = values.get(name)
    # An Output's text is an error message of its own, and may hide a secret.
    return safe(value) if isinstance(value, str | int | float | bool) and not _may_be_secret(meant) else None


def _may_be_secret(name: str) -> bool:
    return any(word in name for word in ("pass", "secret", "token", "key"))


def _is_installed(path: str) -> bool:
    return "site-packages" in path or "dist-packages" in path


def _position(frames: list[FrameType], project_dir: Path | None) -> str | None:
    """``project:///file#line`` of the innermost frame that is the user's."""
    lines: list[tuple[str, int]] = [(frame.f_code.co_filename, frame.f_lineno) for frame in frames]
    for path, line in reversed(lines):
        if path.startswith("<") or _is_installed(path):
            continue
        file = Path(path)
        if project_dir is not None and file.is_relative_to(project_dir):
            file = file.relative_to(project_dir)
        return f"project:///{file}#{line}" if not file.is_absolute() else f"{file}#{line}"
    return None
