"""The scripts of a release: where back to, which image, which pages, who is told."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ci.scripts import Tools, module
from tests.ci.workflows import before, workflow
from tests.support.stacks import ROOT, reviewed

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="the runner's jq is not on PATH")
DIGEST = f"sha256:{'a' * 64}"


def update(commit: str, result: str = "succeeded", kind: str = "update", release: str = "") -> dict[str, Any]:
    """An entry of Pulumi's history."""
    config = {"pika:release": {"value": release, "secret": False}} if release else {}
    return {"kind": kind, "result": result, "environment": {"git.head": commit}, "config": config}


def test_the_last_good_commit_is_that_of_the_newest_update_that_succeeded() -> None:
    last_good = module("last_good").last_good
    a, b = "a" * 40, "b" * 40
    history = [update(b, "failed", release=b), update(b, kind="refresh"), update(a, release=DIGEST), update(b)]
    assert last_good(history, "pika") == (a, DIGEST)
    assert last_good([update("$(rm -rf)"), update(a, release="; rm -rf /")], "pika") == (a, "")
    assert last_good([], "pika") == ("", "")


def test_a_look_at_a_stack_takes_the_image_that_it_runs(tmp_path: Path) -> None:
    tools = Tools(tmp_path, "pulumi")
    tools.answer("pulumi", "history", prints=json.dumps([update("a" * 40, release=DIGEST)]))
    assert tools.run("last_good.py", "pika", "prod", "--adopt", cwd=tmp_path).returncode == 0
    where = ["--cwd", "systems/pika", "--stack", "prod"]
    assert tools.calls[-1] == ["pulumi", "config", "set", "pika:release", DIGEST, *where]
    for name, job in (("live-preview", "preview"), ("drift", "look")):
        assert before(workflow(name)["jobs"][job], "last_good.py", "pulumi preview")


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, list[str]]:
    """A repository of two commits, the oldest first."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)  # noqa: S603
    commits: list[str] = []
    for text in ("one", "two"):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", text], check=True)  # noqa: S603
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)  # noqa: S603
        commits.append(head.stdout.strip())
    return folder, commits


def test_a_release_does_not_undo_a_newer_one(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    folder, (older, newer) = repository
    tools = Tools(tmp_path, "pulumi")
    tools.answer("pulumi", prints=json.dumps([update(newer)]))
    subprocess.run(["git", "-C", str(folder), "checkout", "-q", older], check=True)  # noqa: S603, S607
    refused = tools.run("last_good.py", "pika", "prod", cwd=folder)
    assert refused.returncode == 1
    assert f"already runs {newer}" in refused.stderr
    subprocess.run(["git", "-C", str(folder), "checkout", "-q", newer], check=True)  # noqa: S603, S607
    again = tools.run("last_good.py", "pika", "prod", cwd=folder)
    assert (again.returncode, again.stdout) == (0, f"{newer}\n\n")


def test_a_new_stack_has_no_commit_to_return_to_and_another_error_stops(
    tmp_path: Path, repository: tuple[Path, list[str]]
) -> None:
    tools = Tools(tmp_path, "pulumi")
    tools.answer("pulumi", "new", complains="error: no stack named 'new' found", status=255)
    tools.answer("pulumi", complains="error: AccessDenied", status=255)
    new = tools.run("last_good.py", "pika", "new", cwd=repository[0])
    assert (new.returncode, new.stdout) == (0, "\n\n")
    denied = tools.run("last_good.py", "pika", "prod", cwd=repository[0])
    assert denied.returncode == 1
    assert "AccessDenied" in denied.stderr


def test_repositories_and_architecture_come_from_the_plan() -> None:
    planned = module("push_image").planned
    assert planned(reviewed("phoney", "prod").to_json()) == (["phoney-prod/template-api"], "arm64")
    names, architecture = planned(reviewed("pika", "prod").to_json())
    assert architecture == "arm64"
    assert len(names) == 7
    assert planned(reviewed("pika", "prod", preset="drawn").to_json())[1] == "amd64"
    assert planned(reviewed("pratikoai-mcp", "staging").to_json()) == (["pratikoai-mcp-staging/app"], "amd64")
    assert planned(reviewed("pratikoai-mcp", "prod").to_json()) == ([], "")


def pushing(tmp_path: Path, critical: int, *, pushed: bool = True) -> tuple[Tools, subprocess.CompletedProcess[str]]:
    """A push of Phoney's image among stand-ins."""
    work = tmp_path / "work"
    (work / ".venv" / "bin").mkdir(parents=True)
    tools = Tools(tmp_path, "tierwise", "aws", "docker", "pulumi")
    (work / ".venv" / "bin" / "tierwise").symlink_to(tools.folder / "tierwise")
    entry = {
        "preview": {
            "steps": [
                {"newState": {"type": "aws:ecr/repository:Repository", "inputs": {"name": "phoney-prod/template-api"}}},
                {"newState": {"type": "aws:lambda/function:Function",
                              "inputs": {"packageType": "Image", "architectures": ["arm64"]}}},
            ]
        }
    }  # fmt: skip
    tools.answer("tierwise", prints=json.dumps({"stacks": {"phoney/prod": entry}}))
    if not pushed:
        tools.answer("aws", "describe-images", status=254, times=1)
    tools.answer("aws", "describe-images", prints=DIGEST)
    tools.answer("aws", "describe-repositories", "--query", prints="1.dkr.ecr.us-east-1.amazonaws.com/phoney\n")
    tools.answer("aws", "get-login-password", prints="password")
    tools.answer("aws", "describe-image-scan-findings", prints=json.dumps({"CRITICAL": critical, "HIGH": 3}))
    done = tools.run("push_image.py", "phoney", "prod", "images", cwd=work, GITHUB_SHA="c" * 40)
    return tools, done


