"""The plugin as a process: it ends with its engine, and counts what it did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tierwise.sandbox.calls import CALLS_VARIABLE
from tierwise.sandbox.places import FOLDER_VARIABLE

ROOT = Path(__file__).parents[2]


def test_an_engine_that_is_killed_leaves_no_plugin_behind(tmp_path: Path) -> None:
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path), CALLS_VARIABLE: str(tmp_path / "calls")}
    # A shell stands for the engine; its own end is not the plugin's, as they share no terminal.
    engine = subprocess.Popen(  # noqa: S603
        ["/bin/sh", "-c", f"'{sys.executable}' -m tierwise.sandbox.plugin docker-build & wait"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert engine.stdout is not None
        port = int(engine.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            provider_pb2_grpc.ResourceProviderStub(channel).CheckConfig(provider_pb2.CheckRequest())
        os.kill(engine.pid, signal.SIGKILL)
        # The plugin holds the other end of the pipe until it is gone.
        engine.communicate(timeout=60)
    finally:
        if engine.poll() is None:
            os.killpg(engine.pid, signal.SIGKILL)
    (file,) = (tmp_path / "calls").glob("docker-build-*.json")
    counted = json.loads(file.read_text(encoding="utf-8"))
    assert counted["methods"]["CheckConfig"]["calls"] == 1
    assert counted["mebibytes"] > 1


def test_a_plugin_outside_of_the_sandbox_says_how_to_run_it(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    done = subprocess.run(
        [sys.executable, "-m", "tierwise.sandbox.plugin", "aws"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{FOLDER_VARIABLE} is not set: run Pulumi through `tierwise sandbox`\n"
