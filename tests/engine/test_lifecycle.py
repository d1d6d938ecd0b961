"""The real engine deploys the reference system to the sandbox, changes it, and takes it down."""

from __future__ import annotations

import re

import pytest

from tests.engine.engine import ROOT, Engine, needs_cli
from tierwise.preview.project import load_project
from tierwise.preview.values import SECRET_SIGNATURE
from tierwise.review.stateful import KINDS
from tierwise.sandbox.cloud import drift

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("lifecycle")]

_TASK = "aws:ecs/taskDefinition:TaskDefinition"
_VPC = "aws:ec2/vpc:Vpc"
#: Where production keeps its second copy.
_COPIES = {"  tierwise:overrides:\n": "  tierwise:overrides:\n    secondaryRegion: us-west-2\n"}


def _configure(engine: Engine, old: str, new: str) -> None:
    file = engine.root / "Pulumi.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_life_of_the_reference_system(fresh_engine: Engine) -> None:
    engine = fresh_engine
    stack = engine.stack("dev")
    stack.up()
    made = engine.cloud.all()
    assert len({(held.type, held.region, held.key) for held in made}) == len(made)
    assert {held.urn for held in made} <= {resource["urn"] for resource in engine.export("dev")}
    assert SECRET_SIGNATURE in str(engine.export("dev"))

    assert stack.up().summary.resource_changes.keys() == {"same"}

    _configure(engine, "build: workloads/container\n", "build: workloads/container\n        memory: 1024\n")
    changed = engine.summary("dev")
    assert changed.get("replace", 0) + changed.get("create-replacement", 0) >= 1  # a task definition is never changed
    assert changed["update"] >= 1  # its service is
    stack.up()
    assert [held.outputs["revision"] for held in engine.cloud.all(_TASK)] == [2]
    assert engine.summary("dev").keys() == {"same"}

    vpc = engine.cloud.all(_VPC)[0]
    drift(engine.cloud, vpc, {"tags": {**vpc.inputs["tags"], "Name": "by hand"}})
    assert stack.refresh().summary.resource_changes["update"] == 1
    assert engine.summary("dev")["update"] == 1
    stack.up()
    assert engine.cloud.all(_VPC)[0].outputs["tags"] == vpc.outputs["tags"]

    _configure(engine, "10.20.0.0/24, 10.20.1.0/24", "10.20.0.0/24, 10.20.2.0/24")
    steps = engine.preview("dev")[0]["steps"]
    replaced = [step for step in steps if step["op"] in ("replace", "create-replacement")]
    assert not any(step["newState"]["type"] in KINDS for step in replaced)
    assert any(
        re.search(r"Subnet::.*public.*1b$", step["urn"]) and step["replaceReasons"] == ["cidrBlock"]
        for step in replaced
    )

    stack.destroy()
    assert engine.cloud.all() == []
    assert engine.export("dev") == []


#: Stacks below production that keep data, and what production needs besides the tier.
_GROWING = {
    ("", "dev"): {"    loadBalancer: {accessLogs: false}\n    buckets: {logs: {enabled: false}}\n": "", **_COPIES},
    ("pratikoai-mcp", "staging"): {
        "  pratikoai-mcp:overrides:\n": "  pratikoai-mcp:overrides:\n    cache: {nodes: 2}\n"
    },
}

_LOSING = {("", "dev"): "encryption: {customerKey: true}"}


@pytest.mark.parametrize(
    ("system", "stage"),
    [key for key in _GROWING if (ROOT / "systems" / key[0] / "Pulumi.yaml").is_file() or not key[0]],
)
def test_another_tier_keeps_what_holds_data(fresh_engine: Engine, system: str, stage: str) -> None:
    engine = fresh_engine
    stack = engine.stack(stage, system)
    stack.up()
    before = {held.urn: held.id for held in engine.cloud.all() if held.type in KINDS}
    assert before
    folder = engine.root / "systems" / system if system else engine.root
    file = folder / f"Pulumi.{stage}.yaml"
    text = file.read_text(encoding="utf-8")
    name = load_project(folder).name
    for old, new in {"config:\n": f"config:\n  {name}:tier: prod\n", **_GROWING[system, stage]}.items():
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")

    steps = engine.preview(stage, system)[0]["steps"]
    gone = [step["urn"] for step in steps if step["op"] not in ("same", "update", "create") and step["urn"] in before]
    assert gone == []
    stack.up()
    after = {held.urn: held.id for held in engine.cloud.all() if held.type in KINDS}
    assert before.items() <= after.items()
    protected = {resource["urn"] for resource in engine.export(stage, system) if resource.get("protect")}
    assert before.keys() <= protected
    assert engine.lost_or_doubled(stage, system) == []
    assert engine.summary(stage, system).keys() == {"same"}

    # A key of its own would make a new database: from now on the engine refuses.
    losing = _LOSING.get((system, stage))
    if losing is not None:
        file.write_text(text.replace("overrides:\n", f"overrides:\n    {losing}\n", 1), encoding="utf-8")
        said = engine.run("preview", "-s", stage, system=system, fails=True)
        assert re.search(r"unable to replace resource \S+Instance::database", said)
        assert "protect" in said
