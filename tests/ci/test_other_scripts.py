"""The scripts beside a release: second reviewers, uploads, drift, prices, sizes, secrets, pull requests' stacks."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml
from jsonschema import Draft4Validator

from tests.ci.scripts import SCRIPTS, Tools, module
from tests.ci.test_deployment import SYSTEMS
from tests.review.test_machine_output import HOSTILE, schema
from tests.support.stacks import ROOT, reviewed
from tierwise.operations import cleanup
from tierwise.review.issues import ReviewedStack, issues
from tierwise.review.sarif import sarif
from tierwise.review.stack import review
from tierwise.targets import Target


def changed(token: str, *paths: str, **diff: Any) -> dict[str, Any]:
    """A comparison with one changed resource."""
    resource = {"type": token, "changes": [{"path": path} for path in paths]}
    return {"stacks": {"x/prod": {"diff": {"compared": True, "resources": [resource], "dataLoss": [], **diff}}}}


@pytest.mark.requirement("EC2M-107")
@pytest.mark.parametrize(
    ("document", "words"),
    [
        (changed("aws:lambda/function:Function", "memorySize"), set()),
        (changed("aws:cloudwatch/logGroup:LogGroup", "retentionInDays"), {"retention"}),
        (changed("aws:dynamodb/table:Table", "pointInTimeRecovery.enabled"), {"backups"}),
        (changed("aws:iam/rolePolicy:RolePolicy", "policy"), {"rights"}),
        (changed("aws:cognito/userPool:UserPool", "mfaConfiguration"), {"identities"}),
        (changed("aws:wafv2/webAcl:WebAcl", "rules[0].priority"), {"firewall"}),
        (changed("aws:s3/bucketPolicy:BucketPolicy", "policy"), {"rights"}),
        (changed("aws:rds/instance:Instance", "backupRetentionPeriod"), {"backups", "retention"}),
        (changed("aws:ec2/vpc:Vpc", compared=False), {"unknown"}),
        (changed("aws:ec2/vpc:Vpc", dataLoss=[{}]), {"backups"}),
        ({"stacks": {}}, {"unknown"}),
    ],
)
def test_what_a_second_person_looks_at(document: dict[str, Any], words: set[str]) -> None:
    assert module("sensitive").touched(document) - (words if words else set()) == set()
    assert words <= module("sensitive").touched(document)


@pytest.mark.requirement("EC2M-107")
@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"stacks": {"a": {}}}', '{"stacks": 1}', "[" * 100_000])
def test_what_cannot_be_read_is_looked_at(tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "preview.json"
    if text is not None:
        file.write_text(text)
    module("sensitive").main(str(file))
    assert capsys.readouterr().out == "unknown\n"


def test_what_is_uploaded_is_made_anew_from_what_a_preview_writes() -> None:
    result = reviewed("pika", "prod")
    written = json.loads(sarif(issues([ReviewedStack(result.target, result.to_json())], ROOT)))
    made = module("checked_sarif").checked(written)
    Draft4Validator(schema().schema).validate(made)
    before, after = written["runs"][0]["results"], made["runs"][0]["results"]
    assert len(before) == len(after) > 5
    for old, new in zip(before, after, strict=True):
        assert (new["ruleId"], new["level"], new["partialFingerprints"]) == (
            old["ruleId"], old["level"], old["partialFingerprints"],
        )  # fmt: skip
        assert new["locations"][0]["physicalLocation"]["region"] == old["locations"][0]["physicalLocation"]["region"]


def hostile_log() -> dict[str, Any]:
    return {
        "runs": [
            {
                "tool": {"driver": {"name": "tierwise", "rules": [{
                    "id": "S3.9", "shortDescription": {"text": HOSTILE}, "helpUri": "https://evil.example",
                    "help": {"markdown": "![](https://evil.example)"},
                }]}},
                "results": [{
                    "ruleId": "S3.9", "level": "error", "message": {"text": f"{HOSTILE} [x](https://evil) \\[y](z)"},
                    "partialFingerprints": {"tierwise/v1": "0" * 32},
                    "locations": [{"physicalLocation": {
                        "artifactLocation": {"uri": "a.yaml", "uriBaseId": "EVIL"}, "region": {"startLine": 1}}}],
                    "codeFlows": [], "relatedLocations": [{}],
                }],
            }
        ]
    }  # fmt: skip


def test_hostile_findings_lose_what_could_do_harm() -> None:
    made = module("checked_sarif").checked(hostile_log())
    Draft4Validator(schema().schema).validate(made)
    text = json.dumps(made)
    assert "evil.example" not in text
    assert "EVIL" not in text
    message = made["runs"][0]["results"][0]["message"]["text"]
    assert message.isprintable()
    assert not re.search(r"(?<!\\)[\[\]]", message)
    assert set(made["runs"][0]["results"][0]) == {"ruleId", "level", "message", "partialFingerprints", "locations"}


def test_what_is_not_a_previews_findings_is_not_uploaded(tmp_path: Path) -> None:
    def edited(edit: Any) -> Any:
        log = hostile_log()
        edit(log["runs"][0])
        return log

    def at(run: Any) -> Any:
        return run["results"][0]["locations"][0]["physicalLocation"]

    broken: list[Any] = [
        None, [], {}, {"runs": []}, {"runs": [1, 2]},
        edited(lambda run: run["tool"]["driver"].update(name="CodeQL")),
        edited(lambda run: run["results"][0].update(ruleId="<script>")),
        edited(lambda run: run["results"][0].update(ruleId="S3.10")),
        edited(lambda run: run["results"][0].update(level="panic")),
        edited(lambda run: at(run)["artifactLocation"].update(uri="../../etc/passwd")),
        edited(lambda run: at(run)["artifactLocation"].update(uri="/etc/passwd")),
        edited(lambda run: at(run)["artifactLocation"].update(uri="https://evil.example/x")),
        edited(lambda run: at(run)["region"].update(startLine=True)),
        edited(lambda run: run.update(results=run["results"] * 5_001)),
    ]  # fmt: skip
    file = tmp_path / "x.sarif"
    for document in broken:
        file.write_text(json.dumps(document))
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(SCRIPTS / "checked_sarif.py"), str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, ""), document
        assert done.stderr.startswith("not uploaded: ")
    (tmp_path / "link").symlink_to(file)
    for path in (tmp_path / "link", tmp_path / "none"):
        assert module("checked_sarif").main(str(path)) == 1


def looked(folder: Path, stack: str, status: str, preview: str = "", *differences: dict[str, str]) -> None:
    place = folder / f"drift-{stack.replace('/', '-')}"
    place.mkdir(parents=True)
    (place / "status.txt").write_text(f"{stack} {status}\n")
    (place / "preview.txt").write_text(preview)
    (place / "drift.json").write_text(json.dumps({"ok": not differences, "differences": differences}))


@pytest.mark.requirement("EC2M-09", check="ci")
@pytest.mark.requirement("PRATIKO-131")
def test_drift_opens_edits_and_closes_one_issue_a_stack(tmp_path: Path) -> None:
    folder = tmp_path / "drift"
    opened = {
        "matter": "security",
        "resource": "bucket logs",
        "property": "acl",
        "planned": "private",
        "actual": "public",
    }
    looked(folder, "pika/prod", "failure success", "", opened)
    looked(folder, "pika/dev", "failure failure", f"{HOSTILE}\n````\n@everyone\n")
    looked(folder, "pika/staging", "skipped skipped")
    looked(folder, "phoney/dev", "success success")
    looked(folder, "phoney/prod", "success success")
    looked(folder, "x", "failure failure")
    tools = Tools(tmp_path, "gh")
    found = [
        {"number": 7, "title": "pika/prod differs from the program"},
        {"number": 8, "title": "phoney/dev differs from the program"},
        {"number": 9, "title": "pika/staging differs from the program"},
    ]
    tools.answer("gh", "list", prints=json.dumps(found))
    done = tools.run("drift_issues.py", str(folder), "https://run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    changes = [call[1:4] for call in tools.calls if call[1] == "issue" and call[2] != "list"]
    assert sorted(changes) == [
        ["issue", "close", "8"],
        ["issue", "create", "--title"],
        ["issue", "edit", "7"],
        ["issue", "edit", "9"],
    ]
    texts = [call for call in tools.given.items() if call[0] == "gh issue edit"]
    assert "nobody knows whether" in texts[-1][1]
    text = tools.given["gh issue create"]
    assert "\x1b" not in text
    # The text is inside of a fence that nothing in it closes.
    fence = next(line for line in text.splitlines() if line.startswith("```"))
    assert fence == "`````text"
    assert text.splitlines().count("`````") == 1


def test_an_issue_says_what_differs_and_why_it_matters(tmp_path: Path) -> None:
    issues_of = module("drift_issues")
    opened = {
        "matter": "security",
        "resource": "bucket logs",
        "property": "acl",
        "planned": "private",
        "actual": "public",
    }
    looked(tmp_path, "pika/prod", "failure success", "", opened)
    text = issues_of.body("pika/prod", issues_of.ended(tmp_path)["pika/prod"], "https://run")
    assert 'security  bucket logs  acl: "private" → "public"' in text
    assert "Take it back with `pulumi up`" in text


@pytest.mark.parametrize(
    ("action", "labels", "label", "expected"),
    [
        ("labeled", ["environment:pika"], "environment:pika", (["pika"], [])),
        ("labeled", ["environment:pika", "bug"], "bug", ([], [])),
        ("synchronize", ["environment:pika", "environment:prod"], None, (["pika"], [])),
        ("reopened", ["environment:phoney"], None, (["phoney"], [])),
        ("unlabeled", [], "environment:pika", ([], ["pika"])),
        ("closed", ["environment:pika", "environment:evil\nmake=x"], None, ([], ["pika"])),
        ("synchronize", [HOSTILE, "environment:"], None, ([], [])),
    ],
)
def test_a_label_makes_and_removes_only_known_systems(
    action: str, labels: list[str], label: str | None, expected: tuple[list[str], list[str]]
) -> None:
    event: dict[str, Any] = {"action": action, "pull_request": {"labels": [{"name": name} for name in labels]}}
    if label is not None:
        event["label"] = {"name": label}
    assert module("environment_labels").decide(event, ["phoney", "pika"]) == expected


NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize("system", [name for name in SYSTEMS if name != "account-baseline"])
def test_a_pull_requests_stack_can_be_planned_and_shares_no_name_with_dev(system: str, tmp_path: Path) -> None:
    ephemeral = module("ephemeral")
    project = yaml.safe_load((ROOT / "systems" / system / "Pulumi.yaml").read_text())
    dev = yaml.safe_load((ROOT / "systems" / system / "Pulumi.dev.yaml").read_text())
    made = ephemeral.described(project, dev, "pr-12", NOW + timedelta(hours=72))
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({**project, "main": str(ROOT)}))
    (tmp_path / "Pulumi.pr-12.yaml").write_text(yaml.safe_dump(made))
    result = review(Target(tmp_path, system, "pr-12"))
    assert result.plan.error is None, result.plan.error.message
    assert [str(finding.message) for finding in result.findings if finding.level == "mandatory"] == []
    tagged = [r for r in result.plan.resources if "ephemeral-until" in str(r.inputs)]
    assert tagged

    def names(plan: Any) -> set[tuple[str, str]]:
        return {
            (r.type, str(value))
            for r in plan.resources
            if r.type in ACCOUNT_WIDE and isinstance(value := r.inputs.get(ACCOUNT_WIDE[r.type]), str)
        }

    assert names(result.plan)
    assert names(result.plan) & names(reviewed(system, "dev").plan) == set()


#: What has one name in an account and region, by the property that gives it.
ACCOUNT_WIDE = {
    "aws:apigateway/restApi:RestApi": "name",
    "aws:apigatewayv2/api:Api": "name",
    "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:cognito/userPool:UserPool": "name",
    "aws:dynamodb/table:Table": "name",
    "aws:ecr/repository:Repository": "name",
    "aws:ecs/cluster:Cluster": "name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:iam/role:Role": "name",
    "aws:lambda/function:Function": "name",
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:secretsmanager/secret:Secret": "name",
    "aws:sns/topic:Topic": "name",
    "aws:sqs/queue:Queue": "name",
    "aws:ssm/parameter:Parameter": "name",
}


@pytest.mark.parametrize(
    ("system", "number", "hours", "told"),
    [
        ("phoney", "0", 1, "called pr-NUMBER"),
        ("phoney", "12-prod", 1, "called pr-NUMBER"),
        ("phoney", "1\nstack=prod", 1, "called pr-NUMBER"),
        ("phoney", "", 1, "called pr-NUMBER"),
        ("phoney", "12345678", 1, "called pr-NUMBER"),
        ("phonney", "1", 1, "no such system"),
        ("../phoney", "1", 1, "no such system"),
        ("phoney", "1", 169, "168 hours at most"),
        ("phoney", "1", -1, "168 hours at most"),
        ("phoney", "9", 1, "described in the repository is not ephemeral"),
    ],
)
def test_it_can_never_have_the_name_of_a_stage_that_lasts(
    tmp_path: Path, system: str, number: str, hours: int, told: str
) -> None:
    folder = tmp_path / "systems" / "phoney"
    folder.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        (folder / name).write_text((ROOT / "systems" / "phoney" / name).read_text())
    (folder / "Pulumi.pr-9.yaml").write_text("")
    done = Tools(tmp_path).run("ephemeral.py", system, number, f"--hours={hours}", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["Pulumi.dev.yaml", "Pulumi.pr-9.yaml", "Pulumi.yaml"]


def test_no_shipped_stage_has_an_ephemeral_name() -> None:
    name = module("ephemeral").NAME
    # What removes such stacks knows them by the same name and the same tag.
    assert (name.pattern, module("ephemeral").TAG) == (cleanup.EPHEMERAL.pattern, cleanup.UNTIL)
    stages = {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("**/Pulumi.*.yaml")}
    assert stages >= {"dev", "staging", "prod"}
    assert not any(name.fullmatch(stage) for stage in stages)


@pytest.mark.requirement("PRATIKO-47", check="ci")
def test_what_is_too_large_for_lambda_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package_size = module("package_size")
    assert (package_size.MOST_ZIPPED, package_size.MOST_UNPACKED) == (50 * 2**20, 250 * 2**20)
    small, image = tmp_path / "small", tmp_path / "image"
    small.mkdir()
    image.mkdir()
    (small / "handler.py").write_text("def handler(event, context): ...\n" * 100)
    (image / "Dockerfile").write_text("FROM scratch")
    (image / "model.bin").write_bytes(random.Random(1).randbytes(4096))  # noqa: S311
    size = package_size.measure(small)
    assert size.fits
    assert size.zipped < size.unpacked == 3_300
    monkeypatch.setattr(package_size, "MOST_ZIPPED", 1_000)
    assert package_size.main([str(small), str(image)]) == 0  # an image has another limit
    (small / "model.bin").write_bytes(random.Random(1).randbytes(4096))  # noqa: S311
    assert package_size.main([str(small), str(image)]) == 1


@pytest.mark.requirement("PRATIKO-47", check="ci")
def test_the_archives_that_are_measured_are_those_of_the_configuration(tmp_path: Path) -> None:
    system = tmp_path / "systems" / "x"
    system.mkdir(parents=True)
    config = {"functionDefaults": {"value": {"archive": "a"}}, "functions": {"value": {"f": {"archive": "b"}, "g": {}}}}
    (system / "Pulumi.yaml").write_text(yaml.safe_dump({"config": config}))
    (system / "Pulumi.prod.yaml").write_text(
        yaml.safe_dump({"config": {"x:overrides": {"functions": {"f": {"archive": "c"}}}}})
    )
    assert module("package_size").archives(tmp_path) == ["a", "b", "c"]


@pytest.mark.requirement("EC2M-93")
def test_a_secret_in_a_file_or_in_history_is_found_and_not_shown(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "-C", str(tmp_path)]
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    (tmp_path / "config.py").write_text(f"KEY = '{key}'\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *words], check=True)  # noqa: S603
    scan = [sys.executable, str(SCRIPTS / "secret_scan.py")]
    now = subprocess.run(scan, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert (now.returncode, now.stdout) == (1, "config.py:1  holds an AWS access key id\n")
    (tmp_path / "config.py").write_text("KEY = None\n")
    subprocess.run([*git, "commit", "-q", "-a", "-m", "b"], check=True)  # noqa: S603
    assert subprocess.run(scan, cwd=tmp_path, check=False).returncode == 0  # noqa: S603
    past = subprocess.run([*scan, "--history"], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert past.returncode == 1
    assert re.fullmatch(r"config\.py@[0-9a-f]{12}:0  holds an AWS access key id\n", past.stdout)
    assert key not in past.stdout + now.stdout


@pytest.mark.requirement("EC2M-93")
def test_no_tracked_file_holds_a_secret() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(SCRIPTS / "secret_scan.py")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def price_repository(tmp_path: Path) -> Path:
    """A repository with a price book, and one that it is pushed to."""
    folder = tmp_path / "repository"
    book = folder / "policy/guardrails/cost/prices"
    book.mkdir(parents=True)
    (book / "global.yaml").write_text("old\n")
    (folder / "other.py").write_text("old\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "-C", str(folder)]
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote")], check=True)  # noqa: S603, S607
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a"],
                  ["remote", "add", "origin", str(tmp_path / "remote")]):  # fmt: skip
        subprocess.run([*git, *words], check=True)  # noqa: S603
    return folder


@pytest.mark.parametrize("open_already", [True, False])
def test_changed_prices_are_proposed_and_nothing_else_of_the_patch(tmp_path: Path, open_already: bool) -> None:
    folder = price_repository(tmp_path)
    git = ["git", "-C", str(folder)]
    for name in ("policy/guardrails/cost/prices/global.yaml", "other.py"):
        (folder / name).write_text("new\n")
    patch = subprocess.run([*git, "diff"], check=True, capture_output=True, text=True).stdout  # noqa: S603
    subprocess.run([*git, "checkout", "-q", "."], check=True)  # noqa: S603
    (tmp_path / "prices.patch").write_text(patch)
    (tmp_path / "prices.txt").write_text("nat in us-east-1: 1 → 2\n``` @everyone\n")
    tools = Tools(tmp_path, "gh")
    if open_already:
        tools.answer("gh", "list", prints="7")
    done = tools.run(
        "propose_prices.sh", str(tmp_path / "prices.patch"), str(tmp_path / "prices.txt"), cwd=folder,
        GH_TOKEN="x",  # noqa: S106
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(  # noqa: S603
        ["git", "-C", str(tmp_path / "remote"), "show", "--name-only", "--format=%s", "prices/refresh"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert listed.split("\n\n") == ["Renew the price book", "policy/guardrails/cost/prices/global.yaml\n"]
    assert tools.calls[-1][1:3] == ["pr", "edit" if open_already else "create"]
    assert (folder / "body.md").read_text().count("```") == 2


def test_unchanged_prices_are_no_pull_request(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    tools = Tools(tmp_path, "gh", "git")
    summary = tmp_path / "summary"
    done = tools.run("propose_prices.sh", "empty", "none", cwd=tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 0
    assert tools.calls == []


class _GitLab(BaseHTTPRequestHandler):
    notes: ClassVar[list[dict[str, Any]]] = []
    seen: ClassVar[list[tuple[str, str, Any]]] = []

    def _answer(self, content: Any) -> None:
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        if self.path.endswith("/user"):
            self._answer({"id": 5})
        else:
            self._answer(self.notes if self.path.endswith("page=1") else [])

    def _write(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.command, self.path, body))
        self._answer({})

    do_POST = do_PUT = _write  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        return


def test_gitlabs_comment_is_posted_once_and_edited_afterwards() -> None:
    server = HTTPServer(("127.0.0.1", 0), _GitLab)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        post = module("gitlab_comment").post
        base = f"http://127.0.0.1:{server.server_port}/api/v4/projects/1/merge_requests/2/notes"
        _GitLab.notes = [{"id": 9, "author": {"id": 6}, "body": "<!-- tierwise-preview -->\nanother's"}]
        assert post("hello", base, "t") == "POST"
        _GitLab.notes.append({"id": 10, "author": {"id": 5}, "body": "<!-- tierwise-preview -->\nours"})
        assert post("again", base, "t") == "PUT"
    finally:
        server.shutdown()
    assert [(method, path.rpartition("/")[2], body) for method, path, body in _GitLab.seen] == [
        ("POST", "notes", {"body": "hello"}),
        ("PUT", "10", {"body": "again"}),
    ]
    with pytest.raises(SystemExit, match="not encrypted"):
        post("x", "http://gitlab.example/api/v4/projects/1/x", "t")


def test_the_labels_are_read_with_the_images_that_the_systems_need(tmp_path: Path) -> None:
    event = {"action": "reopened", "pull_request": {"labels": [{"name": "environment:phoney"}]}}
    done = Tools(tmp_path).run("environment_labels.py", cwd=ROOT, EVENT=json.dumps(event), SYSTEMS='["phoney", "pika"]')
    assert done.stdout.splitlines() == [
        'make=[{"system": "phoney", "image": true}]',
        'images=[{"system": "phoney", "context": "workloads/functions/phoney"}]',
        "remove=[]",
    ]
