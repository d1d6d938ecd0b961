"""What each setting means, read from the strings below the fields.

Pydantic can do this as the models are made, but then every start of a program reads and parses their source; only the
schema and the reference need it.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from typing import Any

from pydantic import BaseModel

from settings.problems import models_in


@functools.cache
def _of_module(module: str) -> dict[str, dict[str, str]]:
    """By class and attribute, the strings that follow annotated attributes in a module."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if not isinstance(node, ast.ClassDef):
            continue
        texts = found.setdefault(node.name, {})
        for attribute, below in zip(node.body, node.body[1:], strict=False):
            match attribute, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    texts[name] = inspect.cleandoc(text)
                case _:
                    pass
    return found


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """What each field of ``model`` means, by attribute name, inherited fields included."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _of_module(base.__module__).get(base.__name__, {})
    return found


def described_schema(root: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of ``root`` in the user's keys, with every field's meaning."""
    schema = root.model_json_schema(by_alias=True)
    definitions = {**schema["$defs"], root.__name__: schema}
    for model in all_models(root):
        # A model that only a computed default mentions has no definition.
        properties = definitions.get(model.__name__, {}).get("properties", {})
        for name, text in descriptions(model).items():
            field = model.model_fields.get(name)
            if field is not None and properties:
                properties[field.alias or name]["description"] = text
    return schema


def all_models(root: type[BaseModel]) -> list[type[BaseModel]]:
    """``root`` and every model that a field of it leads to."""
    found: dict[type[BaseModel], None] = {}
    queue = [root]
    while queue:
        model = queue.pop()
        if model not in found:
            found[model] = None
            queue += [inner for field in model.model_fields.values() for inner in models_in(field.annotation)]
    return list(found)
