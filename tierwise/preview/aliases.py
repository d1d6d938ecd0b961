"""Alias resolution: which URNs an older version of the stack may know a resource by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tierwise.preview.urns import ROOT_STACK_TYPE, make_urn, parse_urn


class Aliases:
    """Resolves aliases for one stack, children inheriting those of their parents.

    The real engine follows only the alias under which it found the parent in the state. A plan has no state, so every
    alias of the parent is followed; the right one is among them.

    Args:
        stack: The stack's name.
        project: The project's name.
    """

    def __init__(self, stack: str, project: str) -> None:
        self._stack = stack
        self._project = project
        self._by_urn: dict[str, tuple[str, ...]] = {}

    def resolve(self, urn: str, parent: str, type_: str, name: str, specs: Sequence[Any]) -> tuple[str, ...]:
        """All alias URNs of a resource, its own first, without duplicates; remembered for its children.

        Args:
            urn: The resource's URN.
            parent: Its parent's URN, or "".
            type_: Its type token.
            name: Its logical name.
            specs: ``Alias`` protobuf messages.
        """
        inherited = self._by_urn.get(parent, ())
        if not specs and not inherited:
            return ()
        own = [self._collapse(parent, type_, name, spec) for spec in specs]
        found = dict.fromkeys(own)
        parent_name = parse_urn(parent).name if inherited else ""
        for parent_alias in inherited:
            found[self._inherit(type_, name, parent_name, parent_alias)] = None
            for alias in own:
                parts = parse_urn(alias)
                found[self._inherit(parts.type, parts.name, parent_name, parent_alias)] = None
        found.pop(urn, None)
        result = tuple(found)
        if result:
            self._by_urn[urn] = result
        return result

    def _collapse(self, parent: str, type_: str, name: str, alias: Any) -> str:
        if not alias.HasField("spec"):
            parse_urn(alias.urn)
            return alias.urn
        spec = alias.spec
        alias_parent: str = parent
        if spec.HasField("parentUrn") and spec.parentUrn:
            alias_parent = self._by_urn.get(spec.parentUrn, (spec.parentUrn,))[0]
        if spec.HasField("noParent") and spec.noParent:
            alias_parent = ""
        if alias_parent and parse_urn(alias_parent).qualified_type == ROOT_STACK_TYPE:
            alias_parent = ""
        return make_urn(
            spec.stack or self._stack,
            spec.project or self._project,
            alias_parent,
            spec.type or type_,
            spec.name or name,
        )

    def _inherit(self, type_: str, name: str, parent_name: str, parent_alias: str) -> str:
        # By convention a child is named after its parent; a renamed parent then had a differently named child.
        if name.startswith(parent_name):
            name = parse_urn(parent_alias).name + name.removeprefix(parent_name)
        return make_urn(self._stack, self._project, parent_alias, type_, name)
