"""How much of the resource types' inputs is checked by value, and how much by name and type only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tierwise.preview.checks import sdk
from tierwise.preview.checks.combinations import JSON_TEXT
from tierwise.preview.checks.constraints import constraints_of
from tierwise.preview.checks.networks import CIDRS
from tierwise.preview.checks.policies import DOCUMENTS
from tierwise.preview.checks.schedules import SCHEDULES

#: Checked by rules of their own.
_OTHERS: Final = frozenset(
    {("aws:ecs/taskDefinition:TaskDefinition", name) for name in ("containerDefinitions", "cpu", "memory")}
    | {("aws:s3/bucket:Bucket", name) for name in ("bucket", "bucketPrefix")}
    | {("aws:rds/instance:Instance", name) for name in ("engineVersion", "password")}
    | {("aws:rds/cluster:Cluster", name) for name in ("engineVersion", "masterPassword")}
)
_GRAMMARS: tuple[Mapping[str, Iterable[str]], ...] = (DOCUMENTS, CIDRS, SCHEDULES, JSON_TEXT)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts over the leaf properties of one resource type, or of several.

    Attributes:
        type: The type token, ``""`` for a sum.
        properties: Declared leaf properties, nested ones included. All of them are checked by name and type.
        booleans: Of these, the ones that are only true or false: the type check is a complete check of their value.
        values: Of these, the ones whose value is held against an enumeration, pattern, length, range or grammar.
    """

    type: str
    properties: int
    booleans: int
    values: int

    @property
    def share(self) -> float:
        """Part of the properties whose value is wholly checked, 0 to 1."""
        return (self.booleans + self.values) / self.properties if self.properties else 0.0


def report(types: Iterable[str]) -> list[Coverage]:
    """One row a resource type, in the order given; a type that no installed SDK knows has no row."""
    rows: list[Coverage] = []
    for token in types:
        args = sdk.args_class(token)
        if args is None:
            continue
        leaves = list(_leaves(token, sdk.describe(args), "", "", frozenset()))
        booleans = sum(leaf == "boolean" for leaf in leaves)
        rows.append(Coverage(token, len(leaves), booleans, sum(leaf == "value" for leaf in leaves)))
    return rows


def coverage(types: Iterable[str]) -> Coverage:
    """The sum over resource types."""
    rows = report(types)
    return Coverage(
        "", sum(row.properties for row in rows), sum(row.booleans for row in rows), sum(row.values for row in rows)
    )


def _leaves(token: str, fields: Mapping[str, sdk.Field], block: str, path: str, above: frozenset[str]) -> Iterator[str]:
    constraints = constraints_of(token)
    known: Mapping[str, Any] = constraints.of(block) if constraints else {}
    for field in fields.values():
        where = path + field.name
        blocks = [found for found in _blocks(field.shape) if found.cls.__name__ not in above]
        if _has_grammar(token, where):
            yield "value"
        elif blocks:
            for found in blocks:
                name = found.cls.__name__
                yield from _leaves(token, found.fields, name, where + ".", above | {name})
        elif field.name in known or where == "region":
            yield "value"
        elif all(isinstance(kind, sdk.Scalar) and kind.kind == "boolean" for kind in field.shape):
            yield "boolean"
        else:
            yield "type"


def _blocks(shape: sdk.Shape) -> Iterator[sdk.Block]:
    for alternative in shape:
        if isinstance(alternative, sdk.Block):
            yield alternative
        elif isinstance(alternative, sdk.ListOf | sdk.MapOf):
            yield from _blocks(alternative.element)


def _has_grammar(token: str, path: str) -> bool:
    if (token, path) in _OTHERS:
        return True
    return any(path == re.sub(r"\[\]", "", each) for grammar in _GRAMMARS for each in grammar.get(token, ()))
