"""An engine that is killed or told to stop in the middle, and two engines at once."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.engine import ROOT, Engine, needs_cli
from tierwise.preview.engine import plan
from tierwise.sandbox.cloud import Held

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("killed")]

_FUNCTION = "aws:lambda/function:Function"
_UP = ("up", "--yes", "--skip-preview", "-s", "dev")
_PATIENCE = 300


def _until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited for {what} in vain"
        time.sleep(0.1)


def _adopt(engine: Engine, held: Held) -> None:
    """`pulumi import` under the parent and the provider that the program gives the resource."""
    (planned,) = (one for one in plan(ROOT / "systems" / "phoney", "dev").resources if one.urn == held.urn)
    file = engine.places.folder / "import.json"
    entry = {"type": planned.type, "name": planned.name, "id": held.id, "parent": "parent", "provider": "provider"}
    names = {"parent": planned.parent, "provider": planned.provider.rpartition("::")[0]}
    file.write_text(json.dumps({"nameTable": names, "resources": [entry]}), encoding="utf-8")
    options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    engine.run("import", "-s", "dev", "--file", str(file), *options, system="phoney")


def test_a_killed_engine_is_recovered_from(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev", system="phoney")
    # The function exists as soon as it is asked for, but the engine waits for the answer: that is when it is killed.
    engine.fail({"operation": "create", "type": _FUNCTION, "fault": "slow", "seconds": 600, "times": 1})
    killed = engine.start(*_UP, system="phoney")
    try:
        _until(lambda: killed.poll() is not None or engine.cloud.all(_FUNCTION), "the function")
        assert killed.poll() is None, killed.communicate()[0]
        said = engine.run(*_UP, system="phoney", fails=True)
        assert "currently locked by 1 lock" in said
        assert "pulumi cancel" in said
    finally:
        os.kill(killed.pid, signal.SIGKILL)
    # Its pipe is open for as long as one of its plugins lives.
    killed.communicate(timeout=_PATIENCE)

    # Its lock outlives it, and so does the note of what it was about.
    assert "currently locked by 1 lock" in engine.run(*_UP, system="phoney", fails=True)
    engine.run("cancel", "--yes", "dev", system="phoney")
    (made,) = engine.cloud.all(_FUNCTION)
    (line,) = engine.lost_or_doubled("dev", "phoney")
    assert line == f"only the cloud has {made.urn} {made.id}"
    pending = engine.deployment("dev", "phoney")["pending_operations"]
    assert made.urn in {operation["resource"]["urn"] for operation in pending}

    # What was being made is adopted under its id, and the note of it cleared.
    engine.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "-s", "dev", system="phoney")
    assert "pending_operations" not in engine.deployment("dev", "phoney")
    _adopt(engine, made)
    assert engine.lost_or_doubled("dev", "phoney") == []
    engine.up("dev", "phoney")
    assert engine.lost_or_doubled("dev", "phoney") == []
    assert [(held.urn, held.id) for held in engine.cloud.all(_FUNCTION)] == [(made.urn, made.id)]
    assert engine.summary("dev", "phoney").keys() == {"same"}


def test_an_engine_that_is_told_to_stop_leaves_nothing_to_recover(fresh_engine: Engine) -> None:
    engine = fresh_engine
    engine.run("stack", "init", "dev", system="phoney")
    engine.fail({"operation": "create", "type": _FUNCTION, "fault": "slow", "seconds": 600, "times": 1})
    stopped = engine.start(*_UP, system="phoney")
    try:
        _until(lambda: stopped.poll() is not None or engine.cloud.all(_FUNCTION), "the function")
        assert stopped.poll() is None, stopped.communicate()[0]
        os.kill(stopped.pid, signal.SIGINT)
        said = stopped.communicate(timeout=_PATIENCE)[0]
    finally:
        if stopped.poll() is None:
            os.killpg(stopped.pid, signal.SIGKILL)
    assert stopped.returncode != 0
    assert "cancel" in said.lower()
    # The provider answers at once with what it had done, and the engine takes note of it and frees the stack.
    assert engine.lost_or_doubled("dev", "phoney") == []
    assert len(engine.cloud.all(_FUNCTION)) == 1
    assert "pending_operations" not in engine.deployment("dev", "phoney")
    engine.up("dev", "phoney")
    assert engine.lost_or_doubled("dev", "phoney") == []
    assert engine.summary("dev", "phoney").keys() == {"same"}


def test_two_engines_share_one_cloud(fresh_engine: Engine) -> None:
    engine = fresh_engine
    stages = ("dev", "prod")
    for stage in stages:
        engine.run("stack", "init", stage, system="phoney")
    running = [engine.start("up", "--yes", "--skip-preview", "-s", stage, system="phoney") for stage in stages]
    said = [one.communicate(timeout=_PATIENCE)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0], said
    for stage in stages:
        assert engine.lost_or_doubled(stage, "phoney") == []
        assert engine.summary(stage, "phoney").keys() == {"same"}
