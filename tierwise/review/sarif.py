"""The issues of a preview as SARIF 2.1.0, for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

GitHub reads ``ruleId``, ``level``, ``message``, the first location and ``partialFingerprints``
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning);
what it does not read is there for other viewers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tierwise.review.diff_text import clean
from tierwise.review.issues import OWN_RULES, Issue
from tierwise.review.places import Place

if TYPE_CHECKING:
    from guardrails.rule import Rule

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: What GitHub shows as low, medium, high and critical, on the scale of CVSS.
_SECURITY_SEVERITY: Final = {"low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
_ROOT: Final = "REPOSITORY"
_MESSAGE: Final = 1_000


def sarif(issues: Sequence[Issue], *, complete: bool = True) -> str:
    """The issues as a SARIF log of one run.

    Args:
        issues: What was found.
        complete: False for a preview that failed before it had judged every stack; a viewer then closes no alert.
    """
    from guardrails import rules

    known = {rule.id: rule for rule in rules()}
    ids = [*known, *OWN_RULES, *sorted({issue.rule for issue in issues} - known.keys() - OWN_RULES.keys())]
    index = {rule: number for number, rule in enumerate(ids)}
    failures = [issue for issue in issues if issue.rule == "preview"]
    invocation: dict[str, Any] = {"executionSuccessful": complete}
    if failures:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": text(issue.message)}} for issue in failures
        ]
    run = {
        "tool": {
            "driver": {
                "name": "tierwise",
                "organization": "tierwise",
                "rules": [_policy(known[rule]) if rule in known else _own(rule) for rule in ids],
            }
        },
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [_result(issue, index[issue.rule]) for issue in issues],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def text(message: str) -> str:
    """A message in which nothing is a link or a placeholder (SARIF 3.11.5, 3.11.6), on one line, of bounded length."""
    shown = clean(message)
    shown = shown if len(shown) <= _MESSAGE else f"{shown[: _MESSAGE - 1]}…"
    for meant, written in (("\\", "\\\\"), ("[", "\\["), ("]", "\\]"), ("{", "{{"), ("}", "}}")):
        shown = shown.replace(meant, written)
    return shown


def _policy(rule: Rule) -> dict[str, Any]:
    blocks = "mandatory" in rule.levels.values()
    help_text = f"{rule.why}\n\nFix: {rule.fix}\n\n{rule.url}"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": help_text, "markdown": f"{rule.why}\n\n```python\n{rule.fix}\n```\n\n[{rule.id}]({rule.url})"},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": "error" if blocks else "warning"},
        "properties": {
            "tags": ["infrastructure", "security", rule.kind.value, *rule.frameworks],
            "precision": "high",
            "security-severity": _SECURITY_SEVERITY[rule.severity],
            "levels": dict(rule.levels),
        },
    }


def _own(rule: str) -> dict[str, Any]:
    title = OWN_RULES.get(rule, rule)
    return {
        "id": rule,
        "shortDescription": {"text": title},
        "help": {"text": f"{title}. `tierwise preview` says more."},
        "properties": {"tags": ["infrastructure"], "precision": "very-high"},
    }


def _result(issue: Issue, rule: int) -> dict[str, Any]:
    where = f"{issue.stack}: " if issue.stack else ""
    location: dict[str, Any] = {}
    if issue.place is not None:
        location["physicalLocation"] = _physical(issue.place)
    if issue.urn:
        location["logicalLocations"] = [
            {"name": clean(issue.resource), "fullyQualifiedName": clean(issue.urn), "kind": "resource"}
        ]
    result: dict[str, Any] = {
        "ruleId": issue.rule,
        "ruleIndex": rule,
        "level": issue.level,
        "message": {"text": text(f"{where}{issue.message}")},
        "partialFingerprints": {"tierwise/v1": _fingerprint(issue)},
        "properties": {"stack": clean(issue.stack)},
    }
    if location:
        result["locations"] = [location]
    if issue.code is not None and issue.code != issue.place:
        made = {"text": "The code that makes the resource."}
        result["relatedLocations"] = [{"id": 1, "physicalLocation": _physical(issue.code), "message": made}]
    if issue.exception is not None:
        reason = f"{issue.exception['reason']} ({issue.exception['owner']}, until {issue.exception['expires']})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": clean(reason)}]
    return result


def _physical(place: Place) -> dict[str, Any]:
    from urllib.parse import quote

    return {
        "artifactLocation": {"uri": quote(place.file), "uriBaseId": _ROOT},
        "region": {"startLine": place.line},
    }


def _fingerprint(issue: Issue) -> str:
    """The same for the same fault in another revision, wherever its line has moved to."""
    told = issue.urn or issue.message
    return hashlib.sha256("\0".join((issue.stack, issue.rule, told)).encode(errors="replace")).hexdigest()[:32]
