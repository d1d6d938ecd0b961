"""Phoney's pages say the decisive facts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.docs import guides
from tests.docs.guides import ROOT

PAGES = ROOT / "docs/phoney"


def section(page: str, heading: str) -> str:
    return guides.section_of(PAGES / page, heading)


def configured() -> dict[str, Any]:
    return guides.configured("phoney")


@pytest.mark.requirement("PHONEY-06")
def test_availability_is_a_target_that_is_watched() -> None:
    targets = section("README.md", "Targets")
    assert "99.9 %" in targets
    assert "not a guarantee" in targets
    assert configured()["observability"]["healthCheck"]["path"] in targets


@pytest.mark.requirement("PHONEY-26")
def test_the_load_plan_has_figures_to_pass() -> None:
    plan = section("README.md", "Load plan")
    for fact in ("1 000 calls at once", "200 ms", "under 2 s", "throttles at zero", "provisionedConcurrency"):
        assert fact in plan


@pytest.mark.requirement("PHONEY-19")
@pytest.mark.requirement("PHONEY-69")
def test_growth_names_regions_cache_and_ready_instances() -> None:
    growth = section("README.md", "Growth")
    for fact in ("Several regions", "latency records", "phoney:preset: cache", "provisionedConcurrency"):
        assert fact in growth
    assert "cache" in configured()["presets"]


@pytest.mark.requirement("PHONEY-49")
def test_an_auditor_finds_audit_logs_and_least_privilege() -> None:
    page = section("README.md", "Compliance")
    for fact in ("SOC 2 Type II", "access log", "CloudTrail", "its one secret", "CC8.1"):
        assert fact in page


@pytest.mark.requirement("PHONEY-51")
def test_stale_libraries_are_named_and_gone() -> None:
    assert "`python-jose` and `passlib`" in section("README.md", "Compliance")
    pins = (ROOT / "workloads/functions/phoney/requirements.txt").read_text()
    assert not re.search(r"jose|passlib", pins)
    fastapi = re.search(r"^fastapi==0\.(\d+)", pins, re.MULTILINE)
    assert fastapi is not None
    assert int(fastapi[1]) > 110


@pytest.mark.requirement("PHONEY-56")
def test_cost_is_lowered_by_what_exists() -> None:
    cost = section("README.md", "Cost")
    assert "neither spot nor reserved capacity" in cost
    for lever in ("memory", "log retention", "savings plan"):
        assert lever in cost


@pytest.mark.requirement("PHONEY-66")
def test_recovery_is_a_deployment() -> None:
    recovery = section("README.md", "Recovery")
    for fact in ("nothing to back up", "RTO | 1 hour", "RPO | 0", "keeps ten images"):
        assert fact in recovery


@pytest.mark.requirement("PHONEY-67")
def test_the_first_deployment_is_a_checklist() -> None:
    page = section("README.md", "First deployment")
    assert "Two to four hours" in page
    assert page.count("- [ ]") >= 10


@pytest.mark.requirement("PHONEY-68")
def test_there_is_a_runbook_for_every_alarm_and_the_usual_tasks() -> None:
    rings = section("runbooks.md", "When an alarm rings")
    for alarm in (*configured()["observability"]["metricAlarms"], "health"):
        assert f"`{alarm}`" in rings
    for query in re.findall(r"quer(?:y|ies) `([a-z-]+)`", rings):
        assert query in configured()["observability"]["savedQueries"]
    for task in ("Smoke test", "Roll back", "Set the password", "Replace the signing key"):
        section("runbooks.md", task)


def test_the_runbooks_use_no_variable_that_nobody_explains() -> None:
    text = (PAGES / "runbooks.md").read_text()
    used = set(re.findall(r"\$([A-Z]+)", text))
    assert used - set(re.findall(r"^ *([A-Z]+)=", text, re.MULTILINE)) == {"PASSWORD", "DEPLOYMENT", "VERSION"}
