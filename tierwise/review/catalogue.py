"""The pack's rules in the terminal: all of them, one at length, and how much of AWS's standard they cover."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from guardrails import rules
from guardrails.stack_config import TIERS, nearest
from tierwise.preview.errors import ConfigError
from tierwise.style import Style, enabled

if TYPE_CHECKING:
    from guardrails.page import Coverage
    from guardrails.rule import Rule

#: Columns that an explanation is wrapped to.
_WIDTH: Final = 100


def find(words: Sequence[str]) -> list[Rule]:
    """The rules of these ids, spelt in any case.

    Args:
        words: Ids such as ``S3.9``.

    Raises:
        ConfigError: There is no such rule; the nearest is named.
    """
    known = {rule.id.lower(): rule for rule in rules()}
    ids = {rule.id for rule in known.values()}
    unknown = [word for word in words if word.lower() not in known]
    if unknown:
        raise ConfigError([f"{word}: no such rule{nearest(word, ids)}" for word in unknown])
    return [known[word.lower()] for word in words]


def rules_as_json(words: Sequence[str] = ()) -> str:
    """Rules as JSON: everything that the catalogue says of them.

    Args:
        words: Ids; every rule when there are none.
    """
    return _json([_entry(rule) for rule in (find(words) if words else rules())])


def rules_as_text() -> str:
    """Every rule on a line: id, severity, levels on dev, staging and prod, title."""
    listed = rules()
    width = max(len(rule.id) for rule in listed)
    lines = [f"{'rule':<{width}}  severity  dev        staging    prod       title"]
    for rule in listed:
        levels = "  ".join(f"{rule.levels[tier]:<9}" for tier in TIERS)
        lines.append(f"{rule.id:<{width}}  {rule.severity:<8}  {levels}  {rule.title}")
    return "\n".join([*lines, f"{len(listed)} rules; `tierwise policies ID` tells why and how to fix"])


def rules_at_length(words: Sequence[str]) -> str:
    """What each of these rules asks, why, how to fix it, and how to live without it.

    Args:
        words: Ids.

    Raises:
        ConfigError: There is no such rule.
    """
    style = Style(enabled())
    return "\n\n".join(_at_length(rule, style) for rule in find(words))


def coverage_as_json() -> str:
    """Coverage of AWS Foundational Security Best Practices as JSON, a service an entry."""
    from guardrails.page import RUNTIME, coverage

    return _json(
        [
            {
                "service": row.service,
                "judged": list(row.judged),
                "runtime": {control: RUNTIME[control] for control in row.runtime},
            }
            for row in coverage()
        ]
    )


def coverage_as_text() -> str:
    """For each service: controls judged before deployment, and those that only the running account can answer."""
    from guardrails.page import RUNTIME, coverage

    rows = coverage()
    width = max(len(row.service) for row in rows)
    lines = [f"{'service':<{width}}  judged  only at run time"]
    for row in rows:
        late = "; ".join(f"{control} ({RUNTIME[control]})" for control in row.runtime)
        lines.append(f"{row.service:<{width}}  {len(row.judged):>6}  {late}".rstrip())
    return "\n".join([*lines, _sum(rows)])


def _sum(rows: Sequence[Coverage]) -> str:
    judged, runtime = sum(len(row.judged) for row in rows), sum(len(row.runtime) for row in rows)
    return (
        f"{judged} controls of AWS Foundational Security Best Practices are judged before deployment; "
        f"{runtime} only the running account can answer"
    )


def _entry(rule: Rule) -> dict[str, Any]:
    from guardrails.page import Equivalent, equivalents

    other = equivalents().get(rule.id, Equivalent())
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "kind": rule.kind.value,
        "frameworks": list(rule.frameworks),
        "types": list(rule.types),
        "reads": list(rule.reads),
        "levels": dict(rule.levels),
        "waivable": rule.waivable,
        "why": rule.why,
        "fix": rule.fix,
        "url": rule.url,
        "checkov": other.checkov,
        "cdkNag": other.cdk_nag,
    }


def _at_length(rule: Rule, style: Style) -> str:
    entry = _entry(rule)
    levels = ", ".join(f"{rule.levels[tier]} on {tier}" for tier in TIERS)
    facts = [
        ("why", rule.why),
        ("fix", rule.fix),
        ("levels", f"{levels} ({rule.kind.value})"),
        ("judges", ", ".join(rule.types)),
        ("reads", ", ".join(rule.reads)),
        ("standards", ", ".join(rule.frameworks)),
        ("elsewhere", "; ".join(f"{tool} {entry[key]}" for tool, key in _ELSEWHERE if entry[key] != "-")),
        ("page", rule.url),
        ("waive", _waive(rule)),
    ]
    head = f"{style(rule.id, 'bold')}  {rule.severity}\n{rule.title}."
    return "\n".join([head, "", *(_fact(name, text, style) for name, text in facts if text)])


_ELSEWHERE: Final = (("Checkov", "checkov"), ("cdk-nag", "cdkNag"))


def _fact(name: str, text: str, style: Style) -> str:
    wrapped = textwrap.wrap(text, _WIDTH - 12, break_long_words=False, break_on_hyphens=False)
    return "\n".join(
        f"  {style(f'{name:<9}', 'dim') if first else ' ' * 9} {line}"
        for first, line in ((index == 0, line) for index, line in enumerate(wrapped))
    )


def _waive(rule: Rule) -> str:
    if not rule.waivable:
        return "on dev and staging only: nothing waives it on prod"
    return f'exceptions: [{{rule: {rule.id}, resource: "NAME*", reason: "…", owner: EMAIL, expires: YYYY-MM-DD}}]'


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
