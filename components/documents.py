"""JSON documents inside properties, which stay readable at preview wherever nothing in them is still unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


def is_known(value: Any) -> bool:
    """Whether ``value`` holds no output anywhere, so that it needs no deployment to be read."""
    if isinstance(value, (pulumi.Output, pulumi.Resource)):
        return False
    if isinstance(value, Mapping):
        return all(is_known(item) for item in value.values())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return all(is_known(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
    return True


def json_document(value: Any) -> pulumi.Input[str]:
    """``value`` as compact JSON: a plain string when nothing in it is an output, an output otherwise.

    Keys keep their order, so the same settings always give the same text.

    Args:
        value: Mappings, sequences, scalars and outputs.
    """
    if is_known(value):
        return json.dumps(value, separators=(",", ":"))
    return pulumi.Output.json_dumps(value, separators=(",", ":"))


def concat(*parts: pulumi.Input[str]) -> pulumi.Input[str]:
    """The parts as one text: a plain string when every part is one, an output otherwise."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else pulumi.Output.concat(*parts)
