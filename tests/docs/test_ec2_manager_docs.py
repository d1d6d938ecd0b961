"""EC2 Manager's pages say the decisive facts; the contract is valid and true."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from tests.docs import guides
from tests.docs.guides import ROOT

PAGES = ROOT / "docs/ec2-manager"
SYSTEM = ROOT / "systems/ec2-manager"


def section(page: str, heading: str) -> str:
    return guides.section_of(PAGES / page, heading)


def configured() -> dict[str, Any]:
    return guides.configured("ec2-manager")


def contract() -> dict[str, Any]:
    """The API's contract."""
    return yaml.safe_load((PAGES / "openapi.yaml").read_text())


@pytest.mark.requirement("EC2M-33", check="doc")
@pytest.mark.requirement("EC2M-33", check="ci")
def test_the_contract_is_valid() -> None:
    validate(contract())


@pytest.mark.requirement("EC2M-33", check="doc")
def test_the_contract_has_the_routes_of_the_plan() -> None:
    described = {
        f"{verb.upper()} {path}": operation
        for path, item in contract()["paths"].items()
        for verb, operation in item.items()
        if verb in ("get", "post", "put", "patch", "delete")
    }
    routes = configured()["restApi"]["routes"]
    assert set(described) == set(routes)
    for key, route in routes.items():
        # Without an entry of its own an operation takes the contract's: users.
        assert (described[key].get("security", contract()["security"]) == []) is ("authorizer" not in route), key
        assert "401" in described[key]["responses"] or "authorizer" not in route


@pytest.mark.requirement("EC2M-09", check="doc")
@pytest.mark.requirement("EC2M-91")
def test_prod_is_changed_by_code_and_entered_with_a_second_factor() -> None:
    access = section("README.md", "Access")
    for fact in (
        "Nothing is made by hand in prod",
        "all infrastructure is code",
        "second factor always",
        "No IAM users",
    ):
        assert fact in access


@pytest.mark.requirement("EC2M-18", check="doc")
@pytest.mark.requirement("EC2M-123", check="doc")
def test_a_breach_has_an_order() -> None:
    breach = section("runbooks.md", "Breach")
    steps = ("revoke-sessions", "isolate ec2-manager/prod", "Keep what happened", "known to be clean")
    places = [breach.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.requirement("EC2M-85")
def test_page_and_accessibility_are_watched() -> None:
    page = section("README.md", "Page")
    for fact in ("1 second", "WCAG 2.2 AA", "CachingOptimized"):
        assert fact in page
    assert configured()["observability"]["canaries"]["site"]["loadMs"] == 1000


@pytest.mark.requirement("EC2M-105", check="doc")
@pytest.mark.requirement("EC2M-113")
def test_changes_are_classed_reviewed_and_approved() -> None:
    changes = section("README.md", "Changes")
    for fact in ("RFC", "peer", "security team", "DevOps lead or the engineering manager", "CTO", "review afterwards"):
        assert fact in changes
    for risk in ("| low |", "| medium |", "| high |"):
        assert risk in changes


@pytest.mark.requirement("EC2M-112")
def test_every_layer_and_metric_has_an_owner() -> None:
    ownership = section("README.md", "Ownership")
    for fact in (
        "runs | reviews | audits",
        "audit trail, backups",
        "platform team",
        "security team",
        "business metrics",
    ):
        assert fact in ownership


@pytest.mark.requirement("EC2M-117", check="doc")
def test_recovery_has_objectives() -> None:
    recovery = section("README.md", "Recovery")
    for row in (
        "application error | 15 minutes | 0",
        "data corruption | 2 hours | 1 hour",
        "infrastructure | 4 hours | 1 hour",
        "region lost | 8 hours | 4 hours",
    ):
        assert row in recovery


@pytest.mark.requirement("EC2M-121", check="doc")
def test_the_quarterly_exercise_is_a_checklist() -> None:
    recovery = section("README.md", "Recovery")
    assert recovery.count("- [ ]") >= 5
    assert "prod's data never goes to dev" in recovery


@pytest.mark.requirement("EC2M-124", check="doc")
def test_capacity_has_figures() -> None:
    capacity = section("README.md", "Capacity")
    for fact in ("100 users at once", "three times the users", "five times the requests", "twice the storage"):
        assert fact in capacity
    throttle = configured()["restApi"]["throttle"]
    assert f"{throttle['rate']} requests a second and {throttle['burst']} at a moment" in capacity
    requests = configured()["usage"]["aws:apigateway:RestApi"]["requests"]
    assert requests["max"] == 5 * requests["expected"]


@pytest.mark.requirement("EC2M-19")
@pytest.mark.requirement("EC2M-41")
@pytest.mark.requirement("EC2M-50")
@pytest.mark.requirement("EC2M-86")
@pytest.mark.requirement("EC2M-100")
@pytest.mark.requirement("EC2M-125")
@pytest.mark.requirement("EC2M-126")
@pytest.mark.requirement("EC2M-127")
def test_growth_is_told_apart_from_what_there_is() -> None:
    growth = section("README.md", "Growth")
    assert growth.strip().startswith("Not built")
    for fact in (
        "active-passive",
        "Isolated subnets",
        "A/B tests",
        "ECS",
        "Savings plans",
        "predictive scaling",
        "Security Hub",
        "Deeper tracing",
        "machine learning",
        "provisioned capacity",
        "transfer acceleration",
        "flags in the pipeline",
    ):
        assert fact in growth
    assert "guard-duty" in configured()["presets"]


def test_there_is_a_way_on_for_every_alarm() -> None:
    rings = section("runbooks.md", "When an alarm rings")
    canaries = [f"{name}-unavailable" for name in configured()["observability"]["canaries"]]
    for alarm in (*configured()["observability"]["metricAlarms"], *canaries):
        assert f"`{alarm}`" in rings, alarm
    for query in re.findall(r"quer(?:y|ies) `([a-z-]+)`", rings):
        assert query in configured()["observability"]["savedQueries"]


def test_every_note_of_the_rows_has_its_decision() -> None:
    text = (SYSTEM / "README.md").read_text()
    for fact in (
        "nodejs24.x", "azCount: 1", "NAT alone in public subnets", "secret header", "one NAT gateway on dev",
        "api-cache", "up to 900", "AWS's for table and buckets", "X-Ray both there and planned",
        "401 and 403 in the access log",
        "a warning after 3 × 5 minutes", "America/Los_Angeles", "the loss has no bound", "scratch table of prod",
        "CDK, TypeScript", "no dates",
    ):  # fmt: skip
        assert fact in text, fact
