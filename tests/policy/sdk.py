"""The installed SDK's input types, asked by type token and property path."""

from __future__ import annotations

import importlib
import sys
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pulumi._types import input_type_py_to_pulumi_names, input_type_types

from guardrails.resource import parse_path


@cache
def resource_class(token: str) -> type:
    """The SDK's class for a type token such as ``aws:s3/bucket:Bucket``."""
    _, module, name = token.split(":")
    package = module.split("/")[0]
    return getattr(importlib.import_module(f"pulumi_aws.{'lambda_' if package == 'lambda' else package}"), name)


@cache
def args_class(token: str) -> type:
    """The class of a resource's inputs."""
    resource = resource_class(token)
    module = sys.modules[resource.__module__]
    names = (f"{resource.__name__}Args", f"{resource.__name__}InitArgs")
    found = [getattr(module, name) for name in names if getattr(module, name, None)]
    return next(cls for cls in found if cls.__module__ == resource.__module__)


@cache
def properties(args: type) -> Mapping[str, Any]:
    """Type of each input by camelCase name."""
    names = input_type_py_to_pulumi_names(args)
    types = input_type_types(args)
    return {names[python]: types.get(names[python], types.get(python)) for python in names}


def accepts(token: str, path: str) -> bool:
    """True when the type has an input at ``path``."""
    kinds: list[Any] = [args_class(token)]
    for segment in parse_path(path):
        if segment is None:
            kinds = [member for kind in kinds for member in _elements(kind)]
        else:
            kinds = [member for kind in kinds for member in _member(kind, str(segment))]
        if not kinds:
            return False
    return True


def _member(kind: Any, name: str) -> Iterator[Any]:
    for part in _parts(kind):
        if isinstance(part, type) and hasattr(part, "_pulumi_input_type"):
            declared = properties(part)
            if name in declared:
                yield declared[name]
        elif typing.get_origin(part) in (dict, Mapping) or part is dict or part is Any:
            yield Any


def _elements(kind: Any) -> Iterator[Any]:
    for part in _parts(kind):
        if typing.get_origin(part) in (list, typing.Sequence) or str(typing.get_origin(part)).endswith("Sequence'>"):
            yield typing.get_args(part)[0]
        elif part is Any:
            yield Any


def _parts(kind: Any) -> Iterator[Any]:
    """A type's alternatives, ``Input[...]``, ``Optional`` and unions taken apart."""
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Union or str(typing.get_origin(kind)) == "<class 'types.UnionType'>":
        for argument in arguments:
            yield from _parts(argument)
    elif not str(kind).startswith("typing.Awaitable") and "Output[" not in str(kind)[:30]:
        yield kind
