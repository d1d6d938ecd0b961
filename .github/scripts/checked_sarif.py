"""Prints a preview's SARIF made anew from what is plain in it, for an upload with rights; fails when it is not SARIF.

The preview ran a pull request's code, so its file may be anything. What is kept: rule ids and titles, levels, messages,
lines of files of the repository. What is not: Markdown, links but AWS's own pages, other tools' names, paths that leave
the repository, more than GitHub takes.

    python3 checked_sarif.py FILE
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

MOST_BYTES = 20 * 1024 * 1024
MOST_RESULTS = 5_000
MOST_RULES = 1_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_PRINT = re.compile(r"[0-9a-f]{32}")
_PAGE = re.compile(r"https://docs\.aws\.amazon\.com/[\w./#%-]{1,200}")
_PATH = re.compile(r"(?!/)(?!.*(^|/)\.\.(/|$))[\w .%/-]{1,300}")
_LEVELS = ("error", "warning", "note")
_SEVERITY = re.compile(r"(10|\d)\.\d")


class NotSarifError(Exception):
    """The file is not what a preview writes."""


def checked(document: Any) -> dict[str, Any]:
    """The log made anew.

    Raises:
        NotSarifError: It has not the form.
    """
    (run,) = _list(_at(document, "runs"), 1)
    if _at(_at(_at(run, "tool"), "driver"), "name") != "tierwise":
        raise NotSarifError("another tool's")
    rules = [_rule(rule) for rule in _list(_at(_at(_at(run, "tool"), "driver"), "rules"), MOST_RULES)]
    known = {rule["id"] for rule in rules}
    results = [_result(result, known) for result in _list(_at(run, "results"), MOST_RESULTS)]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "tierwise", "rules": rules}}, "results": results}],
    }


def _rule(rule: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": _match(_ID, _at(rule, "id")),
        "shortDescription": {"text": _text(_at(_at(rule, "shortDescription"), "text"), 200)},
    }
    page = rule.get("helpUri")
    if isinstance(page, str) and _PAGE.fullmatch(page):
        made["helpUri"] = page
    severity = rule.get("properties", {}).get("security-severity")
    if isinstance(severity, str) and _SEVERITY.fullmatch(severity):
        made["properties"] = {"security-severity": severity, "tags": ["security"]}
    return made


def _result(result: Any, rules: set[str]) -> dict[str, Any]:
    rule = _match(_ID, _at(result, "ruleId"))
    level = _at(result, "level")
    if rule not in rules or level not in _LEVELS:
        raise NotSarifError("a result without a rule or level")
    made: dict[str, Any] = {
        "ruleId": rule,
        "level": level,
        "message": {"text": _text(_at(_at(result, "message"), "text"), 2_000)},
        "partialFingerprints": {"tierwise/v1": _match(_PRINT, _at(_at(result, "partialFingerprints"), "tierwise/v1"))},
    }
    locations = [_location(location) for location in _list(result.get("locations", []), 1)]
    return {**made, "locations": [location for location in locations if location]}


def _location(location: Any) -> dict[str, Any] | None:
    if "physicalLocation" not in location:
        return None
    physical = location["physicalLocation"]
    line = _at(_at(physical, "region"), "startLine")
    if not isinstance(line, int) or isinstance(line, bool) or not 1 <= line <= 1_000_000:
        raise NotSarifError("no such line")
    uri = _match(_PATH, _at(_at(physical, "artifactLocation"), "uri"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}


def _at(value: Any, key: str) -> Any:
    if not isinstance(value, dict) or key not in value:
        raise NotSarifError(f"no {key}")
    return value[key]


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise NotSarifError("not a list of that length")
    return value


def _match(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotSarifError("not of the form")
    return value


def _text(value: Any, most: int) -> str:
    """Text that links to nothing: a bracket counts in SARIF's messages unless a backslash stands before it."""
    if not isinstance(value, str):
        raise NotSarifError("no text")
    plain = "".join(char if char.isprintable() else " " for char in value)
    return re.sub(r"\\*([\[\]])", r"\\\1", plain)[:most].rstrip("\\")


def main(file: str) -> int:
    """Print the log, or say why not."""
    path = Path(file)
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            raise NotSarifError("too large, or a link")
        print(json.dumps(checked(json.loads(path.read_bytes()))))
    except (OSError, ValueError, RecursionError, AttributeError, NotSarifError) as error:
        print(f"not uploaded: {type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
