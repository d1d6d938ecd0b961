"""JSON Schemas of ``Pulumi.yaml`` and the stack files, and the configuration reference, generated from the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticUndefined

from settings.descriptions import all_models, described_schema, descriptions
from settings.layers import marks
from settings.problems import models_in
from settings.system import Settings
from settings.tiers import TIERS

#: Set by the project and stack themselves, never by configuration.
_DERIVED = ("system", "stage", "tier")
#: So many allowed values are listed in the reference; the editor lists them all.
_LISTED = 12
_DIALECT = "http://json-schema.org/draft-07/schema#"


def project_schema() -> dict[str, Any]:
    """The schema of a system's ``Pulumi.yaml``."""
    schema = described_schema(Settings)
    definitions = cast("dict[str, Any]", schema["$defs"])
    sections = _sections(schema, definitions)
    entries: dict[str, Any] = {key: _entry(value) for key, value in sections.items()}
    partial = {"type": "object", "properties": sections, "additionalProperties": False}
    entries["presets"] = _entry(
        {"type": "object", "additionalProperties": partial, "description": "Named variants; `preset` chooses them."}
    )
    entries["tier"] = _entry(_tier())
    entries["preset"] = _entry(_preset())
    config: dict[str, Any] = {
        "type": "object",
        "properties": entries,
        # Other providers' keys, such as aws:profile, are theirs to describe.
        "patternProperties": {"^[a-z0-9-]+:": {}},
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "A Tierwise system",
        "type": "object",
        "properties": {"config": config},
        "required": ["name", "runtime"],
        "definitions": definitions,
    }


def stack_schema() -> dict[str, Any]:
    """The schema of a stack file, ``Pulumi.<stage>.yaml``."""
    schema = described_schema(Settings)
    definitions = cast("dict[str, Any]", schema["$defs"])
    sections = _sections(schema, definitions)
    overrides = {
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        "description": "What differs in this stage; merged over the sections of Pulumi.yaml, lists replaced.",
    }
    return {
        "$schema": _DIALECT,
        "title": "A stage of a Tierwise system",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "patternProperties": {
                    "^[a-z0-9-]+:overrides$": overrides,
                    "^[a-z0-9-]+:tier$": _tier(),
                    "^[a-z0-9-]+:preset$": _preset(),
                },
            }
        },
        "definitions": definitions,
    }


def _sections(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The sections' schemas, open to being partial: a layer may leave to another what is required of the whole."""
    for definition in definitions.values():
        definition.pop("required", None)
    text = json.dumps({key: value for key, value in schema["properties"].items() if key not in _DERIVED})
    moved = json.loads(text.replace("#/$defs/", "#/definitions/"))
    for section, model in (("serviceDefaults", "Service"), ("functionDefaults", "Function")):
        moved[section] = {"$ref": f"#/definitions/{model}", "description": moved[section]["description"]}
    rewritten = json.loads(json.dumps(definitions).replace("#/$defs/", "#/definitions/"))
    definitions.clear()
    definitions.update(rewritten)
    return cast("dict[str, Any]", moved)


def _entry(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"value": value, "description": {"type": "string"}},
        "required": ["value"],
        "additionalProperties": False,
    }


def _tier() -> dict[str, Any]:
    return {"enum": list(TIERS), "description": "Profile of size and safety; the stack's own name by default."}


def _preset() -> dict[str, Any]:
    names = {"type": "string"}
    return {
        "anyOf": [names, {"type": "array", "items": names}],
        "description": "Preset, or presets weakest first, of Pulumi.yaml that this stage starts from.",
    }


def reference() -> str:
    """The configuration reference as Markdown."""
    lines = [
        "# Configuration reference",
        "",
        "Generated from the settings models by `make generate`; do not edit.",
        "",
        "A system is described in its `Pulumi.yaml`, one entry a section under `config:`, each as `{value: …}`.",
        "A stack file holds what differs under `<system>:overrides`. Layers, weakest first: tier profile, system, "
        "presets, stack. Mappings merge; lists and single values replace.",
        "",
        "`<system>:tier` names the tier profile where the stack is not called dev, staging or prod; "
        "`<system>:preset` names one preset or a list of presets.",
        "",
    ]
    queue: list[tuple[str, type[BaseModel]]] = [("Top level", Settings)]
    seen: set[type[BaseModel]] = set()
    properties = _properties()
    while queue:
        title, model = queue.pop(0)
        if model in seen:
            continue
        seen.add(model)
        lines += [f"## {title}", ""]
        if model is not Settings:
            lines += [(model.__doc__ or "").strip(), ""]
        lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        meanings = descriptions(model)
        for name, field in model.model_fields.items():
            if model is Settings and name in _DERIVED:
                continue
            key = field.alias or name
            meaning = " ".join(meanings.get(name, "").replace("``", "`").split())
            lines.append(f"| `{key}` | {_schema_type(properties[model][key])} | {_default(field)} | {meaning} |")
            prefix = key if model is Settings else f"{title.strip('`')}.{key}"
            mapping = "dict" in str(field.annotation)
            queue += [(f"`{prefix}{'.<name>' if mapping else ''}`", inner) for inner in models_in(field.annotation)]
        lines.append("")
    return "\n".join(lines)


def _default(field: Any) -> str:
    extra = marks(field)
    if "x-tier" in extra:
        values = [f"{name} {_literal(getattr(profile, extra['x-tier']))}" for name, profile in TIERS.items()]
        return "tier: " + ", ".join(values)
    if "x-subsection" in extra:
        return "its own defaults"
    if field.default is PydanticUndefined:
        return "required" if field.default_factory is None else "empty"
    return _literal(field.default)


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return "empty" if not value else f"`{json.dumps(value)}`"
    if isinstance(value, BaseModel):
        return "its own defaults"
    return f"`{json.dumps(value)}`"


def _properties() -> dict[type[BaseModel], dict[str, Any]]:
    """The schemas of every model's fields, by key; all at once, because a model's schema holds those of its members."""
    models = all_models(Settings)
    references, schema = models_json_schema([(model, "validation") for model in models])
    names = {model: references[model, "validation"]["$ref"].rpartition("/")[2] for model in models}
    return {model: schema["$defs"][name].get("properties", {}) for model, name in names.items()}


def _schema_type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return "section"
    if "enum" in schema:
        shown = " \\| ".join(f"`{value}`" for value in schema["enum"][:_LISTED])
        return shown if len(schema["enum"]) <= _LISTED else f"{shown} … ({len(schema['enum'])} in all)"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        kinds = [_schema_type(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_schema_type(schema.get('items', {}))}"
    if kind == "object":
        values = cast("dict[str, Any] | bool | None", schema.get("additionalProperties"))
        return f"mapping of {_schema_type(values)}" if isinstance(values, dict) and values else "mapping"
    bounds = [
        f"{word} {schema[name]}"
        for name, word in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"))
        if name in schema
    ]
    return " ".join([str(kind or "any"), *bounds])


def generated_files() -> dict[Path, str]:
    """Every generated file, relative to the repository, with its content."""
    schemas = {"project": project_schema(), "stack": stack_schema()}
    files = {
        Path(f"docs/schema/{name}.schema.json"): json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }
    files[Path("docs/configuration.md")] = reference()
    return files


def write(root: Path) -> None:
    """Write the generated files below ``root``."""
    for path, content in generated_files().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write(Path.cwd())
