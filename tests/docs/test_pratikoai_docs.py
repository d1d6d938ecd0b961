"""What PratikoAI's guides must say, and say truly."""

from __future__ import annotations

import re

import pytest

from tests.docs.guides import ROOT, configured
from tests.docs.guides import section_as_written as section

GUIDE = ROOT / "docs/pratikoai-mcp/README.md"
RUNBOOKS = ROOT / "docs/pratikoai-mcp/runbooks.md"


@pytest.mark.requirement("PRATIKO-112")
def test_the_five_checks_of_a_request() -> None:
    rows = re.findall(r"^\| (\d) \| (\w+)", section(GUIDE, "Security"), re.MULTILINE)
    assert [name for _, name in rows] == ["edge", "gateway", "authorizer", "business", "IAM"]


@pytest.mark.requirement("PRATIKO-115", check="doc")
def test_sql_injection_is_explained() -> None:
    assert "parameter of a fixed statement" in section(GUIDE, "Security")


@pytest.mark.requirement("PRATIKO-117")
def test_hipaa_names_the_addendum() -> None:
    assert "Business Associate Addendum" in section(GUIDE, "Compliance")


@pytest.mark.requirement("PRATIKO-119", check="doc")
def test_the_plan_of_three_years_adds_up() -> None:
    text = section(GUIDE, "Cost")
    rows = dict(re.findall(r"^\| ([a-z ,]+) \| (.+) \|$", text, re.MULTILINE))
    years = [float(cell.replace(" ", "")) for cell in rows["planned infrastructure, a year"].split(" | ")]
    months = [float(cell) for cell in rows["a month"].split(" | ")]
    assert years == [27.60, 737.60, 3600]
    assert [round(month * 12, 1) for month in months] == [27.6, 737.6, 3600]
    assert "27.60 | 3 617.60 | 9 600" in text


@pytest.mark.requirement("PRATIKO-124", check="doc")
def test_what_saves_is_named() -> None:
    text = section(GUIDE, "Cost")
    assert "reserved capacity** saves 40 %" in text
    assert "CacheHitRate" in text


@pytest.mark.requirement("PRATIKO-104", check="doc")
def test_grafana_is_set_up_by_two_values() -> None:
    text = section(GUIDE, "Grafana")
    assert "accountId" in text
    assert "externalId" in text


@pytest.mark.requirement("PRATIKO-109", check="doc")
def test_targets_and_the_load_test_have_the_figures() -> None:
    targets, plan = section(GUIDE, "Targets"), section(GUIDE, "Load test")
    assert "p50 50 ms, p95 200 ms, p99 1 000 ms" in targets
    assert "1 000 warm, 10 cold, 100 on the one staging server" in targets
    assert "99.9 %" in targets
    assert "p95 under 200 ms" in plan


@pytest.mark.requirement("PRATIKO-136")
def test_a_regions_outage_has_its_times() -> None:
    text = section(GUIDE, "Disaster recovery")
    assert "| region | 2 to 24 hours |" in text
    assert "status page" in text


@pytest.mark.requirement("PRATIKO-132", check="doc")
@pytest.mark.requirement("PRATIKO-68", check="doc")
@pytest.mark.requirement("PRATIKO-101", check="doc")
@pytest.mark.requirement("PRATIKO-137")
@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Cost spike", "throttling/rateLimit"),
        ("Hot partition", "contributorInsights"),
        ("Cold starts", "provisionedConcurrency"),
        ("Outage", "status page"),
        ("Data loss", "1 to 4 hours"),
        ("Migration", "--dry-run"),
        ("Gateway quota", "5 to 7 working days"),
        ("Rehearsal", "Once a quarter"),
    ],
)
def test_there_is_a_runbook(title: str, words: str) -> None:
    assert words in section(RUNBOOKS, title)


@pytest.mark.requirement("PRATIKO-17")
@pytest.mark.requirement("PRATIKO-44")
@pytest.mark.requirement("PRATIKO-57")
@pytest.mark.requirement("PRATIKO-72", check="doc")
@pytest.mark.requirement("PRATIKO-110")
@pytest.mark.requirement("PRATIKO-139")
@pytest.mark.requirement("PRATIKO-140")
@pytest.mark.requirement("PRATIKO-141", check="doc")
@pytest.mark.requirement("PRATIKO-142")
@pytest.mark.parametrize(
    "name",
    [
        "second region with its own stack",
        "AppSync",
        "Fargate, Lambda and Fargate together, EKS",
        "Global Tables",
        "DataDog, New Relic",
        "Aurora Serverless",
        "above 50 MB is split",
        "a quarter of users are abroad",
        "Lambda@Edge",
        "SageMaker; Kinesis",
        "Cloudflare",
    ],
)
def test_growth_has_a_trigger_for_each_step(name: str) -> None:
    assert name in section(GUIDE, "Growth")


def test_alarms_that_guides_name_exist() -> None:
    presets = configured("pratikoai-mcp")["presets"]
    alarms = {name for preset in presets.values() for name in preset["observability"]["metricAlarms"]}
    named = set(re.findall(r"[Aa]larm `([a-z-]+)`", GUIDE.read_text() + RUNBOOKS.read_text()))
    assert named - {"health"} <= alarms
    assert named
