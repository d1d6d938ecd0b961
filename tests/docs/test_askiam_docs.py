"""AskIAM's pages say the decisive facts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.docs import guides

PAGES = guides.ROOT / "docs/askiam"


def section(page: str, heading: str) -> str:
    return guides.section_of(PAGES / page, heading)


def configured() -> dict[str, Any]:
    return guides.configured("askiam")


@pytest.mark.requirement("ASKIAM-03", check="doc")
def test_the_load_plan_needs_no_server_and_has_figures_to_pass() -> None:
    plan = section("README.md", "Load plan")
    for fact in ("without a server", "1 000 calls at once", "under 1 %", "throttles at zero", "under 5 s"):
        assert fact in plan


@pytest.mark.requirement("ASKIAM-101")
def test_chaos_comes_before_launch() -> None:
    assert "Chaos" in section("README.md", "Load plan")
    assert "load and chaos there, then prod" in section("README.md", "First deployment")


@pytest.mark.requirement("ASKIAM-11")
def test_two_zones_are_a_decision() -> None:
    zones = section("README.md", "Zones")
    assert "in one zone" in zones
    assert "Two zones it is" in zones


@pytest.mark.requirement("ASKIAM-14")
def test_clients_are_hosted_elsewhere() -> None:
    clients = section("README.md", "Clients")
    assert "hosted elsewhere" in clients
    for key in ("web-ui", "mobile-app"):
        assert key in clients
        assert key in configured()["restApi"]["usagePlans"]["clients"]["keys"]


@pytest.mark.requirement("ASKIAM-62", check="doc")
def test_secrets_have_two_versions() -> None:
    secrets = section("README.md", "Secrets")
    assert "AWSCURRENT and AWSPREVIOUS" in secrets
    assert "not a setting" in secrets


@pytest.mark.requirement("ASKIAM-89")
def test_what_cannot_be_reserved_is_said() -> None:
    cost = section("README.md", "Cost")
    assert "no reserved instances" in cost
    assert "savings plan" in cost
    for preset in re.findall(r"askiam:preset: (\w+)", cost):
        assert preset in configured()["presets"]


@pytest.mark.requirement("ASKIAM-95", check="doc")
def test_recovery_has_its_targets() -> None:
    assert "RTO under 1 hour" in section("README.md", "Targets")
    assert "RPO under 15 minutes" in section("README.md", "Targets")
    assert "under the 15 asked for" in section("README.md", "Recovery")


@pytest.mark.requirement("ASKIAM-97", check="doc")
def test_the_collection_is_filled_again() -> None:
    assert "no snapshots of one's own" in section("README.md", "Recovery")
    assert "from `audit_log`" in section("runbooks.md", "Fill the index again")


@pytest.mark.requirement("ASKIAM-102")
def test_there_is_a_way_from_alarm_to_platform_team() -> None:
    rings = section("runbooks.md", "When an alarm rings")
    for step in ("topic", "Slack", "trace", "close the ticket", "platform team"):
        assert step in rings
    for alarm in configured()["observability"]["metricAlarms"]:
        assert f"`{alarm}`" in rings
    for query in re.findall(r"query `([a-z-]+)`", rings):
        assert query in configured()["observability"]["savedQueries"]


@pytest.mark.requirement("ASKIAM-103")
@pytest.mark.requirement("ASKIAM-104")
def test_growth_names_quotas_and_regions() -> None:
    growth = section("README.md", "Growth")
    for fact in ("concurrent executions", "aurora.maxAcu", "search.searching.max", "failover records"):
        assert fact in growth
