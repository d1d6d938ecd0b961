"""What deploying this revision would do to a stack that another revision describes.

Both revisions are entries of the preview's JSON. Resources are joined by URN, then by the aliases that the new program
declares. A plan has no state, so the older revision stands for what is deployed: what differs in AWS from both is not
seen here (``pulumi preview`` with credentials sees it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from tierwise.preview.urns import PROVIDER_PREFIX, ROOT_STACK_TYPE
from tierwise.review.cost_diff import CostDiff, compare_costs
from tierwise.review.values_diff import MISSING, UNKNOWN, Change, compare, contains_unknown

Operation = Literal["create", "import", "read", "update", "replace", "delete", "same"]
#: Says whether changing a property of a type replaces the resource; None when nobody knows.
Replaces = Callable[[str, str], bool | None]
#: The operations in the order in which they are counted and listed.
OPERATIONS: Final[tuple[Operation, ...]] = ("create", "import", "update", "replace", "delete", "read")


@dataclass(frozen=True)
class ResourceDiff:
    """One resource that the change touches.

    Attributes:
        op: What happens to it.
        urn: Its URN after the change; before it when it is deleted.
        type: Type token.
        name: Logical name.
        parent: URN of the parent.
        old_urn: Its URN before, when an alias led to it.
        changes: Inputs that differ.
        forced_by: Why it is replaced, in words; empty for other operations.
        notes: What else to know.
        old: Its state before (JSON); None when it is created.
        new: Its state after; None when it is deleted.
    """

    op: Operation
    urn: str
    type: str
    name: str
    parent: str | None
    old_urn: str = ""
    changes: tuple[Change, ...] = ()
    forced_by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    old: Mapping[str, Any] | None = field(default=None, repr=False)
    new: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def may_replace(self) -> bool:
        """True for an update of which nobody knows whether it replaces the resource."""
        return self.op == "update" and any(change.forces is None for change in self.changes)

    def to_json(self) -> dict[str, Any]:
        """The entry of ``diff.resources``."""
        return {
            "op": self.op,
            "urn": self.urn,
            **({"oldUrn": self.old_urn} if self.old_urn else {}),
            "type": self.type,
            "name": self.name,
            "parent": self.parent,
            "changes": [_change_json(change) for change in self.changes],
            "replaceReasons": list(self.forced_by),
            "mayReplace": self.may_replace,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class StackDiff:
    """What the change does to one stack.

    Attributes:
        resources: The resources that it touches, parents first, deleted ones last.
        same: How many it leaves alone.
        outputs: The stack's outputs that differ.
        cost: None when one of the two revisions could not be priced.
        new: True for a stack that the older revision does not have.
        parents: Parent by URN, of every resource of either revision.
    """

    resources: tuple[ResourceDiff, ...]
    same: int
    outputs: tuple[Change, ...] = ()
    cost: CostDiff | None = None
    new: bool = False
    parents: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"], repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many resources each operation touches."""
        found = Counter(resource.op for resource in self.resources)
        return {op: found[op] for op in OPERATIONS if found[op]}

    @property
    def changed(self) -> bool:
        """Whether anything differs at all: a resource, an output or the cost."""
        return bool(self.resources or self.outputs or (self.cost is not None and self.cost.changes))

    def to_json(self) -> dict[str, Any]:
        """The ``diff`` object of the preview's JSON, less what it is compared with."""
        return {
            "new": self.new,
            "changed": self.changed,
            "changeSummary": {**self.counts, "same": self.same},
            "resources": [resource.to_json() for resource in self.resources],
            "outputs": [_change_json(change) for change in self.outputs],
            "cost": self.cost.to_json() if self.cost is not None else None,
        }


