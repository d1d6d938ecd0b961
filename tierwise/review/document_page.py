"""``python -m tierwise.review.document_page`` writes the JSON Schema of ``--json`` and its reference page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from tierwise.review.document import VERSION, Document

DOCS: Final = Path(__file__).parents[2] / "docs"
SCHEMA_FILE: Final = DOCS / "schema" / "preview.schema.json"
PAGE: Final = DOCS / "preview-json.md"
_HEAD: Final = f"""# The JSON of a preview, version {VERSION}

`tierwise preview … --json FILE` writes one document for all stacks; `-` is standard output. This page is generated from
the types that describe it, and [the JSON Schema](schema/preview.schema.json) says the same to a program. Members are
added under the same version, which `schema` holds; one that goes away or changes its meaning raises it. Amounts are US
dollars a month at list price.
"""


def schema() -> dict[str, Any]:
    """The JSON Schema: every object is closed, so that a member nobody described does not go unnoticed."""
    made: dict[str, Any] = TypeAdapter(Document).json_schema()
    for definition in (made, *made["$defs"].values()):
        definition["additionalProperties"] = False
        definition.pop("title", None)
        for member in definition["properties"].values():
            member.pop("title", None)
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": f"A preview, version {VERSION}", **made}


def page() -> str:
    """The reference page."""
    made = schema()
    lines = [_HEAD, *_section("The document", made)]
    for name, definition in _reached(made).items():
        lines += _section(name, definition)
    return "\n".join(lines)


def _reached(made: dict[str, Any]) -> dict[str, Any]:
    """The definitions in the order in which a reader meets them."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [made["properties"]]
    while waiting:
        for name in _references(waiting.pop(0)):
            if name not in found:
                found[name] = made["$defs"][name]
                waiting.append(found[name]["properties"])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in cast("dict[str, Any]", node).items():
            if key == "$ref":
                yield str(value).rpartition("/")[2]
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in cast("list[Any]", node):
            yield from _references(value)


def _section(name: str, definition: dict[str, Any]) -> list[str]:
    required = definition.get("required", [])
    lines = [f"## {name}", "", definition["description"], "", "| member | type | |", "| --- | --- | --- |"]
    for member, shape in definition["properties"].items():
        optional = "" if member in required else "May be missing. "
        cells = (f"`{member}`", _type(shape), f"{optional}{shape.get('description', '')}".strip())
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return [*lines, ""]


def _type(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "allOf" in shape:
        return _type(shape["allOf"][0])
    if "anyOf" in shape:
        return " or ".join(_type(option) for option in shape["anyOf"])
    if "const" in shape:
        return f"`{json.dumps(shape['const'])}`"
    if "enum" in shape:
        return ", ".join(f"`{value}`" for value in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_type(shape['items'])}"
    if shape.get("type") == "object":
        values = shape.get("additionalProperties")
        return f"object of {_type(cast('dict[str, Any]', values))}" if isinstance(values, dict) and values else "object"
    return str(shape.get("type", "anything"))


def main() -> None:
    """Write both files."""
    SCHEMA_FILE.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
