"""What stands between a change and a deployment, and what no workflow may do."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from typing import Any

import pytest
import yaml

from guardrails.secrets import named_secret
from tests.ci.workflows import FOLDER, ROOT, before, commands, every_step, jobs, names, needs, step, steps, workflow

MAKEFILE = (ROOT / "Makefile").read_text()


def checks() -> dict[str, Any]:
    return workflow("checks")["jobs"]


def recipe(target: str) -> str:
    """What a target of the Makefile runs."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.requirement("EC2M-101")
@pytest.mark.requirement("PHONEY-57")
def test_gate_one_lint_types_tests_and_four_fifths_covered() -> None:
    run = commands(checks()["quality"])
    assert run.split() == ["make", "lint", "make", "coverage"]
    lint = recipe("lint")
    # The formatter writes Black's style.
    for tool in ("ruff check .", "ruff format --check .", "pyright", "check-jsonschema", "zizmor"):
        assert tool in lint
    assert "pytest" in recipe("coverage")
    assert "--cov-fail-under=80" in recipe("coverage")
    source = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]["source"]
    assert source == ["settings", "components", "policy/guardrails", "tierwise"]


@pytest.mark.requirement("EC2M-93")
@pytest.mark.requirement("PHONEY-51", check="ci")
@pytest.mark.requirement("PRATIKO-128")
def test_gate_two_dependencies_code_and_secrets_before_any_deployment() -> None:
    job = checks()["security"]
    run = commands(job)
    assert run.split() == ["make", "audit", "make", "secure-code", "make", "secrets"]
    assert steps(job)[0]["with"]["fetch-depth"] == 0
    audit = (ROOT / ".github/scripts/audit.sh").read_text()
    assert audit.count('pip-audit" --strict') == 2
    assert "find workloads -name requirements.txt" in audit
    assert "npm" in audit
    assert "--select S" in recipe("secure-code")
    assert "secret_scan.py --history" in recipe("secrets")
    assert "checks" in needs("deploy", "release")


@pytest.mark.requirement("PRATIKO-127")
def test_servers_are_tried_on_local_containers_before_anything_is_deployed() -> None:
    run = commands(checks()["integration"])
    file = "systems/pratikoai-mcp/compose.yaml"
    assert f"compose_answers.sh {file} http://127.0.0.1:8080/health" in run
    compose = yaml.safe_load((ROOT / file).read_text())
    assert "127.0.0.1:8080:8080" in compose["services"]["server"]["ports"]
    assert "checks" in needs("deploy", "release")


@pytest.mark.requirement("EC2M-102")
def test_gates_three_and_four_come_after_and_before_a_deployment() -> None:
    assert needs("checks", "integration") == {"quality", "security", "infrastructure"}
    assert "tierwise preview --all" in commands(checks()["infrastructure"])
    integration = commands(checks()["integration"])
    assert "container_answers.sh workloads/container" in integration  # end to end
    assert "make bench" in integration  # the performance baseline
    assert "needs.checks.result == 'success'" in workflow("deploy")["jobs"]["release"]["if"]


@pytest.mark.requirement("PRATIKO-08", check="ci")
def test_no_gate_can_start_anything_in_aws() -> None:
    text = (FOLDER / "checks.yml").read_text()
    for job in checks().values():
        assert job["permissions"] == {"contents": "read"}
    for word in ("id-token", "configure-aws-credentials", "actions/session", "secrets."):
        assert word not in text


@pytest.mark.requirement("PRATIKO-47", check="ci")
def test_a_package_that_lambda_refuses_fails_the_gate() -> None:
    assert ".github/scripts/package_size.py\n" in commands(checks()["integration"])


@pytest.mark.requirement("PHONEY-23", check="ci")
@pytest.mark.requirement("PHONEY-58", check="ci")
def test_an_image_is_built_for_each_architecture_by_itself() -> None:
    job = workflow("images")["jobs"]["image"]
    assert job["strategy"]["matrix"]["architecture"] == ["arm64", "amd64"]
    assert job["env"]["IMAGE"].endswith(":${{ github.sha }}-${{ matrix.architecture }}")
    build = next(one["run"] for one in steps(job) if one.get("run", "").startswith("docker build"))
    assert '--platform "$PLATFORM"' in build
    assert "--provenance=false" in build  # one manifest, as Lambda asks


@pytest.mark.requirement("PHONEY-50")
def test_an_image_with_a_critical_finding_is_not_released() -> None:
    job = workflow("images")["jobs"]["image"]
    assert before(job, "docker build", "anchore/sbom-action@", "anchore/scan-action@", "docker save")
    sbom = next(one for one in steps(job) if one.get("uses", "").startswith("anchore/sbom-action@"))
    scan = next(one for one in steps(job) if one.get("uses", "").startswith("anchore/scan-action@"))
    assert sbom["with"]["image"] == "${{ env.IMAGE }}"
    assert sbom["with"]["artifact-name"].endswith(".spdx.json")
    assert scan["with"]["severity-cutoff"] == "critical"
    assert scan["with"]["fail-build"] == "true"
    assert "images" in needs("deploy", "release")
    # And the registry's own scan has a say before anything runs it.
    stack = workflow("stack")["jobs"]["stack"]
    assert before(stack, "push_image.py", "pulumi up --yes")


