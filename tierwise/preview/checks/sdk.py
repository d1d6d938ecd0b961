"""What the installed Pulumi SDKs declare about a resource's inputs: names, types, what is required.

Read live from the SDK's own input classes, so it is right for whatever version is installed. Nothing is copied into a
data file: only the classes and properties that a stack really uses are read.
"""

from __future__ import annotations

import collections.abc
import functools
import json
import sys
import typing
from dataclasses import dataclass
from typing import Any, ForwardRef, Literal

import pulumi
from pulumi.runtime import rpc

ScalarKind = Literal["string", "integer", "number", "boolean", "any", "asset", "archive"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf."""

    kind: ScalarKind


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; ``element`` holds the alternatives for one member."""

    element: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from names that the user chooses."""

    element: Shape


@dataclass(frozen=True, slots=True)
class Block:
    """An object with declared properties; ``cls`` is the SDK's input class."""

    cls: type

    @property
    def fields(self) -> dict[str, Field]:
        """Properties by Pulumi name."""
        return describe(self.cls)


Alternative = Scalar | ListOf | MapOf | Block
#: What a property accepts: any one of these.
Shape = tuple[Alternative, ...]


class Field:
    """One declared input.

    Args:
        name: Pulumi's name (camelCase).
        python_name: The SDK's argument name (snake_case).
        required: Whether the SDK refuses to go without it.
        annotation: The getter's return annotation.
        module: The module that the annotation's names are looked up in.
    """

    __slots__ = ("_annotation", "_module", "_shape", "name", "python_name", "required")

    def __init__(self, name: str, python_name: str, annotation: Any, module: str, *, required: bool) -> None:
        self.name = name
        self.python_name = python_name
        self.required = required
        self._annotation = annotation
        self._module = module
        self._shape: Shape | None = None

    @property
    def shape(self) -> Shape:
        """The accepted types, read on first use: most stacks set few of a type's properties."""
        if self._shape is None:
            self._shape = _shape(self._annotation, self._module)
        return self._shape


_SCALARS: dict[Any, Scalar] = {
    str: Scalar("string"),
    int: Scalar("integer"),
    float: Scalar("number"),
    bool: Scalar("boolean"),
    Any: Scalar("any"),
    pulumi.Asset: Scalar("asset"),
    pulumi.Archive: Scalar("archive"),
}
_STRING = _SCALARS[str]
_ANY = _SCALARS[Any]


@functools.cache
def args_class(token: str) -> type | None:
    """The class that declares the inputs of a resource type, or None when no installed SDK knows the type.

    Args:
        token: A resource type token. Its SDK must have been imported, which is so for any resource that a program made.
    """
    cls = resource_class(token)
    if cls is None:
        return None
    module = sys.modules[cls.__module__]
    names: list[str] = getattr(module, "__all__", [])
    candidates = (f"{cls.__name__}InitArgs", f"{cls.__name__}Args")
    for name in candidates:
        found = getattr(module, name, None) if name in names else None
        if isinstance(found, type) and hasattr(found, "_pulumi_input_type"):
            return found
    return None


@functools.cache
def resource_class(token: str) -> type | None:
    """The SDK's class of a resource type, or None when no imported SDK knows the type."""
    package, _, rest = token.partition(":")
    if package == "pulumi" and rest.startswith("providers:"):
        package = rest.removeprefix("providers:")
        return getattr(sys.modules.get(f"pulumi_{package.replace('-', '_')}"), "Provider", None)
    module, _, _ = rest.rpartition(":")
    for registered in rpc._RESOURCE_MODULES.get(f"{package}:{module}", []):  # type: ignore[reportPrivateUsage]
        info: dict[str, Any] = getattr(registered, "mod_info", {})
        name = info.get("classes", {}).get(token)
        if name:
            return getattr(_module(info["fqn"]), name, None)
    return None


def _module(name: str) -> Any:
    return sys.modules.get(name) or __import__(name, fromlist=["*"])


@functools.cache
def describe(cls: type) -> dict[str, Field]:
    """The declared inputs of an SDK input class, by Pulumi name."""
    init: Any = cls.__init__
    optional: dict[str, Any] = init.__kwdefaults__ or {}
    parameters: dict[str, Any] = init.__annotations__
    fields: dict[str, Field] = {}
    for python_name, member in cls.__dict__.items():
        if not isinstance(member, property) or member.fget is None:
            continue
        name: str | None = getattr(member.fget, "_pulumi_name", None)
        if name is None:
            continue
        required = python_name in parameters and python_name not in optional
        annotation = member.fget.__annotations__["return"]
        fields[name] = Field(name, python_name, annotation, cls.__module__, required=required)
    return fields


def _shape(annotation: Any, module: str) -> Shape:
    """Accepted types of an annotation such as ``Input[Optional[Sequence[Input['RuleArgs']]]]``."""
    found: dict[Alternative, None] = {}
    for part in typing.get_args(annotation) if typing.get_origin(annotation) is typing.Union else (annotation,):
        alternative = _alternative(part, module)
        if alternative is not None:
            found[alternative] = None
    return tuple(found) or (_ANY,)


_SKIPPED = (collections.abc.Awaitable, pulumi.Output)


def _alternative(part: Any, module: str) -> Alternative | None:
    scalar = _SCALARS.get(part)
    if scalar is not None:
        return scalar
    if part is type(None):
        return None
    origin = typing.get_origin(part)
    if origin is not None:
        if origin in _SKIPPED:
            return None
        arguments = typing.get_args(part)
        if origin is collections.abc.Sequence:
            return ListOf(_shape(arguments[0], module))
        if origin is collections.abc.Mapping:
            return MapOf(_shape(arguments[1], module))
        return _ANY
    name = part.__forward_arg__ if isinstance(part, ForwardRef) else part
    if isinstance(name, str):
        if name == "Output[T]":
            return None
        return _named(name, module)
    return _class(part)


@functools.cache
def _named(name: str, module: str) -> Alternative:
    found: Any = sys.modules[module]
    for step in name.split("."):
        found = getattr(found, step, None)
    return _class(found)


def _class(found: Any) -> Alternative:
    if isinstance(found, type):
        if hasattr(found, "_pulumi_input_type"):
            return Block(found)
        for base, scalar in ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number")):
            if issubclass(found, base):  # the SDK's enums: other values are accepted, see the value checks
                return _SCALARS[base] if scalar != "string" else _STRING
    return _ANY


def encoded(token: str) -> bool:
    """Whether inputs other than strings arrive as JSON text, as the SDKs do for providers."""
    return token.startswith("pulumi:providers:")


def decoded(value: Any, shape: Shape) -> Any:
    """A provider's input as it was before the SDK turned it into JSON text; the text itself when it is not JSON."""
    if isinstance(value, str) and _STRING not in shape:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
