"""The plan as a deployment file: what `pulumi stack export` would hold, without what nobody knows yet."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tierwise.preview.deployment import deployment_json
from tierwise.preview.errors import ConfigError
from tierwise.preview.plan import Plan, PlannedResource
from tierwise.preview.values import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL, Secret
from tierwise.review.run import run
from tierwise.sandbox.command import run_command

PROGRAM = """
import pulumi
from pulumi_aws import ssm

parameter = ssm.Parameter("greeting", type="SecureString", value=pulumi.Output.secret("hunter2-hunter2"))
ssm.Parameter("arn", type="String", value=parameter.arn, opts=pulumi.ResourceOptions(protect=True))
"""
PROJECT = """
name: shop
runtime: python
config:
  aws:region: eu-west-1
  shop:greeting: hello
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one system with two stages."""
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    for stage in ("dev", "prod"):
        (tmp_path / f"Pulumi.{stage}.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(repository: Path, *targets: str) -> dict[str, Any]:
    file = repository / "plan.json"
    run(targets, everything=False, json_file=None, judge=False, verbose=False, deployment_file=file)
    text = file.read_text(encoding="utf-8")
    assert "hunter2" not in text
    return json.loads(text)


def test_is_a_version_3_deployment_of_every_resource(repository: Path) -> None:
    found = written(repository, "dev")
    assert found["version"] == 3
    manifest = found["deployment"]["manifest"]
    # The engine takes a file for its own by this sum.
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()
    resources = {resource["urn"].rpartition("::")[2]: resource for resource in found["deployment"]["resources"]}
    (provider,) = (name for name in resources if name.startswith("default_"))
    assert resources.keys() == {"shop-dev", provider, "greeting", "arn"}
    assert resources["arn"]["protect"] is True
    assert resources["arn"]["inputs"]["value"] == UNKNOWN_SENTINEL
    assert resources["greeting"]["inputs"]["value"] == {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": '"[secret]"'}


def test_each_resource_comes_after_what_it_refers_to(repository: Path) -> None:
    seen: set[str] = set()
    ids: dict[str, str] = {}
    for resource in written(repository, "dev")["deployment"]["resources"]:
        references = {*resource.get("dependencies", ()), *([resource["parent"]] if "parent" in resource else [])}
        if "provider" in resource:
            urn, _, id_ = resource["provider"].rpartition("::")
            references.add(urn)
            assert ids[urn] == id_
        assert references <= seen
        seen.add(resource["urn"])
        ids[resource["urn"]] = resource.get("id", "")


def test_order_holds_where_the_plan_has_another() -> None:
    def planned(name: str, *dependencies: str) -> PlannedResource:
        urns = tuple(f"urn:pulumi:dev::shop::aws:t::{dependency}" for dependency in dependencies)
        return PlannedResource(
            f"urn:pulumi:dev::shop::aws:t::{name}", "aws:t", name, True, None, {}, {}, dependencies=urns
        )

    resources = [planned("first", "last"), planned("middle", "first"), planned("last")]
    plan = Plan("shop", "dev", {}, set(), resources, {}, [])
    names = [state["urn"].rpartition("::")[2] for state in deployment_json(plan)["deployment"]["resources"]]
    assert names == ["last", "first", "middle"]


def test_an_unknown_secret_stays_both() -> None:
    resource = PlannedResource("urn:pulumi:dev::shop::aws:t::n", "aws:t", "n", True, None, {"a": Secret(UNKNOWN)}, {})
    (state,) = deployment_json(Plan("shop", "dev", {}, set(), [resource], {}, []))["deployment"]["resources"]
    assert state["inputs"]["a"] == {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": json.dumps(UNKNOWN_SENTINEL)}


def test_holds_one_stack(repository: Path) -> None:
    with pytest.raises(ConfigError, match=r"--deployment  holds one stack, and 2 are named: dev, prod"):
        written(repository, "dev", "prod")


def test_a_program_that_fails_leaves_no_file(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "__main__.py").write_text("raise RuntimeError('no')\n")
    file = repository / "plan.json"
    assert run(["dev"], everything=False, json_file=None, judge=False, verbose=False, deployment_file=file) == 1
    assert not file.exists()


def test_a_pack_is_told_the_stacks_configuration(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = ["sh", "-c", 'echo "$PULUMI_PROJECT $PULUMI_STACK $PULUMI_CONFIG"']
    assert run_command(command, "prod") == 0
    assert capfd.readouterr().out == 'shop prod {"aws:region": "eu-west-1", "shop:greeting": "hello"}\n'
    assert run_command(command) == 0
    assert capfd.readouterr().out.strip() == ""
