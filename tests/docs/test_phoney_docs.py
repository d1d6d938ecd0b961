"""Phoney's pages exist, say the decisive facts, and name only what exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from .aws_commands import commands, problems

ROOT = Path(__file__).parents[2]
PHONEY = ROOT / "docs" / "phoney"
PAGES = [*sorted(PHONEY.glob("*.md")), ROOT / "systems/phoney/README.md", ROOT / "workloads/functions/phoney/README.md"]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")


def section(page: str, heading: str) -> str:
    """One section's text, line breaks taken out, so that a sentence is found wherever it breaks."""
    text = (PHONEY / page).read_text()
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {heading}"
    return re.sub(r"\s+", " ", found[1].replace("**", ""))


def configured() -> dict[str, Any]:
    """The sections of Phoney's configuration."""
    document = yaml.safe_load((ROOT / "systems/phoney/Pulumi.yaml").read_text())
    return {name: entry["value"] for name, entry in cast("dict[str, dict[str, Any]]", document["config"]).items()}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text()):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_aws_command_exists(page: Path) -> None:
    assert [problem for command in commands(page.read_text()) for problem in problems(*command)] == []


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
    text = (PHONEY / "runbooks.md").read_text()
    used = set(re.findall(r"\$([A-Z]+)", text))
    assert used - set(re.findall(r"^ *([A-Z]+)=", text, re.MULTILINE)) == {"PASSWORD", "DEPLOYMENT", "VERSION"}


def test_prices_on_the_systems_page_are_those_of_the_preview() -> None:
    from tests.support.stacks import reviewed

    text = re.sub(r"\s+", " ", (ROOT / "systems/phoney/README.md").read_text())
    found = re.search(r"(\d+) USD a month on dev, (\d+) on staging, (\d+) on prod", text)
    assert found is not None
    for stage, stated in zip(("dev", "staging", "prod"), found.groups(), strict=True):
        estimate = reviewed("phoney", stage).estimate
        assert estimate is not None
        assert round(estimate.expected) == int(stated), stage