@pytest.mark.requirement("PRATIKO-89")
def test_credentials_are_roles_taken_for_the_run() -> None:
    session = yaml.safe_load((ROOT / ".github/actions/session/action.yml").read_text())
    assert session["inputs"]["role"]["required"] is True
    given = [one for one in every_step() if one.get("uses", "").startswith("aws-actions/configure-aws-credentials@")]
    assert len(given) == 2
    assert all(set(one["with"]) - {"role-duration-seconds"} == {"role-to-assume", "aws-region"} for one in given)
    for name in names():
        text = (FOLDER / f"{name}.yml").read_text()
        assert "secrets." not in text
        assert not re.search(r"aws[_-]access[_-]key|aws[_-]secret", text, re.IGNORECASE)
    for path, job in jobs().items():
        takes = any("role" in one.get("with", {}) or "role-to-assume" in one.get("with", {}) for one in steps(job))
        if "steps" in job:
            assert takes == ("id-token" in job["permissions"]), path


@pytest.mark.requirement("PRATIKO-89")
@pytest.mark.parametrize("file", sorted(ROOT.glob("**/Pulumi.*.yaml")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_stack_file_holds_a_secret_in_plain_text(file: Any) -> None:
    def look(node: Any, path: str) -> None:
        if isinstance(node, dict):
            if set(node) == {"secure"}:
                return
            for key, value in node.items():
                look(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                look(value, path)
        elif isinstance(node, str):
            why = named_secret(path.rpartition(".")[2], node)
            assert why is None or (why == "holds a random-looking literal" and path.endswith(".release")), (
                f"{path} {why}"
            )

    look(yaml.safe_load(file.read_text()), file.stem)


@pytest.mark.parametrize("name", names())
def test_rights_are_given_job_by_job(name: str) -> None:
    read = workflow(name)
    assert read["permissions"] == {}
    assert all("permissions" in job for job in read["jobs"].values())
    assert "secrets." not in (FOLDER / f"{name}.yml").read_text()


def test_actions_are_pinned_by_commit() -> None:
    used = [one["uses"] for one in every_step() if "uses" in one]
    others = [use for use in used if not use.startswith("./")]
    assert others
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in others)
    # The same everywhere, and each with the version that a person reads and Dependabot renews.
    commits = {(use.partition("@")[0], use.partition("@")[2]) for use in others}
    assert len(commits) == len({action for action, _ in commits})
    for path in ROOT.glob(".github/**/*.yml"):
        for line in path.read_text().splitlines():
            if re.search(r"uses: [^.\s]", line):
                assert re.search(r" # v\d+\.\d+\.\d+$", line), line


def test_every_checkout_drops_its_token() -> None:
    found = [one for one in every_step() if one.get("uses", "").startswith("actions/checkout@")]
    assert found
    assert all(one["with"]["persist-credentials"] is False for one in found)


def test_no_job_may_run_for_ever() -> None:
    assert all("timeout-minutes" in job for job in jobs().values() if "steps" in job)


def test_nothing_that_a_stranger_may_write_is_pasted_into_a_command() -> None:
    for one in every_step():
        for expression in re.findall(r"\$\{\{(.*?)\}\}", one.get("run", "")):
            pytest.fail(f"{one['run'][:60]}: {expression}")


def test_scripts_that_workflows_run_exist() -> None:
    for one in every_step():
        for script in re.findall(r"\.github/scripts/[\w.]+", one.get("run", "")):
            assert (ROOT / script).is_file(), script


def test_the_gitlab_template_previews_as_github_does() -> None:
    template = yaml.safe_load((ROOT / "docs/gitlab/preview.yml").read_text())
    job = template["tierwise preview"]
    github = step(workflow("preview")["jobs"]["preview"], "Preview")["run"]
    for flag in set(re.findall(r"--(\w+) report/", github)):
        assert f"--{flag} report/" in job["script"][1]
    assert job["artifacts"]["when"] == "always"
    assert "TOKEN" not in json.dumps(job)


def test_shell_scripts_stop_at_the_first_error() -> None:
    for script in sorted(ROOT.glob(".github/scripts/*.sh")):
        lines = script.read_text().splitlines()
        assert lines[0] == "#!/usr/bin/env bash"
        assert "set -euo pipefail" in lines
        subprocess.run(["bash", "-n", str(script)], check=True)  # noqa: S603, S607


def test_no_job_has_both_credentials_of_aws_and_a_right_to_write() -> None:
    for path, job in jobs().items():
        if "steps" in job and "id-token" in job["permissions"]:
            assert set(job["permissions"].values()) == {"read", "write"}, path
            assert [right for right, value in job["permissions"].items() if value == "write"] == ["id-token"], path
