"""The real engine deploys the reference system to the sandbox, changes it, and takes it down."""

from __future__ import annotations

import re

import pytest

from tests.engine.engine import Engine, needs_cli
from tierwise.preview.values import SECRET_SIGNATURE
from tierwise.sandbox.cloud import drift

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("lifecycle")]

_TASK = "aws:ecs/taskDefinition:TaskDefinition"
_VPC = "aws:ec2/vpc:Vpc"


def _configure(engine: Engine, old: str, new: str) -> None:
    file = engine.root / "Pulumi.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def _up(engine: Engine, **options: bool) -> str:
    return engine.run("up", "--yes", "--skip-preview", "-s", "dev", **options)


def test_life_of_the_reference_system(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev")
    _up(engine)
    made = engine.cloud.all()
    assert len({(held.type, held.region, held.key) for held in made}) == len(made)
    assert {held.urn for held in made} <= {resource["urn"] for resource in engine.export("dev")}
    assert SECRET_SIGNATURE in str(engine.export("dev"))

    assert engine.summary("dev").keys() == {"same"}

    _configure(engine, "build: workloads/container\n", "build: workloads/container\n        memory: 1024\n")
    changed = engine.summary("dev")
    assert changed.get("replace", 0) + changed.get("create-replacement", 0) >= 1  # a task definition is never changed
    assert changed["update"] >= 1  # its service is
    _up(engine)
    assert [held.outputs["revision"] for held in engine.cloud.all(_TASK)] == [2]
    assert engine.summary("dev").keys() == {"same"}

    vpc = engine.cloud.all(_VPC)[0]
    drift(engine.cloud, vpc, {"tags": {**vpc.inputs["tags"], "Name": "by hand"}})
    engine.run("refresh", "--yes", "--skip-preview", "-s", "dev")
    assert engine.summary("dev")["update"] == 1
    _up(engine)
    assert engine.cloud.all(_VPC)[0].outputs["tags"] == vpc.outputs["tags"]

    engine.run("destroy", "--yes", "--skip-preview", "-s", "dev")
    assert engine.cloud.all() == []
    assert engine.export("dev") == []


def test_another_network_replaces_subnets(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev")
    _up(engine)
    _configure(engine, "10.20.0.0/24, 10.20.1.0/24", "10.20.0.0/24, 10.20.2.0/24")
    preview, _ = engine.preview("dev")
    replaced = [step for step in preview["steps"] if step["op"] in ("replace", "create-replacement")]
    assert any(
        re.search(r"Subnet::.*public.*1b$", step["urn"]) and step["replaceReasons"] == ["cidrBlock"]
        for step in replaced
    )
