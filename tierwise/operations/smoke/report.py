"""The findings of a smoke test as a table and as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tierwise.operations.console import Console, duration
from tierwise.operations.smoke.checks import Check, failed

_MARKS: Final = {"pass": ("ok", "green"), "warn": ("note", "yellow"), "fail": ("FAIL", "red"), "skip": ("skip", "dim")}


def print_table(console: Console, checks: Sequence[Check]) -> None:
    """Print one line a finding, and below a failure what more is known."""
    groups = max((len(check.group) for check in checks), default=0)
    names = max((len(check.name) for check in checks), default=0)
    for check in checks:
        mark, colour = _MARKS[check.state]
        time = f" ({duration(check.seconds)})" if check.seconds >= 0.05 else ""
        console.say(
            f"{console.style(mark.ljust(4), colour)}  {check.group.ljust(groups)}  {check.name.ljust(names)}  "
            f"{check.detail}{time}"
        )
        for line in check.lines:
            console.say(f"{' ' * (groups + names + 10)}{console.style(line, 'dim')}")
    wrong = len(failed(checks))
    verdict = f"{wrong} of {len(checks)} checks failed" if wrong else f"{len(checks)} checks, nothing failed"
    console.say(console.style(verdict, "bold", "red" if wrong else "green"))


def write_junit(file: Path, stack: str, checks: Sequence[Check], seconds: float) -> None:
    """Write the findings as JUnit XML, which pipelines show test by test.

    Args:
        file: Where to.
        stack: The stack.
        checks: The findings.
        seconds: How long it all took.
    """
    suite = ElementTree.Element(
        "testsuite",
        name=f"smoke {stack}",
        tests=str(len(checks)),
        failures=str(len(failed(checks))),
        skipped=str(sum(check.state == "skip" for check in checks)),
        time=f"{seconds:.3f}",
    )
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"smoke.{check.group}", name=check.name, time=f"{check.seconds:.3f}"
        )
        if check.state == "fail":
            ElementTree.SubElement(case, "failure", message=check.detail).text = "\n".join(check.lines)
        elif check.state == "skip":
            ElementTree.SubElement(case, "skipped", message=check.detail)
        else:
            ElementTree.SubElement(case, "system-out").text = check.detail
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)