@pytest.mark.requirement("PHONEY-50")
def test_a_critical_finding_of_the_registry_stops_the_release(tmp_path: Path) -> None:
    tools, done = pushing(tmp_path, critical=1)
    assert done.returncode == 1
    assert f"phoney-prod/template-api:{'c' * 40}-arm64 has 1 critical findings" in done.stderr
    assert not any(call[0] == "pulumi" for call in tools.calls)


@pytest.mark.requirement("PHONEY-58", check="ci")
@pytest.mark.requirement("PHONEY-23", check="ci")
def test_a_clean_image_is_released_by_digest(tmp_path: Path) -> None:
    tools, done = pushing(tmp_path, critical=0)
    assert done.returncode == 0, done.stderr
    assert ["docker", "load", "--input", "images/image-phoney-arm64/image.tar.gz"] in tools.calls
    assert tools.calls[-1] == [
        "pulumi", "config", "set", "phoney:release", DIGEST, "--cwd", "systems/phoney", "--stack", "prod",
    ]  # fmt: skip
    scanned = [call[2] for call in tools.calls if call[0] == "aws"]
    assert scanned.index("wait") < scanned.index("describe-image-scan-findings")
    # The tag is there from an earlier attempt, and never moves: nothing is pushed again.
    assert not any(call[:2] == ["docker", "push"] for call in tools.calls)


@pytest.mark.requirement("PHONEY-58", check="ci")
def test_an_image_is_pushed_under_its_commit_and_architecture(tmp_path: Path) -> None:
    tools, done = pushing(tmp_path, critical=0, pushed=False)
    assert done.returncode == 0, done.stderr
    image = f"1.dkr.ecr.us-east-1.amazonaws.com/phoney:{'c' * 40}-arm64"
    docker = [call[1:] for call in tools.calls if call[0] == "docker"]
    assert docker[-2:] == [["tag", f"phoney:{'c' * 40}-arm64", image], ["push", image]]
    assert tools.given["docker login --username"] == "password"


@pytest.mark.requirement("PHONEY-58", check="ci")
def test_the_digest_that_the_pipeline_sets_is_what_the_function_runs() -> None:
    plan = reviewed("phoney", "prod", release=DIGEST).plan.view()
    (function,) = [r for r in plan.of_type("aws:lambda/function:Function") if r.name == "template-api"]
    assert str(function.get("imageUri")).endswith(f"/phoney-prod/template-api@{DIGEST}")


@needs_jq
@pytest.mark.requirement("EC2M-59", check="ci")
def test_pages_are_copied_and_then_the_edge_forgets(tmp_path: Path) -> None:
    tools = Tools(tmp_path, "pulumi", "aws")
    outputs = {"buckets": {"site": "the-site"}, "distributionId": "E1"}
    tools.answer("pulumi", prints=json.dumps(outputs))
    tools.answer("aws", "create-invalidation", prints="I1")
    assert tools.run("publish_site.sh", "ec2-manager", "prod", "pages", cwd=tmp_path).returncode == 0
    aws = [call[1:] for call in tools.calls if call[0] == "aws"]
    assert aws[0] == ["s3", "sync", "--delete", "--no-follow-symlinks", "pages", "s3://the-site"]
    assert aws[1][:6] == ["cloudfront", "create-invalidation", "--distribution-id", "E1", "--paths", "/*"]
    assert aws[2][:3] == ["cloudfront", "wait", "invalidation-completed"]


@needs_jq
@pytest.mark.parametrize(
    ("told", "published"),
    [
        (["tierwise db-bootstrap askiam/prod", "tierwise lex publish askiam/prod"], True),
        (["tierwise db-bootstrap x"], False),
    ],
)
def test_a_bot_is_published_where_the_stack_has_one(tmp_path: Path, told: list[str], published: bool) -> None:
    tools = Tools(tmp_path, "pulumi", "tierwise")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "tierwise").symlink_to(tools.folder / "tierwise")
    tools.answer("pulumi", prints=json.dumps({"afterDeploy": told}))
    assert tools.run("publish_bot.sh", "askiam", "prod", cwd=tmp_path).returncode == 0
    calls = [call[1:] for call in tools.calls if call[0] == "tierwise"]
    assert calls == ([["lex", "publish", "askiam/prod", "--yes"]] if published else [])


