"""The image: pinned, without privileges, complete; and the process in it, which stops when it is told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from .conftest import CONTAINER, environment

DOCKERFILE = (CONTAINER / "Dockerfile").read_text()
ROOT = CONTAINER.parents[1]


def test_every_base_image_is_pinned_to_a_patch_release() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert set(bases) == {bases[0]}
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])


def test_the_task_runs_without_privileges() -> None:
    last_stage = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.findall(r"^USER (\S+)", last_stage, re.MULTILINE) == ["10001"]


def test_everything_that_is_installed_is_pinned_as_in_the_lock_file() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    lines = [line for line in (CONTAINER / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    pins = dict(line.split("==") for line in lines)
    assert {name: locked.get(name.partition("[")[0]) for name in pins} == pins


def test_everything_that_is_imported_is_installed() -> None:
    pins = (CONTAINER / "requirements.txt").read_text()
    text = "\n".join(path.read_text() for path in (CONTAINER / "starter").glob("*.py"))
    imported = set(re.findall(r"^(?:from|(?: {4})?import) (\w+)", text, re.MULTILINE)) - set(sys.stdlib_module_names)
    distributions = {"jwt": "pyjwt", "psycopg_pool": "psycopg-pool"}
    for module in imported - {"starter"}:
        assert re.search(rf"^{distributions.get(module, module)}(\[\w+\])?==", pins, re.MULTILINE), module


def test_the_build_context_holds_only_what_the_image_needs() -> None:
    ignored = (CONTAINER / ".dockerignore").read_text().split()
    assert ignored[0] == "**"
    assert {line[1:] for line in ignored if line.startswith("!")} == {"requirements.txt", "starter"}


def run(module: str, **variables: str) -> subprocess.Popen[str]:
    """Start ``python -m module`` in the container's folder with exactly these variables."""
    return subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-m", module],
        cwd=CONTAINER,
        env={"PATH": os.environ["PATH"], **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_a_task_serves_until_it_is_told_to_stop() -> None:
    port = free_port()
    task = run("starter", **environment("users", PORT=str(port)))
    try:
        deadline = time.monotonic() + 20
        healthy = 1
        while healthy and time.monotonic() < deadline and task.poll() is None:
            time.sleep(0.1)
            healthy = run("starter.healthcheck", PORT=str(port)).wait(10)
        assert healthy == 0
        task.send_signal(signal.SIGTERM)
        out, err = task.communicate(timeout=10)
    finally:
        task.kill()
    assert task.returncode == 0, err
    assert '"message": "stopped"' in out.splitlines()[-1]


def test_the_health_check_fails_when_nobody_answers() -> None:
    assert run("starter.healthcheck", PORT=str(free_port())).wait(10) == 1


@pytest.mark.parametrize("module", ["starter", "starter.bootstrap", "starter.dump"])
def test_a_wrong_environment_is_explained_without_a_traceback(module: str) -> None:
    process = run(module, SYSTEM="pika", SERVICE_NAME="api-gateway")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "STAGE: Field required" in err.splitlines()
    assert "Traceback" not in err


def test_there_is_no_secret_in_the_image() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert copied == ["requirements.txt", "starter"]
    assert not list(Path(CONTAINER).rglob("*.env"))
