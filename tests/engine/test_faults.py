"""What fails half-way is finished by the next deployment: nothing lost, nothing made twice, nothing orphaned."""

from __future__ import annotations

import pytest

from tests.engine.engine import ROOT, Engine, needs_cli
from tierwise.preview.engine import plan
from tierwise.preview.urns import PROVIDER_PREFIX

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("faults")]

#: How many creations each deployment gets through before one fails, and how; the next goes on from there.
_FAILURES = {
    0: {"fault": "fail"},
    10: {"fault": "half"},
    25: {"fault": "timeout", "seconds": 0.1},
    40: {"fault": "half"},
    42: {"fault": "fail"},
    44: {"fault": "half"},
    46: {"fault": "timeout", "seconds": 0.1},
    48: {"fault": "fail"},
}


def test_a_deployment_that_fails_anywhere_is_finished_by_the_next(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "prod", system="pika")
    for reached, fault in _FAILURES.items():
        engine.fail({"operation": "create", "after": reached, "times": 1, **fault})
        engine.up("prod", "pika", fails=True)
        assert engine.lost_or_doubled("prod", "pika") == [], reached
    engine.fail()
    engine.up("prod", "pika")
    assert engine.lost_or_doubled("prod", "pika") == []
    wanted = {
        resource.urn
        for resource in plan(ROOT / "systems" / "pika", "prod").resources
        if resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
    }
    assert {held.urn for held in engine.cloud.all()} == wanted
    assert engine.summary("prod", "pika").keys() == {"same"}

    held = engine.cloud.all()
    said = engine.run("destroy", "--yes", "-s", "prod", system="pika", fails=True)
    assert "it is protected" in said
    assert "pulumi state unprotect" in said
    assert engine.cloud.all() == held


def test_a_change_or_an_end_that_fails_is_finished_by_the_next(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev", system="phoney")
    engine.up("dev", "phoney")
    file = engine.root / "systems" / "phoney" / "Pulumi.dev.yaml"
    text = file.read_text(encoding="utf-8")
    assert "memory: 256" in text
    file.write_text(text.replace("memory: 256", "memory: 512"), encoding="utf-8")
    engine.fail({"operation": "update", "type": "aws:lambda/function:Function", "fault": "half", "times": 1})
    engine.up("dev", "phoney", fails=True)
    assert engine.lost_or_doubled("dev", "phoney") == []
    engine.up("dev", "phoney")
    (function,) = engine.cloud.all("aws:lambda/function:Function")
    assert function.outputs["memorySize"] == 512
    assert engine.summary("dev", "phoney").keys() == {"same"}

    destroy = ("destroy", "--yes", "--skip-preview", "-s", "dev")
    for position in (0, 9):
        engine.fail({"operation": "delete", "after": position, "times": 1, "fault": "fail"})
        engine.run(*destroy, system="phoney", fails=True)
        assert engine.lost_or_doubled("dev", "phoney") == [], position
    engine.run(*destroy, system="phoney")
    assert engine.cloud.all() == []
    assert engine.export("dev", "phoney") == []


def test_throttling_is_waited_out(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev", system="phoney")
    engine.fail({"type": "aws:apigatewayv2/*", "fault": "throttle", "times": 3})
    engine.up("dev", "phoney")
    assert engine.lost_or_doubled("dev", "phoney") == []
