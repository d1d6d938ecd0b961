"""The plugin as a process: it ends with its engine, and counts what it did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.sandbox.client import urn
from tierwise.preview.values import encode_struct
from tierwise.sandbox.calls import CALLS_VARIABLE
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.places import FOLDER_VARIABLE, Places

ROOT = Path(__file__).parents[2]
PARAMETER = "aws:ssm/parameter:Parameter"


#: As many resources as a plugin makes with less memory than that.
SIZE, MEBIBYTES = 1000, 500


def test_a_plugin_of_a_thousand_resources_is_small_and_ends_with_an_engine_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path), CALLS_VARIABLE: str(tmp_path / "calls")}
    # A shell stands for the engine; its own end is not the plugin's, as they share no terminal.
    engine = subprocess.Popen(  # noqa: S603
        ["/bin/sh", "-c", f"'{sys.executable}' -m tierwise.sandbox.plugin aws & wait"],
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
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            for number in range(SIZE):
                name = f"parameter-{number}"
                properties = encode_struct({"name": name, "type": "String", "value": "x" * 1000})
                stub.Create(provider_pb2.CreateRequest(urn=urn(PARAMETER, name), properties=properties))
        os.kill(engine.pid, signal.SIGKILL)
        # The plugin holds the other end of the pipe until it is gone.
        engine.communicate(timeout=60)
    finally:
        if engine.poll() is None:
            os.killpg(engine.pid, signal.SIGKILL)
    (file,) = (tmp_path / "calls").glob("aws-*.json")
    counted = json.loads(file.read_text(encoding="utf-8"))
    assert counted["methods"]["Create"]["calls"] == len(Cloud(Places(tmp_path).cloud).all()) == SIZE
    assert 1 < counted["mebibytes"] < MEBIBYTES


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
