"""What a resource's outputs are during a preview: known inputs come back, the rest is for AWS to decide.

The real provider plans the resource and answers with its inputs, defaults included. Offline there is no provider, so an
input is echoed where the SDK's own class declares an output of that name and shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast, get_args, get_origin

import pulumi
from pulumi import _types  # pyright: ignore[reportPrivateUsage]

from guardrails.resource import UNKNOWN
from tierwise.preview.values import ResourceReference, Secret, contains_unknown

#: How names of text end that AWS decides.
_DECIDED: Final = ("Id", "Arn", "DomainName", "Address", "Endpoint", "Url", "Ip")
#: The engine's own resource, whose output is its input.
_STASH: Final = "pulumi:index:Stash"


class OutputShapes:
    """The declared outputs of every resource class that is loaded, by type token."""

    def __init__(self) -> None:
        self._classes: dict[str, type] = {}
        self._seen = 0
        self._types: dict[str, dict[str, Any] | None] = {}
        self._templates: dict[str, dict[str, Any]] = {}

    def types(self, token: str) -> dict[str, Any] | None:
        """Output types by camelCase name, or None when no class for ``token`` is loaded."""
        if token not in self._types:
            cls = self._class_of(token)
            self._types[token] = None if cls is None else _types.resource_types(cls)
        return self._types[token]

    def echo(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs that come back as outputs, in the shape that the SDK's class expects."""
        if token == _STASH:
            return {"input": inputs.get("input"), "output": inputs.get("input")}
        types = self.types(token)
        if types is None:
            return dict(inputs)
        echoed: dict[str, Any] = {}
        for name, value in inputs.items():
            if value is not None and name in types:
                echoed[name] = _conform(value, types[name])
        return echoed

    def complete(self, token: str, echoed: dict[str, Any]) -> dict[str, Any]:
        """``echoed`` with UNKNOWN for every other output that the class declares."""
        template = self._templates.get(token)
        if template is None:
            template = dict.fromkeys(self.types(token) or (), UNKNOWN)
            template.pop("urn", None)
            self._templates[token] = template
        return {**template, **echoed}

    def _class_of(self, token: str) -> type | None:
        if token not in self._classes:
            for cls in _subclasses(pulumi.CustomResource):
                own = vars(cls).get("pulumi_type")
                if own is not None:
                    self._classes.setdefault(own, cls)
        return self._classes.get(token)


@cache
def _decided_members(output_type: type) -> dict[str, Any]:
    """The members of a nested output that AWS fills in when the program does not: identifiers and addresses.

    ``domain.domain_name_configuration.target_domain_name`` is one: no input names it, and records are made of it. The
    SDK does not tell such members from options that stay empty; their names do.
    """
    members: dict[str, Any] = _types.output_type_types(output_type)
    return {
        name: UNKNOWN
        for name, declared in members.items()
        if _types.unwrap_optional_type(declared) is str and name.endswith(_DECIDED)
    }


def _subclasses(base: type) -> Iterator[type]:
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)


def _conform(value: Any, declared: Any) -> Any:
    """``value`` if the class can hold it; a policy given as a mapping comes back as JSON text, as from the provider."""
    if value is UNKNOWN or declared is None:
        return value
    if isinstance(value, Secret):
        return Secret(_conform(value.value, declared))
    if isinstance(value, ResourceReference):
        return value.id if value.id is not None else value.urn
    target = _types.unwrap_optional_type(declared)
    if isinstance(value, dict):
        if target is str:
            return UNKNOWN if contains_unknown(value) else json.dumps(value, separators=(",", ":"))
        if _types.is_output_type(target):
            members: dict[str, Any] = _types.output_type_types(target)
            given = cast("dict[str, Any]", value)
            known = {name: _conform(member, members.get(name)) for name, member in given.items()}
            return {**_decided_members(target), **known}
        origin = get_origin(target)
        if target is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
            arguments = get_args(target)
            inner = arguments[1] if len(arguments) == 2 else None
            return {name: _conform(member, inner) for name, member in value.items()}  # type: ignore[reportUnknownVariableType]
        return value if target is Any else UNKNOWN  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        if target is Any:
            return value  # type: ignore[reportUnknownVariableType]
        origin = get_origin(target)
        if target is list or (isinstance(origin, type) and issubclass(origin, Sequence)):
            arguments = get_args(target)
            inner = arguments[0] if len(arguments) == 1 else None
            return [_conform(member, inner) for member in value]  # type: ignore[reportUnknownVariableType]
        return UNKNOWN
    return value
