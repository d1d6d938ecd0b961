"""What a pull request is shown, and that showing it gives nothing away."""

from __future__ import annotations

import re

import pytest

from tests.ci.workflows import FOLDER, commands, step, steps, workflow


@pytest.mark.requirement("PIKA-99")
@pytest.mark.requirement("EC2M-111")
@pytest.mark.requirement("PRATIKO-130")
@pytest.mark.requirement("ASKIAM-91")
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
    # Every stack of every system; the policies are asked unless it says otherwise.
    run = step(job, "Preview")["run"]
    assert "tierwise preview --all --base 'HEAD^1'" in run
    assert "--no-policy" not in run
    for output in ("json", "markdown", "html", "sarif", "junit"):
        assert f"--{output} report/" in run
    assert "--annotations" in run
    upload = steps(job)[-1]
    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "report"


@pytest.mark.requirement("PIKA-99")
@pytest.mark.requirement("EC2M-111")
@pytest.mark.requirement("PRATIKO-130")
def test_pulumi_itself_previews_the_branches_of_the_repository() -> None:
    live = workflow("live-preview")
    job = live["jobs"]["preview"]
    assert set(live["on"]) == {"pull_request"}
    assert "head.repo.full_name == github.repository" in job["if"]
    assert job["strategy"]["matrix"]["stage"] == ["dev", "staging", "prod"]
    run = commands(job)
    assert "pulumi preview --diff" in run
    assert "--policy-pack ../../policy" in run
    # GitHub's identity of a pull request, which only the reading role trusts: an environment would name the other one.
    assert "environment" not in job
    assert "READ_ROLES" in step_with(job, "role")


@pytest.mark.parametrize(("name", "job"), [("live-preview", "preview"), ("drift", "look"), ("backups", "state")])
def test_what_has_no_environment_finds_the_state_of_each_stage(name: str, job: str) -> None:
    found = workflow(name)["jobs"][job]
    assert "environment" not in found
    backend = "fromJSON(vars.BACKENDS || '{}')[matrix.stage] || vars.PULUMI_BACKEND_URL"
    assert found["env"]["PULUMI_BACKEND_URL"] == f"${{{{ {backend} }}}}"


def step_with(job: dict[str, object], key: str) -> str:
    return next(str(one["with"][key]) for one in steps(job) if key in one.get("with", {}))


@pytest.mark.requirement("EC2M-99", check="ci")
@pytest.mark.requirement("EC2M-111")
def test_the_estimate_is_posted_by_what_runs_nothing_of_the_pull_request() -> None:
    comment = workflow("comment")
    job = comment["jobs"]["comment"]
    assert set(comment["on"]) == {"workflow_run"}
    assert comment["on"]["workflow_run"]["workflows"] == [workflow("preview")["name"]]
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}
    # The comment of `preview --markdown` holds the cost before and after; it is checked, then posted or edited.
    run = step(job, "Post or edit the comment")["run"]
    assert "checked_comment.py report/comment.md" in run
    assert "--method PATCH" in run
    assert "--method POST" in run


@pytest.mark.parametrize("name", ["comment", "alerts"])
def test_what_a_stranger_wrote_reaches_no_shell_as_code(name: str) -> None:
    job = workflow("comment")["jobs"][name]
    checkout = steps(job)[0]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    run = commands(job)
    assert "${{" not in run
    # Files of the artifact are read by the project's own checkers alone, in Python's isolated mode.
    for line in run.splitlines():
        for file in re.findall(r"report/[\w.]+", line):
            assert re.search(r"python3 -I \.github/scripts/(checked_comment|checked_sarif|sensitive)\.py " + file, line)


def test_alerts_have_one_right_and_are_made_anew() -> None:
    job = workflow("comment")["jobs"]["alerts"]
    assert job["permissions"] == {"actions": "read", "contents": "read", "security-events": "write"}
    run = commands(job)
    assert "if python3 -I .github/scripts/checked_sarif.py report/preview.sarif > checked.sarif; then" in run
    assert 'upload_alerts.sh checked.sarif "$HEAD_SHA" "refs/pull/$NUMBER/head"' in run


def test_mains_own_findings_are_what_they_are_compared_with() -> None:
    alerts = workflow("alerts")
    assert alerts["on"] == {"push": {"branches": ["main"]}}
    job = alerts["jobs"]["alerts"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    assert "tierwise preview --all --sarif preview.sarif" in commands(job)
    assert "upload_alerts.sh preview.sarif" in commands(job)


@pytest.mark.requirement("EC2M-107")
def test_a_change_to_retention_or_security_asks_for_a_second_reviewer() -> None:
    run = step(workflow("comment")["jobs"]["comment"], "Ask for a second reviewer where retention or security changes")[
        "run"
    ]
    assert "sensitive.py report/preview.json" in run
    assert "labels[]=second-reviewer" in run
    # And it holds a release back: an environment with reviewers of its own stands before prod.
    release = workflow("release")["jobs"]
    assert release["security-approval"]["environment"] == "prod-security"
    assert "needs.kind.outputs.sensitive != 'none'" in release["security-approval"]["if"]
    assert {"kind", "security-approval"} <= set(release["prod"]["needs"])
    assert '--base "$last" --json change.json' in commands(release["kind"])
