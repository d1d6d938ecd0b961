"""How layers become one configuration: tier profile, then system, then presets, then stack, strongest last."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Final, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings.problems import Path
from settings.tiers import TierProfile

Layer = dict[str, Any]


def marks(field: FieldInfo) -> dict[str, Any]:
    """What ``by_tier`` and ``subsection`` noted on a field."""
    return cast("dict[str, Any]", field.json_schema_extra or {})


def merge(weak: Any, strong: Any) -> Any:
    """``strong`` over ``weak``: mappings merge key by key; anything else, lists included, is replaced."""
    if isinstance(weak, Mapping) and isinstance(strong, Mapping):
        below, above = cast("Mapping[str, Any]", weak), cast("Mapping[str, Any]", strong)
        merged = dict(below)
        for key, value in above.items():
            merged[key] = merge(below[key], value) if key in below else value
        return merged
    return strong


#: Sections of named things, and the section that each of their entries starts from.
DEFAULTS: Final = {"services": "serviceDefaults", "functions": "functionDefaults"}


def without(layer: Any, path: Path) -> Any:
    """``layer`` less what stands at ``path``; a member of a list stays, for the others' positions to hold."""
    if not path or not isinstance(layer, Mapping):
        return layer
    head, rest = path[0], path[1:]
    members = cast("Mapping[str | int, Any]", layer)
    if not rest:
        return {key: value for key, value in members.items() if key != head}
    return {key: without(value, rest) if key == head else value for key, value in members.items()}


def with_defaults(layer: Layer) -> Layer:
    """``layer`` with ``serviceDefaults`` beneath each of its services, ``functionDefaults`` beneath its functions."""
    merged = dict(layer)
    for section, defaults_section in DEFAULTS.items():
        entries, defaults = layer.get(section), layer.get(defaults_section)
        if isinstance(entries, Mapping) and isinstance(defaults, Mapping):
            named = cast("Mapping[str, Any]", entries)
            merged[section] = {name: merge(defaults, entry or {}) for name, entry in named.items()}
    return merged


def fill(model: type[BaseModel], layer: Any, profile: TierProfile) -> Any:
    """``layer`` with what no layer set taken from the tier profile, and with implied subsections made.

    Args:
        model: The model that ``layer`` will be validated by.
        layer: A mapping in the user's keys; anything else is returned as it is, for validation to refuse.
        profile: The tier profile.
    """
    if not isinstance(layer, Mapping):
        return layer
    filled = dict(cast("Mapping[str, Any]", layer))
    for name, field in model.model_fields.items():
        key = field.alias or name
        extra = marks(field)
        if key not in filled and "x-tier" in extra:
            filled[key] = getattr(profile, cast("str", extra["x-tier"]))
        if key not in filled and "x-subsection" in extra:
            filled[key] = {}
        if key in filled:
            filled[key] = _fill_value(field.annotation, filled[key], profile)
    return filled


def _fill_value(annotation: Any, value: Any, profile: TierProfile) -> Any:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return fill(annotation, value, profile)
    if origin is dict and isinstance(value, Mapping):
        member = get_args(annotation)[1]
        return {key: _fill_value(member, item, profile) for key, item in cast("Mapping[str, Any]", value).items()}
    if origin is tuple and isinstance(value, list):
        return [_fill_value(get_args(annotation)[0], item, profile) for item in cast("list[Any]", value)]
    if origin in {Union, types.UnionType} and value is not None:
        models = [
            member for member in get_args(annotation) if isinstance(member, type) and issubclass(member, BaseModel)
        ]
        return fill(models[0], value, profile) if models and isinstance(value, Mapping) else value
    return value
