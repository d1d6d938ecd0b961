"""What the pipelines promise."""

from __future__ import annotations

import re

import pytest

from tests.ci.workflows import FOLDER, commands, jobs, steps, workflow


@pytest.mark.requirement("PIKA-99")
def test_every_pull_request_is_previewed_without_secrets() -> None:
    preview = workflow("preview")
    assert set(preview["on"]) == {"pull_request"}
    assert preview["on"]["pull_request"] is None  # whatever it touches, whatever it aims at
    job = preview["jobs"]["preview"]
    # A check that is skipped counts as passed: nothing here may skip it.
    assert "if" not in job
    assert "needs" not in job
    assert job["permissions"] == {"contents": "read"}
    text = (FOLDER / "preview.yml").read_text()
    assert "secrets." not in text
    assert "id-token" not in text
    assert "tierwise preview --all --base 'HEAD^1'" in commands(job)
    upload = steps(job)[-1]
    assert upload["if"] == "always()"


@pytest.mark.requirement("PIKA-99")
def test_pulumi_itself_previews_the_branches_of_the_repository() -> None:
    live = workflow("live-preview")
    job = live["jobs"]["preview"]
    assert set(live["on"]) == {"pull_request"}
    assert "head.repo.full_name == github.repository" in job["if"]
    assert job["with"]["operation"] == "preview"
    assert "pulumi preview --diff" in commands(workflow("stack")["jobs"]["stack"])


def test_what_may_comment_runs_nothing_of_the_pull_request() -> None:
    comment = workflow("comment")
    job = comment["jobs"]["comment"]
    assert set(comment["on"]) == {"workflow_run"}
    assert comment["on"]["workflow_run"]["workflows"] == [workflow("preview")["name"]]
    checkout = steps(job)[0]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}
    assert "${{" not in commands(job)  # what a stranger named reaches the shell as a variable, never as code
    assert "checked_comment.py" in commands(job)


@pytest.mark.requirement("PIKA-96")
def test_tests_come_before_dev_staging_and_prod_in_this_order() -> None:
    deploy = workflow("deploy")
    assert deploy["on"] == {"push": {"branches": ["main"]}}
    order = {name: job.get("needs") for name, job in deploy["jobs"].items()}
    assert order == {"test": None, "dev": "test", "staging": "dev", "prod": "staging"}
    assert commands(deploy["jobs"]["test"]).split("\n") == ["", "", "make lint", "make test"]
    for stage in ("dev", "staging", "prod"):
        job = deploy["jobs"][stage]
        assert job["uses"] == "./.github/workflows/stack.yml"
        assert job["with"] == {"stage": stage, "operation": "deploy"}


@pytest.mark.requirement("PIKA-96")
def test_a_stage_builds_pushes_deploys_smokes_and_validates_in_this_order() -> None:
    job = workflow("stack")["jobs"]["stack"]
    # The stage's own environment, whose reviewers approve prod.
    assert job["environment"].startswith("${{ inputs.operation == 'deploy' && inputs.stage")
    runs = [step["run"] for step in steps(job) if "run" in step]
    order = [
        next(index for index, run in enumerate(runs) if words in run)
        for words in ("make setup", "pulumi up --yes", "/api/health", "--expect-no-changes")
    ]
    assert order == sorted(order)
    assert "--policy-pack ../../policy" in commands(job)
    smoke = next(step for step in steps(job) if step.get("name") == "Smoke")
    assert "continue-on-error" not in smoke
    assert "curl --fail" in smoke["run"]


@pytest.mark.requirement("PIKA-05", check="ci")
def test_drift_is_looked_for_every_day_on_every_stage() -> None:
    drift = workflow("drift")
    assert re.fullmatch(r"\d+ \d+ \* \* \*", drift["on"]["schedule"][0]["cron"])
    job = drift["jobs"]["drift"]
    assert job["strategy"]["matrix"]["stage"] == ["dev", "staging", "prod"]
    assert job["with"]["operation"] == "drift"
    last = steps(workflow("stack")["jobs"]["stack"])[-1]
    assert last["if"] == "inputs.operation != 'preview'"
    assert "--refresh --expect-no-changes" in last["run"]


def test_one_operation_at_a_time_on_a_stack() -> None:
    concurrency = workflow("stack")["jobs"]["stack"]["concurrency"]
    assert concurrency == {"group": "stack-${{ matrix.system }}-${{ inputs.stage }}", "cancel-in-progress": False}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yml")))
def test_rights_are_given_job_by_job(name: str) -> None:
    read = workflow(name)
    assert read["permissions"] == {}
    assert all("permissions" in job for job in read["jobs"].values())
    assert "secrets." not in (FOLDER / f"{name}.yml").read_text()


def test_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for job in jobs().values() for step in steps(job) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in used)


def test_every_checkout_drops_its_token() -> None:
    found = [
        step for job in jobs().values() for step in steps(job) if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert all(step["with"]["persist-credentials"] is False for step in found)


def test_no_job_may_run_for_ever() -> None:
    assert all("timeout-minutes" in job for job in jobs().values() if "steps" in job)
