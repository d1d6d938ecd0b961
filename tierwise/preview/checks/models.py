"""Reads AWS's published models: botocore's service models and cfn-lint's CloudFormation resource schemas.

Only the generator and its test import this; a preview reads the compiled file. Both models are shown as the same
kind of tree, so that names are matched once.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from importlib import metadata, resources
from typing import Any, Final, Protocol

#: Strings that a pattern which forbids something would refuse; a pattern that accepts them all is not worth a check.
_PROBES: Final = ("a", "a b", " \t", "é😀", "!@#$%^&*(){}[]<>~`'\"\\/|:;,.?=+-_", "A" * 64)
_LONGEST_PATTERN: Final = 600


class Node(Protocol):
    """One place in a model."""

    #: ``botocore`` or ``cloudformation``.
    source: str

    def members(self) -> Mapping[str, Node]:
        """The properties of an object; empty for anything else."""
        ...

    def element(self) -> Node | None:
        """What a list holds; None for anything else."""
        ...

    def entry(self) -> tuple[Node | None, Node] | None:
        """Key (None when free) and value of a map; None for anything else."""
        ...

    def constraint(self) -> dict[str, Any]:
        """The node's own constraint in the data file's form, members left out."""
        ...


def versions() -> dict[str, str]:
    """The installed version of each source."""
    return {name: metadata.version(name) for name in ("botocore", "cfn-lint", "pulumi-aws")}


def usable_pattern(pattern: str, *, whole: bool) -> str | None:
    """``pattern`` as Python understands it, or None when it says nothing or Python cannot say the same.

    Args:
        pattern: A Java or JSON Schema regular expression.
        whole: Whether the pattern must match the whole value, as in AWS's service models.
    """
    if len(pattern) > _LONGEST_PATTERN:
        return None
    text = rf"^(?:{pattern})\Z" if whole and not (pattern.startswith("^") and pattern.endswith("$")) else pattern
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # nested sets and set operations mean something else in Python
            compiled = re.compile(text)
    except (re.error, Warning, OverflowError):
        return None
    if all(compiled.search(probe) for probe in _PROBES):
        return None
    return text


class ServiceNode:
    """A shape of a botocore service model."""

    source = "botocore"

    def __init__(self, shapes: Mapping[str, Any], name: str) -> None:
        self._shapes = shapes
        self._shape: Mapping[str, Any] = shapes[name]

    def members(self) -> Mapping[str, Node]:
        """See ``Node``."""
        members: Mapping[str, Any] = self._shape.get("members", {})
        return {name: ServiceNode(self._shapes, member["shape"]) for name, member in members.items()}

    def element(self) -> Node | None:
        """See ``Node``."""
        if self._shape["type"] != "list":
            return None
        return ServiceNode(self._shapes, self._shape["member"]["shape"])

    def entry(self) -> tuple[Node | None, Node] | None:
        """See ``Node``."""
        if self._shape["type"] != "map":
            return None
        key, value = self._shape["key"]["shape"], self._shape["value"]["shape"]
        return ServiceNode(self._shapes, key), ServiceNode(self._shapes, value)

    def constraint(self) -> dict[str, Any]:
        """See ``Node``."""
        shape, kind = self._shape, self._shape["type"]
        found: dict[str, Any] = {}
        if kind == "string":
            if "enum" in shape:
                return {"enum": list(shape["enum"])}
            found = _bounds(shape, "min", "minLength", "max", "maxLength")
            pattern = usable_pattern(shape["pattern"], whole=True) if "pattern" in shape else None
            if pattern:
                found["pattern"] = pattern
        elif kind in ("integer", "long", "float", "double"):
            found = _bounds(shape, "min", "minimum", "max", "maximum")
        elif kind == "list":
            found = _bounds(shape, "min", "minItems", "max", "maxItems")
        return found


class SchemaNode:
    """A place in a CloudFormation resource schema."""

    source = "cloudformation"

    def __init__(self, root: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
        self._root = root
        while "$ref" in schema:
            target: Any = root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        self._schema = schema

    def _child(self, schema: Any) -> SchemaNode | None:
        return SchemaNode(self._root, schema) if isinstance(schema, dict) else None  # type: ignore[reportUnknownArgumentType]

    def members(self) -> Mapping[str, Node]:
        """See ``Node``."""
        properties: Mapping[str, Any] = self._schema.get("properties", {})
        children = {name: self._child(schema) for name, schema in properties.items()}
        return {name: child for name, child in children.items() if child is not None}

    def element(self) -> Node | None:
        """See ``Node``."""
        return self._child(self._schema.get("items"))

    def entry(self) -> tuple[Node | None, Node] | None:
        """See ``Node``."""
        patterns: Mapping[str, Any] = self._schema.get("patternProperties", {})
        value = self._child(next(iter(patterns.values()), None))
        return (None, value) if value is not None and "properties" not in self._schema else None

    def constraint(self) -> dict[str, Any]:
        """See ``Node``."""
        schema = self._schema
        if "enum" in schema:
            return {"enum": list(schema["enum"])}
        found = {
            key: schema[key]
            for key in ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")
            if key in schema
        }
        pattern = usable_pattern(schema["pattern"], whole=False) if "pattern" in schema else None
        if pattern:
            found["pattern"] = pattern
        return found


def _bounds(shape: Mapping[str, Any], low: str, low_name: str, high: str, high_name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if shape.get(low):
        found[low_name] = shape[low]
    if high in shape and shape[high] < 2**31 - 1:
        found[high_name] = shape[high]
    return found


def operation_input(operation: str) -> Node:
    """The input shape of ``service.Operation``. Raises KeyError when the installed botocore has no such operation."""
    service, _, name = operation.partition(".")
    model = _service_model(service)
    return ServiceNode(model["shapes"], model["operations"][name]["input"]["shape"])


@functools.cache
def _service_model(service: str) -> Any:
    folder = resources.files("botocore") / "data" / service
    newest = max(entry.name for entry in folder.iterdir() if entry.is_dir())
    packed = folder / newest / "service-2.json.gz"
    if packed.is_file():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads((folder / newest / "service-2.json").read_bytes())


def resource_schema(name: str) -> Node:
    """The schema of a CloudFormation type. Raises KeyError when the installed cfn-lint has no such type."""
    schema = raw_schema(name)
    return SchemaNode(schema, schema)


def raw_schema(name: str) -> dict[str, Any]:
    """The same as the plain JSON that AWS publishes."""
    return _lint_data(f"schemas/resources/{_schema_files()[name]}.json")


@functools.cache
def _schema_files() -> dict[str, str]:
    return _lint_data("schemas/providers/us-east-1.json")


@functools.cache
def _lint_data(path: str) -> Any:
    file = resources.files("cfnlint") / "data"
    for step in path.split("/"):
        file = file / step
    return json.loads(file.read_bytes())


def lint_extension(name: str) -> Any:
    """A file of cfn-lint's schema extensions, such as ``aws_rds_dbinstance/engine_version``."""
    return _lint_data(f"schemas/extensions/{name}.json")


