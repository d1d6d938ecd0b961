"""Every type and property that the estimator reads is in the installed SDK: a misspelt one would cost 0 for ever."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from guardrails.cost import services
from guardrails.cost.services import REGISTRY
from tests.policy.sdk import accepts, args_class, properties, resource_class

MODULES = [module for name in services.__all__ if isinstance(module := getattr(services, name), ModuleType)]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
#: Receivers that are not a resource or a part of one: tables, and a CloudFormation template.
_NOT_RESOURCES = {"_ENGINES", "_SERVERLESS_FLOOR", "values", "placed", "expected", "most", "as_object(entry)"}
_READERS = {"get", "text", "flag", "number", "length", "is_set", "all"}


@pytest.mark.parametrize("token", sorted(REGISTRY))
def test_every_type_is_in_the_sdk(token: str) -> None:
    assert resource_class(token)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_property_is_in_the_sdk(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    constants = _constants(module)
    mentioned = {token for node in ast.walk(tree) for token in _tokens(node, constants)}
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        own = {token for decorator in function.decorator_list for token in _tokens(decorator, constants)}
        for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
            _check(call, own or mentioned, mentioned, constants)


def _check(call: ast.Call, own: set[str], mentioned: set[str], constants: dict[str, Any]) -> None:
    if not isinstance(call.func, ast.Attribute):
        return
    arguments = [_text(argument, constants) for argument in call.args]
    receiver, method = ast.unparse(call.func.value), call.func.attr
    where = f"{receiver}.{method}({', '.join(map(str, arguments))}), line {call.lineno}"
    if method == "referrers":
        token, prop = arguments[1], arguments[2]
        if token and prop:
            assert accepts(token, prop), where
    elif method in _READERS and arguments and arguments[0]:
        path = arguments[0]
        elsewhere = any(keyword.arg == "of" for keyword in call.keywords)
        if receiver in ("bill", "bill.resource") and not elsewhere:
            assert any(accepts(token, path) for token in own), where
        elif receiver not in _NOT_RESOURCES and "document" not in receiver:
            assert any(accepts(token, path) or path in _nested(token) for token in mentioned), where


def _constants(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if isinstance(value, str)}


def _text(node: ast.expr, constants: dict[str, Any]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _tokens(node: ast.AST, constants: dict[str, Any]) -> Iterator[str]:
    for inner in ast.walk(node):
        text = _text(inner, constants) if isinstance(inner, ast.expr) else None
        if text and text.startswith("aws:") and "/" in text:
            yield text


@cache
def _nested(token: str) -> frozenset[str]:
    """Names of every property at any depth of a type's inputs."""
    seen: set[type] = set()
    names: set[str] = set()
    waiting = [args_class(token)]
    while waiting:
        args = waiting.pop()
        if args in seen or len(seen) > 200:
            continue
        seen.add(args)
        for name, kind in properties(args).items():
            names.add(name)
            waiting.extend(_classes(kind))
    return frozenset(names)


def _classes(kind: Any) -> Iterator[type]:
    if isinstance(kind, type) and hasattr(kind, "_pulumi_input_type"):
        yield kind
    for argument in typing.get_args(kind):
        yield from _classes(argument)
