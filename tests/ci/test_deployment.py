"""Which branch brings which system where, what stands before it, and what happens when it goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.ci.scripts import module
from tests.ci.workflows import ROOT, before, commands, jobs, needs, step, steps, workflow

SYSTEMS = sorted(path.parent.name for path in (ROOT / "systems").glob("*/Pulumi.yaml"))
DELIVERY: dict[str, Any] = yaml.safe_load((ROOT / ".github/delivery.yaml").read_text())
ENVIRONMENTS: dict[str, Any] = yaml.safe_load((ROOT / ".github/environments.yaml").read_text())["environments"]


def stages(branch: str, system: str) -> list[str]:
    """Where a push to a branch brings a system."""
    return next((one["stages"] for one in module("delivery").releases(branch, [system], DELIVERY)), [])


def deployed() -> dict[str, Any]:
    """The job that deploys a stack."""
    return workflow("stack")["jobs"]["stack"]


def test_every_system_is_delivered() -> None:
    for system in SYSTEMS:
        entry = module("delivery").described(DELIVERY, system)
        assert set(entry["branches"]) <= {"feature", "develop", "main"}
        for order in entry["branches"].values():
            assert order == [stage for stage in ("dev", "staging", "prod") if stage in order]
        assert "prod" in entry["branches"]["main"]
        for folder in (entry.get("image"), entry.get("site")):
            assert folder is None or (ROOT / folder).is_dir()


@pytest.mark.requirement("PHONEY-05")
@pytest.mark.requirement("PHONEY-60")
@pytest.mark.requirement("PHONEY-61")
def test_phoney_goes_to_dev_from_branches_and_through_staging_to_prod_from_main() -> None:
    assert stages("feature/fast", "phoney") == ["dev"]
    assert stages("main", "phoney") == ["staging", "prod"]


@pytest.mark.requirement("EC2M-103")
@pytest.mark.requirement("EC2M-104", check="ci")
@pytest.mark.requirement("EC2M-105", check="ci")
def test_ec2_managers_branches() -> None:
    assert stages("feature/x", "ec2-manager") == ["dev"]
    assert stages("develop", "ec2-manager") == ["staging"]
    assert stages("main", "ec2-manager") == ["prod"]


@pytest.mark.requirement("PRATIKO-126")
@pytest.mark.requirement("PRATIKO-127")
@pytest.mark.requirement("PRATIKO-128")
def test_pratikos_branches() -> None:
    assert stages("anything", "pratikoai-mcp") == ["dev"]
    assert stages("develop", "pratikoai-mcp") == ["staging"]
    assert stages("main", "pratikoai-mcp") == ["prod"]


@pytest.mark.requirement("PIKA-96")
@pytest.mark.requirement("ASKIAM-91")
def test_pika_and_askiam_go_from_main_through_every_stage() -> None:
    assert "askiam" not in DELIVERY["systems"]  # it goes as any system goes that says nothing else
    assert DELIVERY["default"]["branches"] == {"main": ["dev", "staging", "prod"]}
    assert stages("main", "pika") == ["dev", "staging", "prod"]
    assert stages("feature", "pika") == []


@pytest.mark.requirement("EC2M-103")
@pytest.mark.requirement("PRATIKO-126")
@pytest.mark.requirement("PHONEY-57")
@pytest.mark.requirement("ASKIAM-91")
def test_every_push_starts_the_pipeline_and_every_gate_comes_first() -> None:
    deploy = workflow("deploy")
    assert deploy["on"]["push"] == {"branches-ignore": ["dependabot/**", "prices/**"]}
    assert needs("deploy", "release") == {"plan", "checks", "images"}
    assert deploy["jobs"]["checks"]["uses"] == "./.github/workflows/checks.yml"
    assert "needs.checks.result == 'success'" in deploy["jobs"]["release"]["if"]
    assert "!failure() && !cancelled()" in deploy["jobs"]["release"]["if"]
    run = commands(deploy["jobs"]["plan"])
    assert '.github/scripts/delivery.py "$GITHUB_REF_NAME"' in run
    # The same gates answer a pull request.
    assert set(workflow("checks")["on"]) == {"pull_request", "workflow_call"}


@pytest.mark.requirement("PIKA-96")
@pytest.mark.requirement("PHONEY-61")
@pytest.mark.requirement("PRATIKO-127")
def test_dev_staging_and_prod_in_this_order_each_sound_before_the_next() -> None:
    release = workflow("release")["jobs"]
    assert needs("release", "staging") == {"dev"}
    assert {"dev", "staging"} <= needs("release", "prod")
    for stage in ("dev", "staging", "prod"):
        job = release[stage]
        assert job["uses"] == "./.github/workflows/stack.yml"
        assert job["with"]["stage"] == stage
    for stage in ("staging", "prod"):
        # A stage that is not asked for is passed over; one that failed is not.
        assert release[stage]["if"].startswith("${{ !failure() && !cancelled() &&")


@pytest.mark.requirement("PIKA-96")
@pytest.mark.requirement("EC2M-104", check="ci")
@pytest.mark.requirement("EC2M-105", check="ci")
@pytest.mark.requirement("PRATIKO-127")
@pytest.mark.requirement("PRATIKO-128")
@pytest.mark.requirement("PHONEY-63")
@pytest.mark.requirement("ASKIAM-94")
def test_prod_waits_for_people_and_the_others_do_not() -> None:
    assert deployed()["environment"] == "${{ inputs.stage }}"
    assert ENVIRONMENTS["dev"]["reviewers"] == ENVIRONMENTS["staging"]["reviewers"] == []
    prod = ENVIRONMENTS["prod"]
    assert prod["reviewers"] == ["devops-leads", "engineering-managers"]
    assert prod["branches"] == ["main"]
    assert prod["preventSelfReview"] is True
    assert ENVIRONMENTS["prod-emergency"]["reviewers"] == ["cto"]
    made = module("environments").calls(
        "o/r", ENVIRONMENTS, {"devops-leads": 1, "engineering-managers": 2, "security": 3, "cto": 4}
    )
    bodies = {path.rpartition("/")[2]: body for method, path, body in made if method == "PUT"}
    assert bodies["prod"]["reviewers"] == [{"type": "Team", "id": 1}, {"type": "Team", "id": 2}]
    assert bodies["staging"]["reviewers"] == []
    assert ("POST", "repos/o/r/environments/prod/deployment-branch-policies", {"name": "main"}) in made
    used = {job["environment"] for job in jobs().values() if "environment" in job} - {"${{ inputs.stage }}"}
    assert used <= set(ENVIRONMENTS)


@pytest.mark.requirement("EC2M-106")
def test_prod_is_released_inside_its_window_once_a_day_unless_it_is_an_emergency() -> None:
    window = step(deployed(), "Inside the release window, and not twice a day")
    assert window["if"] == "${{ !inputs.emergency }}"
    assert window["run"] == '.venv/bin/tierwise release check "$SYSTEM/$STAGE"'
    assert before(deployed(), "release window", "Infrastructure and code")
    inputs = workflow("deploy")["on"]["workflow_dispatch"]["inputs"]
    assert inputs["emergency"]["default"] is False
    release = workflow("release")["jobs"]
    assert release["emergency-approval"]["environment"] == "prod-emergency"
    assert "inputs.emergency" in release["emergency-approval"]["if"]
    assert "emergency-approval" in release["prod"]["needs"]


@pytest.mark.requirement("EC2M-105", check="ci")
@pytest.mark.requirement("EC2M-106")
def test_who_approves_is_what_the_systems_release_file_says() -> None:
    slug = {"devops-lead": "devops-leads", "engineering-manager": "engineering-managers", "cto": "cto"}
    prod = yaml.safe_load((ROOT / "systems/ec2-manager/release.yaml").read_text())["prod"]
    assert [slug[role] for role in prod["approvals"]["by"]] == ENVIRONMENTS["prod"]["reviewers"]
    assert [slug[role] for role in prod["approvals"]["emergency"]] == ENVIRONMENTS["prod-emergency"]["reviewers"]
    # The window that `release check` asks about.
    assert (prod["timezone"], prod["from"], prod["until"], prod["perDay"]) == (
        "America/Los_Angeles", "08:00", "18:00", 1,
    )  # fmt: skip


@pytest.mark.requirement("EC2M-105", check="ci")
def test_an_emergency_is_reviewed_afterwards() -> None:
    review = step(workflow("release")["jobs"]["record"], "An emergency is reviewed afterwards")
    assert review["if"] == "inputs.emergency"
    assert "gh issue create" in review["run"]


@pytest.mark.requirement("EC2M-108")
@pytest.mark.requirement("PIKA-96")
@pytest.mark.requirement("PHONEY-58", check="ci")
def test_a_stack_gets_image_infrastructure_and_code_pages_health_and_news_in_this_order() -> None:
    job = deployed()
    assert before(
        job,
        "./.github/actions/session",
        "push_image.py",
        "pulumi up --yes",
        "tierwise deploy",
        "publish_bot.sh",
        "publish_site.sh",
        "tierwise smoke",
        "--expect-no-changes",
        "tell.sh",
    )
    assert "--policy-pack ../../policy" in step(job, "Infrastructure and code")["run"]
    assert step(job, "Tell the team")["if"] == "${{ always() && steps.up.outcome != 'skipped' }}"
    assert not any("continue-on-error" in one for one in steps(job))


@pytest.mark.requirement("EC2M-104", check="ci")
@pytest.mark.requirement("EC2M-115", check="ci")
@pytest.mark.requirement("PRATIKO-126")
def test_what_is_not_sound_goes_back_by_itself() -> None:
    job = deployed()
    health = step(job, "Health")["run"]
    assert health.startswith('.venv/bin/tierwise smoke "$SYSTEM/$STAGE"')
    for name in ("Back to the version before", "Back to the last good commit"):
        assert step(job, name)["if"] == "${{ failure() && steps.up.outcome != 'skipped' }}"
    assert before(job, "Health", "Nothing differs", "Back to the version before", "Back to the last good commit")
    assert step(job, "Back to the version before")["run"] == '.venv/bin/tierwise rollback "$SYSTEM/$STAGE" --yes'
    # Where to is found out before anything changes, and the commit is applied with its own program.
    assert before(job, "The commit and the image to return to", "Infrastructure and code")
    assert "apply_commit.sh" in step(job, "Back to the last good commit")["run"]
    script = (ROOT / ".github/scripts/apply_commit.sh").read_text()
    assert "git worktree add --detach" in script
    assert "pulumi up --yes" in script


@pytest.mark.requirement("EC2M-59", check="ci")
def test_a_release_makes_the_edge_forget_older_pages() -> None:
    pages = step(deployed(), "Static files, and the caches that hold older ones")
    assert pages["run"].startswith(".github/scripts/publish_site.sh")
    assert "cloudfront create-invalidation" in (ROOT / ".github/scripts/publish_site.sh").read_text()


@pytest.mark.requirement("EC2M-110")
def test_releases_are_tagged_and_dependencies_locked_and_updated() -> None:
    record = workflow("release")["jobs"]["record"]
    assert record["needs"] == "prod"
    assert 'tag="release/$SYSTEM/' in commands(record)
    assert "git/refs" in commands(record)
    dependabot = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
    assert {one["package-ecosystem"] for one in dependabot["updates"]} == {
        "uv", "pip", "npm", "docker", "github-actions",
    }  # fmt: skip
    assert (ROOT / "uv.lock").is_file()


def test_one_operation_at_a_time_on_a_stack() -> None:
    assert deployed()["concurrency"] == {
        "group": "stack-${{ inputs.system }}-${{ inputs.stage }}",
        "cancel-in-progress": False,
    }


def test_an_unknown_system_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert module("delivery").main("main", '["pikka"]') == 2
    assert capsys.readouterr().err == 'pikka: no such system; did you mean "pika"?\n'


def test_the_outputs_of_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert module("delivery").main("main", '["phoney", "ec2-manager"]') == 0
    releases, images = capsys.readouterr().out.splitlines()
    assert releases.startswith('releases=[{"system":"phoney","stages":["staging","prod"],"image":true,')
    assert images == 'images=[{"system":"phoney","context":"workloads/functions/phoney"}]'
