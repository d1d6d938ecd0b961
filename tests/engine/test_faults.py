"""What fails half-way is finished by the next deployment: nothing lost, nothing made twice, nothing orphaned."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.engine.engine import QUICK, ROOT, Engine, needs_cli
from tierwise.preview.engine import plan
from tierwise.preview.urns import PROVIDER_PREFIX

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("faults")]

#: What strikes, one deployment after another.
_FAULTS = ({"fault": "fail"}, {"fault": "half"}, {"fault": "timeout", "seconds": 0.1}, {"fault": "half"})
#: How many creations each deployment gets through before it is struck.
_STRIDE = 34


def test_a_deployment_that_fails_anywhere_is_finished_by_the_next(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "prod", system="pika")
    reached: list[int] = []
    for number in itertools.count():
        # A fault is spent once it has struck, so each has a position of its own.
        after = _STRIDE + number if number else 0
        engine.fail({"operation": "create", "after": after, "times": 1, **_FAULTS[number % len(_FAULTS)]})
        done = engine.output("up", "--yes", "--skip-preview", "-s", "prod", system="pika", **QUICK)
        assert engine.lost_or_doubled("prod", "pika") == [], reached
        if done.returncode == 0:
            break
        assert re.search("told to fail here|timeout while waiting", done.stdout), done.stdout + done.stderr
        reached.append(len(engine.cloud.all()))
    # From the first resource to the last ones, each time further on.
    assert reached == sorted(set(reached))
    assert reached[0] < _STRIDE
    assert len(engine.cloud.all()) - reached[-1] <= 2 * _STRIDE
    engine.fail()
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
