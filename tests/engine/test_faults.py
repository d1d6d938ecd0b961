"""What fails half-way is finished by the next deployment: nothing lost, nothing made twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.engine import Engine, needs_cli

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("faults")]

_UP = ("up", "--yes", "--skip-preview", "-s", "dev")


def _faults(engine: Engine, *faults: dict[str, Any]) -> None:
    engine.places.faults.write_text(json.dumps(faults))


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "create", "type": "aws:ec2/vpc:Vpc", "fault": "fail", "times": 1},
        {"operation": "create", "type": "aws:rds/instance:Instance", "fault": "timeout", "seconds": 0.1, "times": 1},
        {"operation": "create", "type": "aws:ecs/cluster:Cluster", "fault": "half", "times": 1},
    ],
    ids=["fail", "timeout", "half"],
)
def test_second_deployment_converges(fresh_engine: Engine, fault: dict[str, Any]) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev")
    _faults(engine, fault)
    engine.run(*_UP, fails=True)
    engine.run(*_UP)
    _faults(engine)
    held = engine.cloud.all()
    state = {resource["urn"] for resource in engine.export("dev")}
    assert {one.urn for one in held} <= state
    assert len({one.urn for one in held}) == len(held)
    assert engine.summary("dev").keys() == {"same"}


def test_throttling_is_waited_out(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev")
    _faults(engine, {"type": "aws:ec2/*", "fault": "throttle", "times": 3})
    engine.run(*_UP)
