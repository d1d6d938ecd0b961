"""Pika's pages and runbooks say the decisive facts."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.docs import guides
from tests.docs.aws_commands import commands
from tests.docs.guides import ROOT

PIKA = ROOT / "docs" / "pika"
RUNBOOKS = ROOT / "docs" / "runbooks"
CONTAINER = ROOT / "workloads" / "container"


def text(name: str) -> str:
    return guides.flowing((ROOT / "docs" / name).read_text())


def configured() -> dict[str, Any]:
    return guides.configured("pika")


# Chosen by the reader from what the command before has shown; the last one is awk's own.
CHOSEN = {"MOMENT", "CLASS", "SUBNETS", "PARAMETERS", "GROUP", "PREVIOUS", "NODE", "SNAPSHOT", "ENGINE", "TYPE"} | {
    *("PARAMETER", "URL", "NEW", "TARGETS", "QUERY", "NAME", "BACKUPS", "NF")
}


def test_the_runbooks_use_no_variable_that_nobody_explains() -> None:
    for page in RUNBOOKS.glob("*.md"):
        body = page.read_text() + (RUNBOOKS / "README.md").read_text()
        used = set(re.findall(r"\$\{?([A-Z_]{2,})", page.read_text()))
        given = set(re.findall(r"\b([A-Z_]{2,})=", body))
        assert used <= given | CHOSEN, f"{page.name}: {sorted(used - given - CHOSEN)}"


@pytest.mark.requirement("PIKA-01")
def test_the_load_test_is_for_fifty_users() -> None:
    page = text("pika/load-test-plan.md")
    assert "50 virtual users" in page
    assert "50 users for 30 minutes" in page
    assert "latency of the API, 95th percentile at the load balancer | 200 ms" in page
    assert "Passed when" in page


@pytest.mark.requirement("PIKA-04")
def test_the_targets_say_what_is_only_measured() -> None:
    page = text("pika/targets.md")
    assert f"under USD {configured()['budget']['monthly']} a month" in page
    assert "under 200 ms" in page
    assert configured()["observability"]["alarms"]["latencySeconds"] == 0.2
    assert "more than 99.9 % a month" in page
    minutes = round(730 * 60 * 0.001, 1)
    assert f"leaves {minutes} minutes" in page
    assert "database in two zones" in page
    assert f"`{configured()['observability']['healthCheck']['path']}`" in page


@pytest.mark.requirement("PIKA-05")
def test_everything_is_code_and_drift_is_looked_for() -> None:
    page = text("pika/infrastructure-as-code.md")
    assert "100 % of it" in page
    assert "pulumi preview --stack prod --refresh --expect-no-changes" in page


@pytest.mark.requirement("PIKA-35")
def test_growth_names_caching_in_the_gateway_and_federation() -> None:
    assert "Caching in the gateway, GraphQL federation" in text("pika/growth.md")


@pytest.mark.requirement("PIKA-46")
def test_growth_names_kubernetes() -> None:
    assert "Kubernetes, from 1 000 users" in text("pika/growth.md")


@pytest.mark.requirement("PIKA-58")
def test_growth_names_opensearch() -> None:
    assert "Search: OpenSearch, from 500 users" in text("pika/growth.md")


@pytest.mark.requirement("PIKA-85")
def test_growth_names_on_call_and_other_monitoring() -> None:
    page = text("pika/growth.md")
    assert "on-call rotation" in page
    assert "Datadog or New Relic" in page


@pytest.mark.requirement("PIKA-94")
def test_growth_says_what_to_reserve_and_when() -> None:
    page = text("pika/growth.md")
    assert "Reserved capacity, after three months" in page
    assert "30 to 40 %" in page


@pytest.mark.requirement("PIKA-109")
def test_growth_has_a_budget_for_each_step() -> None:
    rows = re.findall(
        r"^\| ([\d ]+)(?: and more)? \|.*\| (\d+)(?: and more)? \|$", (PIKA / "growth.md").read_text(), re.M
    )
    assert rows == [("50", "100"), ("100", "150"), ("250", "250"), ("500", "400"), ("1 000", "600")]
    assert configured()["budget"]["monthly"] == int(rows[0][1])


@pytest.mark.requirement("PIKA-110")
def test_growth_names_several_regions() -> None:
    page = text("pika/growth.md")
    assert "## Several regions" in page
    assert configured()["secondaryRegion"] in page


@pytest.mark.requirement("PIKA-54", check="app")
def test_the_load_test_and_the_scaling_runbook_know_the_connections() -> None:
    default = re.search(r"database_pool_size: int = Field\((\d+)", (CONTAINER / "starter" / "settings.py").read_text())
    assert default is not None
    tasks = configured()["serviceDefaults"]["scaling"]["maxTasks"]
    services = len(configured()["services"])
    connections = services * tasks * 2 * int(default[1])
    assert connections < 0.8 * configured()["database"]["maxConnections"]
    assert f"{services} × {tasks} × 2 × {default[1]} = {connections}" in text("runbooks/scaling.md")
    assert f"{connections} of {configured()['database']['maxConnections']}" in text("pika/load-test-plan.md")


@pytest.mark.requirement("PIKA-90")
def test_the_access_matrix_has_a_line_for_each_service() -> None:
    page = (PIKA / "access-matrix.md").read_text()
    tasks = page[page.index("| Task |") :]
    for service in configured()["services"]:
        assert re.search(rf"^\|.*\b{service}\b", tasks, re.MULTILINE), service
    assert "Developer" in page


@pytest.mark.requirement("PIKA-90")
def test_personal_data_has_a_procedure() -> None:
    page = text("pika/personal-data.md")
    assert "within 72 hours" in page
    days = configured()["database"]["backupRetentionDays"]
    assert f"{configured()['buckets']['backups']['expireDays']} days; {days} days" in page
    assert f"{configured()['serviceDefaults']['logRetentionDays']} days, errors" in page


@pytest.mark.requirement("PIKA-90")
def test_gdpr_readiness_names_the_rights_and_what_is_open() -> None:
    page = text("pika/gdpr.md")
    for article in ("Art. 15", "Art. 17", "Art. 28", "Art. 30", "Art. 32", "Art. 33"):
        assert article in page
    assert "open:" in page


@pytest.mark.requirement("PIKA-90")
def test_the_audit_log_answers_who_did_what() -> None:
    page = text("pika/audit-log.md")
    assert "CloudTrail" in page
    assert f"{configured()['network']['flowLogs']['retentionDays']} days" in page


@pytest.mark.requirement("PIKA-91")
def test_the_penetration_test_has_scope_rules_and_deadlines() -> None:
    page = text("pika/penetration-test-plan.md")
    for fact in ("Before launch", "Scope.", "Rules.", "Critical and high findings are repaired before launch"):
        assert fact in page


@pytest.mark.requirement("PIKA-100")
def test_disaster_recovery_states_its_objectives() -> None:
    page = text("pika/disaster-recovery.md")
    assert "RTO 1 hour" in page
    assert "RPO 24 hours" in page
    assert f"automated backups ({configured()['database']['backupRetentionDays']} days)" in page
    assert f"daily snapshot ({configured()['cache']['snapshotRetentionDays']} day)" in page
    restore = text("runbooks/database-restore.md")
    assert "RTO 1 hour, RPO 24 hours" in restore
    assert f"--backup-retention-period {configured()['database']['backupRetentionDays']}" in restore


@pytest.mark.requirement("PIKA-107")
def test_the_code_is_in_more_than_one_remote() -> None:
    page = text("pika/code-remotes.md")
    assert "at least two Git remotes at different providers" in page
    assert "git push mirror main --tags" in page


@pytest.mark.requirement("PIKA-108")
@pytest.mark.parametrize(
    "name",
    ["deploy", "rollback", "database-restore", "redis-restore", "incident", "scaling", "secret-rotation"],
)
def test_there_is_a_runbook_with_commands_and_a_check(name: str) -> None:
    page = (RUNBOOKS / f"{name}.md").read_text()
    assert list(commands(page)), "a runbook without a command is an essay"
    assert "api/ready" in page or "api/health" in page or "tierwise preview" in page
    assert f"({name}.md)" in (RUNBOOKS / "README.md").read_text()


@pytest.mark.requirement("PIKA-108")
def test_the_post_mortem_template_asks_for_cause_and_change() -> None:
    page = text("runbooks/post-mortem-template.md")
    for heading in ("## Timeline", "## Why", "## What changes"):
        assert heading in page


@pytest.mark.requirement("PIKA-108")
def test_the_architecture_is_drawn_with_the_configured_networks() -> None:
    page = (PIKA / "architecture.md").read_text()
    assert "```mermaid\nflowchart" in page
    network = configured()["network"]
    for cidr in (network["cidr"], *network["privateSubnets"], *network["databaseSubnets"]):
        assert cidr in page
    for service in configured()["services"]:
        assert service in page


@pytest.mark.requirement("PIKA-108")
def test_the_description_of_the_api_is_that_of_the_code() -> None:
    generated = subprocess.run(
        [sys.executable, "-m", "starter.openapi"], cwd=CONTAINER, capture_output=True, text=True, check=True
    ).stdout
    assert (PIKA / "openapi.json").read_text() == generated, (
        "stale: cd workloads/container && python -m starter.openapi > ../../docs/pika/openapi.json"
    )


def test_the_bootstrap_page_names_the_statements_that_run() -> None:
    page = (PIKA / "database-bootstrap.md").read_text()
    for file in (CONTAINER / "starter" / "sql").glob("*.sql"):
        assert file.name in page
    for extension in configured()["database"]["extensions"]:
        assert f"`{extension}`" in page
    assert "the service that `databaseDump` names" in page.replace("\n", " ")


def test_the_runbooks_know_the_services() -> None:
    assert f'SERVICES="{" ".join(configured()["services"])}"' in (RUNBOOKS / "README.md").read_text()
    restore = (RUNBOOKS / "database-restore.md").read_text()
    for service in configured()["services"]:
        assert f"--schema {service.replace('-', '_')} " in restore
