"""The generated files are fresh, and the schema says about shipped files what the models say."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings.schema import generated_files, project_schema, stack_schema

ROOT = Path(__file__).parents[2]
PROJECT_FILES = sorted([ROOT / "Pulumi.yaml", *ROOT.glob("systems/*/Pulumi.yaml")])
STACK_FILES = sorted([*ROOT.glob("Pulumi.*.yaml"), *ROOT.glob("systems/*/Pulumi.*.yaml")])


#: The files that are generated, by name: to generate them takes longer than to name the tests.
GENERATED = ["docs/configuration.md", "docs/schema/project.schema.json", "docs/schema/stack.schema.json"]
generated = functools.cache(generated_files)


@functools.cache
def validator(kind: str) -> jsonschema.Draft7Validator:
    """Judges files by a schema that is itself well formed."""
    schema = {"project": project_schema, "stack": stack_schema}[kind]()
    jsonschema.Draft7Validator.check_schema(schema)
    assert jsonschema.validators.validator_for(schema) is jsonschema.Draft7Validator
    return jsonschema.Draft7Validator(schema)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_generated_file_is_held_against_its_source() -> None:
    assert sorted(map(str, generated())) == GENERATED


@pytest.mark.parametrize("path", GENERATED)
def test_generated_files_are_fresh(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generated()[Path(path)], "run `make generate`"


@pytest.mark.parametrize("path", PROJECT_FILES, ids=short)
def test_project_files_fit_the_schema(path: Path) -> None:
    validator("project").validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("path", STACK_FILES, ids=short)
def test_stack_files_fit_the_schema(path: Path) -> None:
    validator("stack").validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("path", [*PROJECT_FILES, *STACK_FILES], ids=short)
def test_every_file_tells_its_editor_where_the_schema_is(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    kind = "stack" if path.name != "Pulumi.yaml" else "project"
    target = (path.parent / first.split("=", 1)[1]).resolve()
    assert target == ROOT / f"docs/schema/{kind}.schema.json"


@pytest.mark.parametrize(
    "overrides",
    [{"servces": {}}, {"services": {"api": {"cpu": 300}}}, {"network": {"natMode": "two"}}, {"budget": {"monthly": 0}}],
)
def test_the_schema_refuses_what_the_models_refuse(overrides: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator("stack").validate({"config": {"pika:overrides": overrides}})
