"""What the report's templates show of a stack, read from its entry of the preview's JSON.

The templates hold no logic but loops: every figure, word and link is made here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from guardrails.cost.tokens import short as short_type
from guardrails.cost.values import as_object
from guardrails.stack_config import StackConfig
from tierwise.review.cost_diff import signed
from tierwise.review.diff_text import MARKS, value_text
from tierwise.review.summary import Entry, Reviewed, Summary, decimal, dollars, plural

if TYPE_CHECKING:
    from markupsafe import Markup

    from guardrails.rule import Rule
    from tierwise.review.diagram import Architecture

#: Inputs of one resource that are shown.
_CHANGES: Final = 40
_TONES: Final = {"green": "good", "yellow": "warn", "red": "bad", "cyan": "soft", "": ""}
_FORCES: Final = {True: "forces replacement", None: "may replace", False: ""}
_SIGNS: Final = {"create": "+", "import": "=", "read": ">"}


@dataclass(frozen=True)
class Mark:
    """An operation's sign.

    Attributes:
        symbol: As the CLI has it; empty when nothing happens.
        word: In words.
        tone: Class of its colour.
        told: Whether the word stands beside it, as it does where it is not the rule.
    """

    symbol: str = ""
    word: str = ""
    tone: str = ""
    told: bool = False


@dataclass
class TreeNode:
    """A resource in the tree.

    Attributes:
        name: Its logical name.
        type: The short type.
        mark: What happens to it.
        flags: What else to know, such as ``protected``.
        line: The line of code that made it.
        cost: What its lines come to; empty when nothing.
        findings: How many, in words; empty when there are none.
        refused: Whether one of them is mandatory.
        children: Its parts.
    """

    name: str
    type: str
    mark: Mark
    flags: str = ""
    line: str = ""
    cost: str = ""
    findings: str = ""
    refused: bool = False
    children: list[TreeNode] = field(default_factory=list["TreeNode"])


class StackView(Summary):
    """One stack, asked what the templates need.

    Args:
        stack: The stack.
        identifier: The element's id: never a name from a program.
        picture: The SVG of its architecture, of our own making; empty when there is none.
        architecture: What the picture shows.
    """

    def __init__(self, stack: Reviewed, identifier: str, picture: str, architecture: Architecture | None) -> None:
        super().__init__(stack)
        self.id = identifier
        self._picture = picture
        self._architecture = architecture

    @property
    def ok(self) -> bool:
        """Whether nothing stops the deployment."""
        return bool(self.entry.get("ok"))

    @property
    def judged(self) -> bool:
        """Whether there is anything to say of policies and inputs."""
        return bool(self.entry) and (not self.failed or bool(self.checks))

    @property
    def picture(self) -> Markup:
        """The drawing."""
        from markupsafe import Markup

        return Markup(self._picture)  # noqa: S704 - escaped where it is drawn

    @property
    def links(self) -> list[Mapping[str, str]]:
        """The picture's links as a table."""
        if self._architecture is None:
            return []
        names = {node.urn: f"{node.name} ({node.kind})" for node in self._architecture.nodes}
        entries: list[Mapping[str, str]] = [
            {"source": "the internet", "target": names[urn], "port": ""} for urn in self._architecture.entries
        ]
        return entries + [
            {"source": names[link.source], "target": names[link.target], "port": link.label}
            for link in self._architecture.links
        ]

    @property
    def changes_text(self) -> str:
        """What changes, in a few signs."""
        if self.failed:
            return "failed"
        if self.diff is None:
            return f"{self.resources} resources"
        if not self.compared:
            return "the base cannot be planned"
        counts = ", ".join(
            f"{count} to {op}"
            for op, count in self.diff["changeSummary"].items()
            if op in MARKS and count and op != "same"
        )
        new = "new: " if self.diff["new"] else ""
        return f"{new}{counts}" if counts else "outputs or cost" if self.changes else "none"

    @property
    def cost_text(self) -> str:
        """What it costs a month."""
        return str(self.cost["total"]) if self.cost is not None else ""

    @property
    def delta_text(self) -> str:
        """The difference to the base; empty when there is none."""
        return str(self.delta["text"]) if self.delta is not None and self.delta["changes"] else ""

    @property
    def budget_text(self) -> str:
        """The budget."""
        return dollars(self.cost["budget"]) if self.cost is not None and self.cost["budget"] else ""

    @property
    def share(self) -> int | None:
        """Percentage of the budget; None when there is none."""
        if self.cost is None or not self.cost["budget"]:
            return None
        return int(100 * decimal(self.cost["expected"]) / decimal(self.cost["budget"]))

    @property
    def policies_text(self) -> str:
        """How many findings there are."""
        advisory = len(self.entry.get("policies", ())) - len(self.mandatory)
        return "" if self.failed else f"{len(self.mandatory)} mandatory, {advisory} advisory"

    @property
    def cards(self) -> list[tuple[str, str]]:
        """The figures at the top."""
        cards = [("Resources", str(self.resources))] if self.entry else []
        if self.cost is not None:
            share = f" of {self.budget_text}" if self.budget_text else ""
            cards.append(("A month", f"{self.cost_text}{share}"))
        if self.diff is not None:
            cards.append(("Changes", self.changes_text))
        if self.delta_text:
            cards.append(("Cost against before", self.delta_text))
        return [*cards, ("Findings", self.policies_text)] if self.policies_text else cards

    @cached_property
    def errors(self) -> list[str]:
        """Lines on why there is no whole plan."""
        diagnostics = self.entry.get("preview", {}).get("diagnostics", ())
        texts = [*self.problems, *(item["message"] for item in diagnostics if item["severity"] == "error")]
        return [line for text in texts for line in str(text).splitlines()]

    @property
    def base_message(self) -> list[str]:
        """Why the base cannot be planned; empty when it can."""
        return str(self.diff["message"]).splitlines() if self.diff is not None and not self.compared else []

    @cached_property
    def _states(self) -> list[Entry]:
        steps = self.entry.get("preview", {}).get("steps", ())
        return [step["newState"] for step in steps if not _is_default_provider(step["newState"])]

    @property
    def resources(self) -> int:
        """How many resources there are."""
        return len(self._states)

    @cached_property
    def tree(self) -> list[TreeNode]:
        """The resources below their parents."""
        steps = {step["urn"]: step["op"] for step in self.entry.get("preview", {}).get("steps", ())}
        changed = {item["urn"]: item for item in (self.diff or {}).get("resources", ())} if self.compared else None
        nodes: dict[str, TreeNode] = {}
        roots: list[TreeNode] = []
        for state in self._states:
            urn = state["urn"]
            op = steps[urn] if changed is None else changed[urn]["op"] if urn in changed else "same"
            node = self._node(state, op, compared=changed is not None)
            nodes[urn] = node
            parent = nodes.get(state.get("parent") or "")
            (roots if parent is None else parent.children).append(node)
        return roots

    def _node(self, state: Entry, op: str, *, compared: bool) -> TreeNode:
        symbol, word, colour = MARKS[op]
        # Where everything is created a sign on each resource says nothing.
        mark = Mark(symbol, word, _TONES[colour], told=bool(word)) if compared or op != "create" else Mark()
        findings = self._findings.get(state["urn"], [])
        flags = [word for key, word in (("protect", "protected"), ("retainOnDelete", "retained")) if state.get(key)]
        cost = self._costs.get(state["urn"])
        return TreeNode(
            name=_name(state["urn"]),
            type=short_type(state["type"]),
            mark=mark,
            flags=", ".join(flags),
            line=position_text(state.get("sourcePosition")),
            cost=dollars(float(cost)) if cost else "",
            findings=f"{len(findings)} {plural('finding', len(findings))}" if findings else "",
            refused=any(found["level"] == "mandatory" for found in findings),
        )

    @cached_property
    def _findings(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for finding in self.entry.get("policies", ()):
            found[finding["urn"]].append(finding)
        return found

    @cached_property
    def _costs(self) -> dict[str, Decimal]:
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for line in (self.cost or {}).get("lines", ()):
            amounts[line["urn"]] += decimal(line["expected"])
        return amounts

    @property
    def diff_view(self) -> Mapping[str, Any] | None:
        """The comparison; None when there is none."""
        if self.diff is None or not self.compared:
            return None
        cost: Entry = self.diff["cost"] or {"changes": (), "text": ""}
        return {
            "changed": self.diff["changed"],
            "resources": [_resource(item) for item in self.diff["resources"]],
            "outputs": [_change(change) for change in self.diff["outputs"]],
            "losses": [_loss(loss) for loss in self.diff["dataLoss"]],
            "cost_text": f"Resources whose cost differs: {cost['text']}",
            "costs": [
                {
                    "resource": change["resource"] or "the stack",
                    "before": dollars(change["before"]),
                    "after": dollars(change["after"]),
                    "delta": "?" if change["delta"] is None else signed(decimal(change["delta"])),
                }
                for change in cost["changes"]
            ],
        }

    @property
    def bill(self) -> Mapping[str, Any] | None:
        """The cost with all that it is made of; None when the program did not finish."""
        cost = self.cost
        if cost is None:
            return None
        counts, names = cost["counts"], {state["urn"]: _name(state["urn"]) for state in self._states}
        doubts = Counter(str(line["unconfirmed"]) for line in cost["lines"] if line.get("unconfirmed"))
        return {
            "verdict": cost["verdict"],
            "message": cost["message"],
            "groups": list(_groups(cost["lines"])),
            "total": cost["total"],
            "maximum": dollars(cost["maximum"]),
            "levers": [{"change": lever["change"], "saving": dollars(lever["saving"])} for lever in cost["levers"]],
            "unknown": [
                {"name": names.get(item["urn"], item["urn"]), "reason": item["reason"]}
                for item in (*cost["unknown"], *cost["unsupported"])
            ],
            "lines": [_line_view(line) for line in cost["lines"]],
            "usage": list(self._usage()),
            "counts": (
                f"{counts['priced']} resources are priced, {counts['byParent']} are in another's price, "
                f"{counts['free']} are free, {counts['unsupported']} cannot be priced."
            ),
            "unconfirmed": "; ".join(
                f"{count} {plural('line', count)} {reason}" for reason, count in sorted(doubts.items())
            ),
            "not_counted": ", ".join(cost["notCounted"]),
            "allowances": dollars(cost["freeAllowances"]["total"]) if cost["freeAllowances"]["total"] else "",
        }

    def _usage(self) -> Iterator[Mapping[str, str]]:
        config = self.entry["preview"]["config"]
        root = next((state["urn"] for state in self._states), "")
        stack, _, project = root.removeprefix("urn:pulumi:").partition("::")
        for subject, figures in StackConfig.from_pulumi(config, project.partition("::")[0], stack).usage.items():
            for figure, value in as_object(figures).items():
                yield {"subject": subject, "figure": figure, "value": _quantity(value)}

    @property
    def checks(self) -> list[Mapping[str, str]]:
        """Inputs that would be refused, or that look wrong."""
        return [
            {
                "level": check["level"],
                "resource": check["resource"],
                "path": check["path"],
                "message": check["message"],
                "line": position_text(check["sourcePosition"]),
            }
            for check in self.entry.get("checks", ())
        ]

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The findings by rule, mandatory ones first."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for finding in self.entry.get("policies", ()):
            groups.setdefault((finding["policy"], finding["level"]), []).append(finding)
        rules = _rules()
        return [
            {
                "id": policy,
                "level": level,
                "severity": found[0]["severity"],
                "title": rules[policy].title if policy in rules else "",
                "why": rules[policy].why.rstrip(".") if policy in rules else "",
                "url": rules[policy].url if policy in rules else "",
                "findings": [_finding(finding) for finding in found],
            }
            for (policy, level), found in groups.items()
        ]


def _rules() -> Mapping[str, Rule]:
    from guardrails import rules

    return {rule.id: rule for rule in rules()}


def _finding(finding: Entry) -> Mapping[str, str]:
    told = str(finding["message"]).removeprefix(f"{finding['resource']}: ")
    message, _, fix = told.partition(" Fix: ")
    waiver = finding.get("exception")
    return {
        "resource": finding["resource"],
        "message": message,
        "fix": fix,
        "waiver": f"{waiver['reason']} ({waiver['owner']}, until {waiver['expires']})" if waiver else "",
    }


def _resource(item: Entry) -> Mapping[str, Any]:
    symbol, word, colour = MARKS[item["op"]]
    return {
        "mark": Mark(symbol, word, _TONES[colour]),
        "name": item["name"],
        "type": short_type(item["type"]),
        "reasons": ", ".join(item["replaceReasons"]),
        "notes": "; ".join([*([f"was {_name(item['oldUrn'])}"] if item.get("oldUrn") else []), *item["notes"]]),
        "changes": [_change(change) for change in item["changes"][:_CHANGES]],
        "more": max(0, len(item["changes"]) - _CHANGES),
    }


def _change(change: Entry) -> Mapping[str, Any]:
    return {
        "path": change["path"],
        "old": value_text(change["old"]) if "old" in change else None,
        "new": value_text(change["new"]) if "new" in change else None,
        "note": change.get("note", ""),
        "forces": _FORCES[change["replaces"]],
    }


def _loss(loss: Entry) -> Mapping[str, Any]:
    approval = loss.get("approval")
    ways = [f"{approval['reason']} ({approval['owner']}, until {approval['expires']})"] if approval else loss["waysOut"]
    return {"blocks": loss["blocks"], "message": loss["message"], "ways": ways}


def _groups(lines: Sequence[Entry]) -> Iterator[Mapping[str, Any]]:
    """Lines by service, dearest first, with what part of the dearest each is."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        expected, maximum = sums.get(line["service"], (Decimal(0), Decimal(0)))
        sums[line["service"]] = expected + decimal(line["expected"]), maximum + decimal(line["maximum"])
    largest = max((maximum for _, maximum in sums.values()), default=Decimal(0)) or Decimal(1)
    for service, (expected, maximum) in sorted(sums.items(), key=lambda item: (-item[1][0], item[0])):
        yield {
            "service": service,
            "part": round(float(100 * expected / largest), 1),
            "most": round(float(100 * maximum / largest), 1),
            "expected": dollars(float(expected)),
            "maximum": dollars(float(maximum)),
        }


def _line_view(line: Entry) -> Mapping[str, Any]:
    return {
        "resource": line["resource"],
        "name": line["name"],
        "by_use": line.get("kind") == "usage",
        "quantity": _quantity(line["quantity"]),
        "unit": line["unit"],
        "price": f"${decimal(line['price']).normalize():f}",
        "expected": dollars(line["expected"]),
    }


def _quantity(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = f"{decimal(value):,.4f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_default_provider(state: Entry) -> bool:
    return state["type"].startswith("pulumi:providers:") and _name(state["urn"]).startswith("default")


def position_text(position: str | None) -> str:
    """``components/network/vpc.py:68`` from ``project:///../../components/network/vpc.py#68``; empty for libraries."""
    path, _, number = (position or "").removeprefix("project:///").rpartition("#")
    while path.startswith("../"):
        path = path.removeprefix("../")
    return f"{path}:{number}" if path and "/site-packages/" not in path else ""


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
