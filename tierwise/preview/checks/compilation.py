"""Compiles AWS's models into the constraints of one resource type, along the declared mapping."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

from tierwise.preview.checks import sdk
from tierwise.preview.checks.facts import BY_NAME, FACTS, TAGS
from tierwise.preview.checks.mapping import TypeMapping
from tierwise.preview.checks.models import Node, extension_enum, operation_input, resource_schema

Blocks = dict[str, dict[str, dict[str, Any]]]

#: Constraints whose smaller value is the more generous one.
_LOW: Final = ("minLength", "minimum", "minItems")
_HIGH: Final = ("maxLength", "maximum", "maxItems")
#: Prefixes that AWS's names carry and the provider's do not: DBInstanceClass is instanceClass.
_PREFIXES: Final = ("db", "cache", "integration", "load")


def compile_type(token: str, mapping: TypeMapping) -> Blocks:
    """Constraints by SDK class (``""`` for the resource itself) and property.

    Args:
        token: The resource type; its SDK must be importable.
        mapping: Where to look.

    Raises:
        LookupError: The SDK or a model no longer has what the mapping names.
    """
    args = sdk.args_class(token)
    if args is None:
        raise LookupError(f"no installed SDK has {token}")
    roots = [_descend([operation_input(op)], path) for op, path in map(_split, mapping.operations)]
    roots += [_descend([resource_schema(name)], path) for name, path in map(_split, mapping.cloudformation)]
    for name, root in zip((*mapping.operations, *mapping.cloudformation), roots, strict=True):
        if not root:
            raise LookupError(f"{token}: {name} leads nowhere")
    compiler = _Compiler(token, mapping)
    compiler.block("", sdk.describe(args), _structures(node for root in roots for node in root), "")
    unused = (mapping.names.keys() | mapping.extensions.keys() | FACTS.get(token, {}).keys()) - compiler.seen
    if unused:
        raise LookupError(f"{token}: no such property: {', '.join(sorted(unused))}")
    return compiler.blocks


class _Compiler:
    def __init__(self, token: str, mapping: TypeMapping) -> None:
        self.blocks: Blocks = {}
        self.seen: set[str] = set()
        self._names = mapping.names
        self._enums = mapping.extensions
        self._facts = FACTS.get(token, {})
        self._title = _folded(token.rpartition(":")[2])

    def block(self, name: str, fields: Mapping[str, sdk.Field], nodes: Sequence[Node], path: str) -> None:
        found = self.blocks.setdefault(name, {})
        parent = _folded(path.rstrip(".").rpartition(".")[2]) or self._title
        for field in fields.values():
            where = path + field.name
            self.seen.add(where)
            children = self._lookup(field.name, where, nodes, parent)
            constraint = self._constraint(field.shape, children)
            if where in self._enums:
                file, _, prop = self._enums[where].partition(":")
                constraint = {"enum": extension_enum(file, prop)}
            if where == "tags" and any(isinstance(alternative, sdk.MapOf) for alternative in field.shape):
                constraint = dict(TAGS)
            constraint.update(self._facts.get(where, {}))
            if self._names.get(where) != "":
                _add_by_name(where, field.shape, constraint)
            if constraint:
                found[field.name] = constraint
            for block in _blocks(field.shape):
                if block.cls.__name__ not in self.blocks:
                    self.block(block.cls.__name__, block.fields, _structures(children, block.fields), where + ".")
        if not found:
            del self.blocks[name]

    def _lookup(self, name: str, where: str, nodes: Sequence[Node], parent: str) -> list[Node]:
        declared = self._names.get(where)
        if declared == "":
            return []
        if declared is not None:
            found = _descend(nodes, declared)
            if not found and nodes:
                raise LookupError(f"{where}: no model has {declared}")
            return found
        return [child for node in nodes if (child := _member(node, name, parent)) is not None]

    def _constraint(self, shape: sdk.Shape, nodes: Sequence[Node]) -> dict[str, Any]:
        if any(isinstance(alternative, sdk.MapOf) for alternative in shape):
            return _merge(_map_constraint(node) for node in nodes)
        lists = [alternative for alternative in shape if isinstance(alternative, sdk.ListOf)]
        if lists:
            return _merge(_list_constraint(node, lists[0].element) for node in nodes)
        return _merge(_scalar_constraint(node, shape) for node in nodes)


def _add_by_name(where: str, shape: sdk.Shape, constraint: dict[str, Any]) -> None:
    fact = next((fact for ending, fact in BY_NAME if re.search(ending, where)), None)
    if fact is None:
        return
    lists = [alternative for alternative in shape if isinstance(alternative, sdk.ListOf)]
    leaf = lists[0].element if lists else shape
    numeric = "maximum" in fact
    kinds = {alternative.kind for alternative in leaf if isinstance(alternative, sdk.Scalar)}
    if not kinds & ({"integer", "number"} if numeric else {"string"}):
        return
    target: dict[str, Any] = dict(constraint.get("items", {})) if lists else constraint
    if not target.keys() & {"pattern", "enum", "minimum", "maximum"}:
        target.update(fact)
        if lists:
            constraint["items"] = target


def _split(place: str) -> tuple[str, str]:
    if "::" in place:
        match = re.fullmatch(r"(\w+::\w+::\w+)(?::(.+))?", place)
        assert match is not None, place
        return match[1], match[2] or ""
    name, _, path = place.partition(":")
    return name, path


@functools.cache
def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).replace("configuration", "config")


def _forms(name: str) -> list[str]:
    """A folded name and its other number: what repeats is plural in Pulumi and often singular in AWS's models."""
    forms = [name]
    if name.endswith("ies"):
        forms.append(name[:-3] + "y")
    if name.endswith(("ses", "xes")):
        forms.append(name[:-2])
    if name.endswith("s"):
        forms.append(name[:-1])
        forms.append(name + "es")
    else:
        forms += [name + "s", name + "es"]
    if name.endswith("y"):
        forms.append(name[:-1] + "ies")
    return forms


