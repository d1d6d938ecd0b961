"""What runs by the clock: drift, prices, state, restore tests, and stacks that have had their time."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.ci.workflows import ROOT, before, commands, needs, step, workflow


def crons(name: str) -> list[str]:
    return [entry["cron"] for entry in workflow(name)["on"]["schedule"]]


@pytest.mark.requirement("PIKA-05", check="ci")
@pytest.mark.requirement("PRATIKO-131")
@pytest.mark.requirement("EC2M-09", check="ci")
def test_drift_is_looked_for_every_day_on_every_stack() -> None:
    assert all(re.fullmatch(r"\d+ \d+ \* \* \*", cron) for cron in crons("drift"))
    job = workflow("drift")["jobs"]["look"]
    assert job["strategy"]["matrix"]["stage"] == ["dev", "staging", "prod"]
    assert job["strategy"]["matrix"]["system"] == "${{ fromJSON(vars.DEPLOY_SYSTEMS) }}"
    assert job["strategy"]["fail-fast"] is False
    assert "--refresh --expect-no-changes" in step(job, "Nothing differs from the program")["run"]
    assert "tierwise drift" in step(job, "What somebody changed by hand")["run"]
    # A pipe would hide the status otherwise: this shell stops at a failure in front of it.
    assert step(job, "Nothing differs from the program")["shell"] == "bash"


def test_drift_has_one_issue_a_stack_opened_without_credentials_of_aws() -> None:
    report = workflow("drift")["jobs"]["report"]
    assert report["permissions"] == {"contents": "read", "issues": "write"}
    assert "!cancelled()" in report["if"]
    assert "drift_issues.py drift" in commands(report)


def test_prices_are_read_with_one_right_and_proposed_with_another() -> None:
    prices = workflow("prices")["jobs"]
    assert [len(cron.split()) for cron in crons("prices")] == [5]
    assert prices["read"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert prices["propose"]["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert "tierwise prices refresh" in commands(prices["read"])
    assert "propose_prices.sh" in commands(prices["propose"])
    book = "policy/guardrails/cost/prices"
    assert (ROOT / book).is_dir()
    assert f"git diff --binary -- {book} > prices.patch" in commands(prices["read"])
    assert f"--include='{book}/*'" in (ROOT / ".github/scripts/propose_prices.sh").read_text()


@pytest.mark.requirement("EC2M-120")
def test_state_is_exported_every_night_to_a_versioned_encrypted_bucket() -> None:
    assert any(re.fullmatch(r"\d+ \d+ \* \* \*", cron) for cron in crons("backups"))
    job = workflow("backups")["jobs"]["state"]
    assert job["strategy"]["matrix"]["stage"] == ["dev", "staging", "prod"]
    assert "export_state.sh" in commands(job)
    script = (ROOT / ".github/scripts/export_state.sh").read_text()
    assert "pulumi stack export" in script
    assert "--sse aws:kms" in script
    assert "get-bucket-versioning" in script


@pytest.mark.requirement("EC2M-121", check="ci")
def test_dev_is_restored_every_month_into_a_scratch_that_is_deleted() -> None:
    assert any(re.fullmatch(r"\d+ \d+ \d+ \* \*", cron) for cron in crons("backups"))
    job = workflow("backups")["jobs"]["restore"]
    assert job["environment"] == "dev"
    run = commands(job)
    assert 'tierwise restore-drill "$SYSTEM/dev" --yes' in run
    assert before(job, "Restore into a scratch", "Delete what a test that broke off has left")
    # It makes and deletes stores, which is more than a deployment may.
    assert any("DRILL_ROLES" in str(one.get("with", {}).get("role")) for one in job["steps"])
    # The reports are kept; the calendar of the system that asks for the test has the same moment.
    assert "--report reports" in run
    assert job["steps"][-1]["with"]["path"] == "reports"
    calendar = yaml.safe_load((ROOT / "systems/ec2-manager/release.yaml").read_text())["calendar"]
    assert {event["cron"] for event in calendar if event["what"].startswith("restore test")} <= set(crons("backups"))
    # Each of the two schedules runs one of the two jobs.
    for name, cron in (("state", "0 5 1 * *"), ("restore", "7 2 * * *")):
        assert cron in crons("backups")
        assert f"github.event.schedule != '{cron}'" in workflow("backups")["jobs"][name]["if"]


@pytest.mark.requirement("EC2M-84", check="ops")
def test_the_health_of_backups_is_looked_at_four_times_a_day() -> None:
    cron = "41 */6 * * *"
    jobs = workflow("backups")["jobs"]
    assert cron in crons("backups")
    assert f"github.event.schedule == '{cron}'" in jobs["health"]["if"]
    assert 'tierwise backup-check "$SYSTEM/prod"' in commands(jobs["health"])
    for other in ("state", "restore"):
        assert f"github.event.schedule != '{cron}'" in jobs[other]["if"]


def test_a_pull_requests_stack_is_made_by_label_and_goes_with_it() -> None:
    environment = workflow("pr-environment")
    assert set(environment["on"]["pull_request"]["types"]) >= {"labeled", "unlabeled", "closed"}
    jobs = environment["jobs"]
    assert "head.repo.full_name == github.repository" in jobs["which"]["if"]
    assert jobs["which"]["permissions"] == {"contents": "read"}
    for name in ("make", "remove"):
        job = jobs[name]
        assert "which" in needs("pr-environment", name)
        assert job["environment"] == "dev"
        # The stack's name comes from the script that checks it, and from nowhere else.
        assert before(job, "ephemeral.py", "pulumi")
        for line in commands(job).splitlines():
            if "pulumi" in line and "--stack" in line:
                assert '--stack "$STACK"' in line
        stacks = {one["env"]["STACK"] for one in job["steps"] if "STACK" in one.get("env", {})}
        assert stacks == {"${{ steps.stack.outputs.stack }}"}
    # Removing works when the pull request's own commits are gone.
    for name in ("which", "remove"):
        assert jobs[name]["steps"][0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    # Its image is built and scanned as any other.
    assert jobs["images"]["uses"] == "./.github/workflows/images.yml"
    assert before(jobs["make"], "tierwise preview", "push_image.py", "pulumi up")
    assert "pulumi destroy --yes --non-interactive --remove" in commands(jobs["remove"])
    assert "--hours 72" in commands(jobs["make"])
    assert "tierwise cleanup" in commands(jobs["expired"])
