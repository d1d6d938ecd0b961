"""A desk for an operator: a fake AWS, credentials for it, time that passes by itself, and the command line."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.aws import FakeAws, client, fake_aws
from tierwise.operations.console import Clock

ROOT = Path(__file__).parents[2]


@dataclass
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


@dataclass
class Desk:
    """Everything that a test of a command needs."""

    cloud: FakeAws
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    folder: Path
    slept: list[float]

    def sign_in(self, account: str) -> None:
        """Take credentials of an account."""
        self.monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        self.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        self.monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        role = f"arn:aws:iam::{account}:role/operator"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        self.monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        self.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        self.monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
        self.cloud.calls.clear()

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A client of one's own, to prepare the cloud and to look at it."""
        return client(service, region)

    def outputs(self, target: str, **values: Any) -> str:
        """A file with a stack's outputs."""
        system, _, stage = target.rpartition("/")
        content = {"system": system or "tierwise", "stage": stage, "region": "us-east-1", **values}
        file = self.folder / f"outputs-{target.replace('/', '-')}.json"
        file.write_text(json.dumps(content))
        return str(file)

    def tierwise(self, *arguments: str) -> Result:
        """Run the command line; commands that write JSON have it read."""
        from tierwise.cli import main

        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["tierwise", *arguments])
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            # What a command leaves is not worth walking through now.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
        said = self.capsys.readouterr()
        document = {}
        if "--json" in arguments:
            name = arguments[arguments.index("--json") + 1]
            if name == "-":
                document = json.loads(said.out) if said.out.strip() else {}
            elif Path(name).is_file():
                document = json.loads(Path(name).read_text())
        return Result(status, said.out, said.err, document)


@pytest.fixture
def cloud() -> Iterator[FakeAws]:
    """An empty AWS behind HTTP."""
    with fake_aws() as fake:
        yield fake


@pytest.fixture
def desk(cloud: FakeAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    """An operator of Pika's account."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PULUMI_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.chdir(ROOT)
    slept: list[float] = []
    passed = [0.0]

    def sleep(_: Clock, seconds: float) -> None:
        slept.append(seconds)
        passed[0] += seconds

    monkeypatch.setattr(Clock, "sleep", sleep)
    monkeypatch.setattr(Clock, "elapsed", lambda _: time.monotonic() + passed[0])
    # botocore waits between its tries; here nobody does.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
    made = Desk(cloud, monkeypatch, capsys, tmp_path, slept)
    made.sign_in("210987654321")
    return made