def _member(node: Node, name: str, parent: str) -> Node | None:
    members = {_folded(each): child for each, child in node.members().items()}
    folded = _folded(name)
    candidates = _forms(folded)
    candidates += [prefix + form for prefix in (parent, *_forms(parent), *_PREFIXES) for form in (folded,)]
    candidates += [f"db{parent}{folded}", f"{folded}list", f"{folded}config", f"{folded}s3"]
    for candidate in candidates:
        if candidate in members:
            return members[candidate]
    return None


def _descend(nodes: Sequence[Node], path: str) -> list[Node]:
    for step in filter(None, path.split(".")):
        folded = _folded(step)
        nodes = [
            child for node in _structures(nodes) for name, child in node.members().items() if _folded(name) == folded
        ]
    return list(nodes) if path else list(_structures(nodes))


def _structures(nodes: Iterable[Node], fields: Container[str] = ()) -> list[Node]:
    """Objects behind nodes: a list stands for its members, CloudFront's ``{Quantity, Items}`` for its items.

    Args:
        nodes: Where to look.
        fields: Properties that the SDK declares there; ``items`` among them means that it kept CloudFront's form.
    """
    found: list[Node] = []
    for start in nodes:
        node = start
        while True:
            element = node.element()
            items = None if element or "items" in fields else _items(node)
            if element is None and items is None:
                break
            node = element or items or node
        found.append(node)
    return found


def _items(node: Node) -> Node | None:
    members = node.members()
    return members["Items"] if "Items" in members and "Quantity" in members else None


def _blocks(shape: sdk.Shape) -> Iterable[sdk.Block]:
    for alternative in shape:
        if isinstance(alternative, sdk.Block):
            yield alternative
        elif isinstance(alternative, sdk.ListOf | sdk.MapOf):
            yield from _blocks(alternative.element)


Judged = tuple[str, dict[str, Any]]


def _scalar_constraint(node: Node, shape: sdk.Shape) -> Judged:
    kinds = {alternative.kind for alternative in shape if isinstance(alternative, sdk.Scalar)}
    if not kinds & {"string", "integer", "number"} or node.members() or node.element():
        return node.source, {}
    return node.source, node.constraint()


def _list_constraint(node: Node, element: sdk.Shape) -> Judged:
    actual = _items(node) or node
    inner = actual.element()
    if inner is None:
        return node.source, {}
    found = actual.constraint()
    if not any(isinstance(alternative, sdk.Block | sdk.ListOf | sdk.MapOf) for alternative in element):
        _, items = _scalar_constraint(inner, element)
        if items:
            found["items"] = items
    return node.source, found


def _map_constraint(node: Node) -> Judged:
    entry = node.entry()
    if entry is None:
        element = node.element()
        members = {_folded(name): child for name, child in element.members().items()} if element else {}
        key = members.get("key") or members.get("tagkey") or members.get("name")
        value = members.get("value") or members.get("tagvalue")
        if key is None or value is None:
            return node.source, {}
        entry = (key, value)
    found: dict[str, Any] = {}
    for name, part in (("keys", entry[0]), ("values", entry[1])):
        constraint = part.constraint() if part is not None and not part.members() and not part.element() else {}
        if constraint:
            found[name] = constraint
    return node.source, found


def _merge(judged: Iterable[Judged]) -> dict[str, Any]:
    """One constraint out of several: the first of each source, and between sources the more generous of the two."""
    by_source: dict[str, dict[str, Any]] = {}
    for source, constraint in judged:
        if constraint or source not in by_source:
            by_source.setdefault(source, {})
            if not by_source[source]:
                by_source[source] = constraint
    service, schema = by_source.get("botocore"), by_source.get("cloudformation")
    if service is None or schema is None:
        return dict(service or schema or {})
    return _wider(service, schema)


def _wider(service: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "enum" in service or "enum" in schema:
        choices = [*service.get("enum", []), *schema.get("enum", [])]
        return {"enum": list(dict.fromkeys(choices))}
    for key in (*_LOW, *_HIGH):
        values = [constraint[key] for constraint in (service, schema) if key in constraint]
        if values:
            found[key] = min(values) if key in _LOW else max(values)
    # CloudFormation's patterns are often tighter than the API that the provider calls: the service's own one decides.
    if "pattern" in service:
        found["pattern"] = service["pattern"]
    for key in ("items", "keys", "values"):
        if key in service or key in schema:
            inner = _wider(service.get(key, {}), schema.get(key, {}))
            if inner:
                found[key] = inner
    return found