def compare_stacks(
    old: Mapping[str, Any] | None, new: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], replaces: Replaces
) -> StackDiff:
    """Compare two entries of the preview's JSON.

    Args:
        old: The older revision's entry; None when it does not have the stack.
        new: This revision's entry.
        aliases: By URN, the URNs that this revision says a resource was known by.
        replaces: Which changes replace a resource.
    """
    before = _states(old) if old is not None else {}
    comparison = _Comparison(before, _states(new), aliases, replaces)
    resources = comparison.run()
    return StackDiff(
        resources=tuple(item for item in resources if item.op != "same"),
        same=sum(1 for item in resources if item.op == "same"),
        outputs=tuple(_outputs(before, comparison.after)),
        cost=_cost(old, new, comparison.renamed),
        new=old is None,
        parents=comparison.parents(),
    )


def unchanged(entry: Mapping[str, Any]) -> StackDiff:
    """The comparison of a stack with itself.

    Args:
        entry: The stack's entry of the preview's JSON.
    """
    return StackDiff((), len(_states(entry)), cost=_cost(entry, entry, {}))


def _states(entry: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {step["urn"]: step["newState"] for step in entry["preview"].get("steps", [])}


def _cost(old: Mapping[str, Any] | None, new: Mapping[str, Any], renamed: Mapping[str, str]) -> CostDiff | None:
    empty: dict[str, Any] = {"lines": [], "unknown": [], "unsupported": []}
    before, after = empty if old is None else old["cost"], new["cost"]
    return None if before is None or after is None else compare_costs(before, after, renamed)


def _outputs(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    def of_root(states: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        found = [state.get("outputs", {}) for state in states.values() if state["type"] == ROOT_STACK_TYPE]
        return found[0] if found else {}

    return compare(of_root(before), of_root(after))


class _Comparison:
    """Walks the new program's resources in the order in which it made them, so that what a resource is made from has
    been judged before it."""

    def __init__(
        self,
        before: Mapping[str, Mapping[str, Any]],
        after: Mapping[str, Mapping[str, Any]],
        aliases: Mapping[str, Sequence[str]],
        replaces: Replaces,
    ) -> None:
        self.before = before
        self.after = after
        self._replaces = replaces
        #: Old URN by new URN, and the other way round, for resources found by an alias.
        self._found: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        #: Name of each replaced resource by URN.
        self._replaced: dict[str, str] = {}
        #: Providers whose region differs: everything that takes its region from them is replaced.
        self._moved: set[str] = set()
        for urn in after:
            old = urn if urn in before else next((alias for alias in aliases.get(urn, ()) if self._free(alias)), None)
            if old is not None:
                self._found[urn] = old
                if old != urn:
                    self.renamed[old] = urn

    def _free(self, alias: str) -> bool:
        return alias in self.before and alias not in self.after and alias not in self.renamed

    def run(self) -> list[ResourceDiff]:
        """Every resource of either revision."""
        results = [self._one(urn, state) for urn, state in self.after.items()]
        kept = set(self._found.values())
        results += [
            _deleted(urn, state) for urn, state in self.before.items() if urn not in kept and not _is_read(state)
        ]
        return results

    def parents(self) -> dict[str, str | None]:
        """Parent by URN; renamed parents by their new URN."""
        old = {urn: state.get("parent") for urn, state in self.before.items()}
        known = {urn: self.renamed.get(parent, parent) if parent else None for urn, parent in old.items()}
        return known | {urn: state.get("parent") for urn, state in self.after.items()}

    def _one(self, urn: str, new: Mapping[str, Any]) -> ResourceDiff:
        old_urn = self._found.get(urn)
        old = self.before[old_urn] if old_urn is not None else None
        name = _name(urn)
        item = ResourceDiff(
            "create",
            urn,
            new["type"],
            name,
            new.get("parent"),
            old_urn="" if old_urn in (None, urn) else old_urn,
            new=new,
        )
        if old is None or (_is_read(old) and not _is_read(new)):
            return replace(item, op="read" if _is_read(new) else "import" if new.get("importID") else "create")
        changes = tuple(self._changes(old, new))
        reasons = self._reasons(old, new, changes)
        if reasons:
            self._replaced[urn] = name
        op: Operation = "replace" if reasons else "update" if changes else "same"
        if new["type"].startswith(PROVIDER_PREFIX) and any(change.path == "region" for change in changes):
            self._moved.add(urn)
        return replace(item, op=op, changes=changes, forced_by=tuple(reasons), notes=_options(old, new), old=old)

    def _changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
        ignored: Sequence[str] = new.get("ignoreChanges", ())
        before, after = old.get("inputs", {}), new.get("inputs", {})
        changes = [
            replace(change, forces=self._forces(new, change.path))
            for change in compare(before, after)
            if not any(_covers(path, change.path) for path in ignored)
        ]
        told = {change.top for change in changes}
        for prop in sorted(after):
            if prop in told or prop in ignored or not contains_unknown(after[prop]):
                continue
            note = self._new_source(prop, old, new)
            if note:
                changes.append(Change(prop, "update", UNKNOWN, UNKNOWN, forces=self._forces(new, prop), note=note))
        return changes

    def _new_source(self, prop: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
        """Why a value that is unknown on both sides will differ; "" when nothing says so."""
        sources: list[str] = new.get("propertyDependencies", {}).get(prop, [])
        replaced = [self._replaced[urn] for urn in sources if urn in self._replaced]
        if replaced:
            return f"comes from {', '.join(replaced)}, which is replaced"
        known: list[str] = old.get("propertyDependencies", {}).get(prop, [])
        earlier = {self.renamed.get(urn, urn) for urn in known}
        if earlier == set(sources):
            return ""
        return f"came from {_names(earlier)}, comes from {_names(sources)}"

    def _forces(self, new: Mapping[str, Any], path: str) -> bool | None:
        if not new["custom"] or new["type"].startswith(PROVIDER_PREFIX):
            return False
        if any(_covers(declared, path) for declared in new.get("replaceOnChanges", ())):
            return True
        return self._replaces(new["type"], path)

    def _reasons(self, old: Mapping[str, Any], new: Mapping[str, Any], changes: Sequence[Change]) -> list[str]:
        if not new["custom"]:
            return []
        reasons = [change.path for change in changes if change.forces]
        provider, earlier = _provider(new), _provider(old)
        if self.renamed.get(earlier, earlier) != provider:
            reasons.append("provider")
        if provider in self._moved and "region" not in new.get("inputs", {}):
            reasons.append("the provider's region")
        if _is_read(new) and not _is_read(old):
            reasons.append("it is only read from now on")
        reasons += [f"{self._replaced[urn]} is replaced" for urn in new.get("replaceWith", ()) if urn in self._replaced]
        return reasons


def _deleted(urn: str, state: Mapping[str, Any]) -> ResourceDiff:
    notes = ("stays in AWS, no longer managed",) if state.get("retainOnDelete") else ()
    return ResourceDiff("delete", urn, state["type"], _name(urn), state.get("parent"), notes=notes, old=state)


def _options(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Safety options that the change takes away or gives."""
    notes: list[str] = []
    for key, words in (("protect", "protected"), ("retainOnDelete", "retained when deleted")):
        if bool(old.get(key)) != bool(new.get(key)):
            notes.append(f"is {'now' if new.get(key) else 'no longer'} {words}")
    return tuple(notes)


def _provider(state: Mapping[str, Any]) -> str:
    """URN of the provider; default providers of a package count as one, whatever their version."""
    urn = state.get("provider", "").rpartition("::")[0]
    head, _, name = urn.rpartition("::")
    return f"{head}::default" if name.startswith("default") else urn


def _is_read(state: Mapping[str, Any]) -> bool:
    return bool(state.get("external"))


def _covers(declared: str, path: str) -> bool:
    """Whether a declared property path (``tags``, ``*``) holds for a changed one."""
    return declared == "*" or path == declared or path.startswith((f"{declared}.", f"{declared}["))


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _names(urns: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(_name(urn) for urn in urns)) or "nothing in the stack"


def _change_json(change: Change) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": change.path, "kind": change.kind}
    if change.old is not MISSING:
        entry["old"] = change.old
    if change.new is not MISSING:
        entry["new"] = change.new
    return {**entry, "replaces": change.forces, **({"note": change.note} if change.note else {})}
