"""The issues of a preview as JUnit XML, for the test reports of CI servers: a suite a stack, a case a rule."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tierwise.review.diff_text import clean
from tierwise.review.issues import OWN_RULES, Issue, ReviewedStack

#: Each of them is a case of every stack, so that a stack with nothing against it shows what was looked at.
_CASES: Final = ("configuration", "program", "input", "data-loss", "budget")
_TITLES: Final[Mapping[str, str]] = {
    **OWN_RULES,
    "input": "The SDK and AWS accept every input",
    "budget": "The cost fits the budget",
}


def junit(stacks: Sequence[ReviewedStack], issues: Iterable[Issue]) -> str:
    """The issues as JUnit XML. Errors are failures; warnings and notes are the output of cases that pass.

    Args:
        stacks: Those that were reviewed.
        issues: What was found; those without a stack make a suite of their own.
    """
    by_stack: dict[str, list[Issue]] = {stack.target.key: [] for stack in stacks}
    for issue in issues:
        by_stack.setdefault(issue.stack, []).append(issue)
    seconds = {stack.target.key: (stack.entry or {}).get("duration_s", 0.0) for stack in stacks}
    suites = [_suite(key, found, float(seconds.get(key, 0.0))) for key, found in by_stack.items()]
    root = ET.Element("testsuites", _counts(suites) | {"name": "tierwise preview"})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(stack: str, issues: Sequence[Issue], seconds: float) -> ET.Element:
    suite_name = clean(stack) or "preview"
    cases = {
        name: ET.Element("testcase", {"name": clean(_TITLES.get(name, name)), "classname": suite_name})
        for name in _names(stack, issues)
    }
    for name, case in cases.items():
        found = [issue for issue in issues if _case(issue) == name]
        errors = [issue for issue in found if issue.level == "error"]
        if errors:
            failure = ET.SubElement(case, "failure", {"type": clean(name), "message": clean(errors[0].message)})
            failure.text = "\n".join(map(_line, errors))
        others = [issue for issue in found if issue.level != "error"]
        if others:
            ET.SubElement(case, "system-out").text = "\n".join(map(_line, others))
    failures = sum(case.find("failure") is not None for case in cases.values())
    suite = ET.Element(
        "testsuite",
        {
            "name": suite_name,
            "tests": str(len(cases)),
            "failures": str(failures),
            "errors": "0",
            "skipped": "0",
            "time": f"{seconds:.3f}",
        },
    )
    suite.extend(cases.values())
    return suite


def _names(stack: str, issues: Sequence[Issue]) -> list[str]:
    always = _CASES if stack else ()
    return [*always, *sorted({_case(issue) for issue in issues} - set(always))]


def _case(issue: Issue) -> str:
    if issue.rule.startswith("input-"):
        return "input"
    return "budget" if issue.rule.startswith("P.Budget.") else issue.rule


def _line(issue: Issue) -> str:
    where = f"{issue.place.file}:{issue.place.line}  " if issue.place else ""
    waived = f" (waived until {issue.exception['expires']}: {issue.exception['reason']})" if issue.exception else ""
    return clean(f"{where}{issue.level}: {issue.message}{waived}")


def _counts(suites: Sequence[ET.Element]) -> dict[str, str]:
    return {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in ("tests", "failures", "errors")}
