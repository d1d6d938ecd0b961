"""Each alarm of each shipped stack has a runbook, and its description ends in the link."""

from __future__ import annotations

import re

import pytest

from tests.docs.guides import headings
from tests.support.stacks import ROOT, reviewed
from tierwise.targets import Target, all_targets

ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
LINK = re.compile(r"\. (?P<file>docs/runbooks/[a-z0-9-]+\.md)#(?P<heading>[a-z0-9-]+)$")


@pytest.mark.parametrize("target", all_targets(ROOT), ids=lambda target: target.key)
def test_each_alarm_has_a_runbook(target: Target) -> None:
    stack = reviewed(target.system, target.stage).plan.view()
    missing: list[str] = []
    for alarm in (alarm for token in ALARMS for alarm in stack.of_type(token)):
        found = LINK.search(str(alarm.get("alarmDescription")))
        if found is None:
            missing.append(f"{alarm.name}: its description ends in no link to docs/runbooks")
        elif not (ROOT / found["file"]).is_file() or found["heading"] not in headings(ROOT / found["file"]):
            missing.append(f"{alarm.name}: write {found['file']} with a heading {found['heading']}")
    assert missing == []
