"""Each alarm of each shipped stack has a runbook, and its description ends in the link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.stacks import ROOT, reviewed
from tierwise.targets import Target, all_targets

ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
LINK = re.compile(r"\. (?P<file>docs/runbooks/[a-z0-9-]+\.md)#(?P<heading>[a-z0-9-]+)$")


def headings(file: Path) -> set[str]:
    """A file's headings, as GitHub links them."""
    if not file.is_file():
        return set()
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("target", all_targets(ROOT), ids=lambda target: target.key)
def test_each_alarm_has_a_runbook(target: Target) -> None:
    stack = reviewed(target.system, target.stage).plan.view()
    missing: list[str] = []
    for alarm in (alarm for token in ALARMS for alarm in stack.of_type(token)):
        found = LINK.search(str(alarm.get("alarmDescription")))
        if found is None:
            missing.append(f"{alarm.name}: its description ends in no link to docs/runbooks")
        elif found["heading"] not in headings(ROOT / found["file"]):
            missing.append(f"{alarm.name}: write {found['file']} with a heading {found['heading']}")
    assert missing == []


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_links_of_a_runbook_lead_somewhere(file: Path) -> None:
    broken: list[str] = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", file.read_text(encoding="utf-8")):
        name, _, heading = link.partition("#")
        there = (file.parent / name).resolve() if name else file
        if not there.exists() or (heading and heading not in headings(there)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_commands_of_a_runbook_exist(file: Path) -> None:
    from typer.main import get_command

    from tierwise.cli import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"(?:^ {4}|`)tierwise ([a-z][a-z-]*)", file.read_text(encoding="utf-8"), re.MULTILINE))
    assert sorted(named - known) == []