def extension_enum(name: str, prop: str) -> list[str]:
    """Every value that an extension accepts under any condition and in any region, sorted.

    Args:
        name: The file, as for ``lint_extension``.
        prop: The CloudFormation property; empty for a file that is about one property only.

    Raises:
        LookupError: The file lists no values.
    """
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            members: dict[str, Any] = node  # type: ignore[reportUnknownVariableType]
            holder: Any = members.get(prop) if prop else members
            if isinstance(holder, dict):
                found.update(holder.get("enum", []))  # type: ignore[reportUnknownArgumentType]
            for child in members.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:  # type: ignore[reportUnknownVariableType]
                walk(child)

    walk(lint_extension(name))
    if not found:
        raise LookupError(f"{name} lists no values of {prop}")
    return sorted(found)


def runtime_lifecycle() -> dict[str, dict[str, str | None]]:
    """Lambda runtimes with their ``deprecated``, ``create-block`` and ``update-block`` dates, from cfn-lint."""
    return _lint_data("AdditionalSpecs/LmbdRuntimeLifecycle.json")


def fargate_sizes() -> dict[str, list[int]]:
    """Fargate's task sizes: CPU units to the memory sizes in MiB that go with them."""
    sizes: dict[str, list[int]] = {}
    for pair in lint_extension("aws_ecs_taskdefinition/fargate_cpu_memory")["then"]["anyOf"]:
        memory = pair["properties"]["Memory"]["then"]
        step = memory.get("multipleOf", 1)
        allowed = memory.get("enum") or range(memory["minimum"], memory["maximum"] + 1, step)
        for cpu in pair["properties"]["Cpu"]["then"]["enum"]:
            sizes[cpu] = list(allowed)
    return sizes


def engine_versions() -> dict[str, list[str]]:
    """RDS engines with every version that RDS has had, sorted as text."""
    found: dict[str, set[str]] = {}
    for engine, condition, consequence in _version_rules("engine_version"):
        listed: dict[str, Any] = consequence.get("properties", {}).get("EngineVersion", condition["EngineVersion"])
        found.setdefault(engine, set()).update(map(str, listed.get("enum", [])))
    return {engine: sorted(versions) for engine, versions in sorted(found.items())}


def retired_versions() -> dict[str, list[str]]:
    """RDS engines with the versions that RDS no longer creates; not a major version that has a newer minor one."""
    found: dict[str, set[str]] = {}
    for engine, condition, _ in _version_rules("engine_version_deprecated"):
        found.setdefault(engine, set()).update(map(str, condition["EngineVersion"]["enum"]))
    current = {engine: set(versions) - found.get(engine, set()) for engine, versions in engine_versions().items()}
    return {
        engine: sorted(
            version
            for version in versions
            if not any(each.startswith(f"{version}.") for each in current.get(engine, set()))
        )
        for engine, versions in sorted(found.items())
    }


def _version_rules(extension: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for folder in ("aws_rds_dbinstance", "aws_rds_dbcluster"):
        for rule in lint_extension(f"{folder}/{extension}")["allOf"]:
            condition: dict[str, Any] = rule["if"]["properties"]
            if "const" in condition["Engine"]:
                yield condition["Engine"]["const"], condition, rule["then"] or {}


def member_types(service: str, shape: str) -> Any:
    """A shape of a service model as nested names.

    A leaf is its type, such as ``"string"``; a list is ``[member]``, a map ``{"*": value}``, an object
    its members by name.
    """
    shapes: Mapping[str, Any] = _service_model(service)["shapes"]

    def walk(name: str) -> Any:
        kind = shapes[name]["type"]
        if kind == "structure":
            return {member: walk(target["shape"]) for member, target in shapes[name]["members"].items()}
        if kind == "list":
            return [walk(shapes[name]["member"]["shape"])]
        if kind == "map":
            return {"*": walk(shapes[name]["value"]["shape"])}
        return {"long": "integer", "double": "number", "float": "number"}.get(kind, kind)

    return walk(shape)


def regions() -> list[str]:
    """Every AWS region that botocore or cfn-lint knows, sorted."""
    folder = resources.files("cfnlint") / "data" / "schemas" / "providers"
    found = {
        entry.name.removesuffix(".json")
        for entry in folder.iterdir()
        if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d\.json", entry.name)
    }
    endpoints = json.loads((resources.files("botocore") / "data" / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        found.update(partition["regions"])
    return sorted(found)