@needs_jq
def test_a_stack_without_a_site_bucket_is_an_error(tmp_path: Path) -> None:
    tools = Tools(tmp_path, "pulumi", "aws")
    tools.answer("pulumi", prints='{"buckets": {}}')
    assert tools.run("publish_site.sh", "x", "dev", "pages", cwd=tmp_path).returncode != 0
    assert not any(call[0] == "aws" for call in tools.calls)


@pytest.mark.requirement("EC2M-104", check="ci")
def test_an_earlier_commit_is_applied_from_its_own_worktree(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    folder, (older, _) = repository
    tools = Tools(tmp_path, "pulumi", "make", "tierwise")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "tierwise").symlink_to(tools.folder / "tierwise")
    good = tmp_path / "last-good.txt"
    good.write_text(f"{older}\n{DIGEST}\n")
    done = tools.run("apply_commit.sh", "ec2-manager", "staging", str(good), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [call[:3] for call in tools.calls[1:]] == [
        ["pulumi", "config", "set"],
        ["pulumi", "up", "--yes"],
        ["tierwise", "smoke", "ec2-manager/staging"],
    ]
    assert tools.calls[1][3:5] == ["ec2-manager:release", DIGEST]
    assert tools.calls[0][1] == "-C"
    assert tools.calls[0][3] == "setup"
    worktree = tools.calls[0][2]
    assert not Path(worktree).exists()  # and it is removed again
    assert "--stack staging" in " ".join(tools.calls[2])
    good.write_text("\n\n")
    nowhere = tools.run("apply_commit.sh", "ec2-manager", "staging", str(good), cwd=folder)
    assert nowhere.returncode == 1
    assert "no earlier commit" in nowhere.stderr


@pytest.mark.requirement("EC2M-108")
def test_the_team_is_told_and_a_missing_topic_fails_nothing(tmp_path: Path) -> None:
    tools = Tools(tmp_path, "pulumi", "aws")
    tools.answer("aws", "get-caller-identity", prints="123456789012")
    tools.answer("aws", "publish", status=254)
    tools.answer("pulumi", prints="us-west-2")
    summary = tmp_path / "summary"
    environ = {"GITHUB_SHA": "d" * 40, "GITHUB_STEP_SUMMARY": str(summary)}
    done = tools.run("tell.sh", "pika", "prod", "failure", "https://run", cwd=tmp_path, **environ)
    assert done.returncode == 0
    assert "::notice::pika/prod has no topic to tell" in done.stdout
    assert summary.read_text() == f"pika/prod at {'d' * 12}: failure. https://run\n"
    published = next(call for call in tools.calls if "publish" in call)
    assert "arn:aws:sns:us-west-2:123456789012:pika-prod-notifications" in published


@pytest.mark.requirement("EC2M-120")
def test_state_goes_to_a_versioned_bucket_only(tmp_path: Path) -> None:
    tools = Tools(tmp_path, "pulumi", "aws")
    tools.answer("aws", "safe", prints="Enabled")
    tools.answer("aws", "get-bucket-versioning", prints="Suspended")
    assert tools.run("export_state.sh", "pika", "prod", "s3://safe/states/", cwd=tmp_path).returncode == 0
    copied = tools.calls[-1]
    assert copied[-1] == "s3://safe/states/pika/prod.json"
    assert copied[1:6] == ["s3", "cp", "--only-show-errors", "--sse", "aws:kms"]
    before = len(tools.calls)
    refused = tools.run("export_state.sh", "pika", "prod", "s3://other", cwd=tmp_path)
    assert refused.returncode == 1
    assert "not versioned" in refused.stderr
    assert len(tools.calls) == before + 1


def test_the_environments_can_be_looked_at_before_they_are_made(tmp_path: Path) -> None:
    done = Tools(tmp_path, "gh").run("environments.py", "o/r", "--dry-run", cwd=ROOT)
    assert done.returncode == 0
    assert "PUT repos/o/r/environments/prod-security" in done.stdout


@needs_jq
def test_alerts_are_uploaded_packed_for_their_commit(tmp_path: Path) -> None:
    (tmp_path / "preview.sarif").write_text('{"version": "2.1.0"}')
    tools = Tools(tmp_path, "gh")
    done = tools.run(
        "upload_alerts.sh", "preview.sarif", "c" * 40, "refs/heads/main", cwd=tmp_path, REPOSITORY="o/r"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "repos/o/r/code-scanning/sarifs" in tools.calls[0]
    told = json.loads((tmp_path / "upload.json").read_text())
    assert (told["commit_sha"], told["ref"]) == ("c" * 40, "refs/heads/main")
    assert json.loads(gzip.decompress(base64.b64decode(told["sarif"]))) == {"version": "2.1.0"}
