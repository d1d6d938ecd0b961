"""What a command in the sandbox sees, and what it leaves behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tierwise.preview.errors import ConfigError
from tierwise.preview.values import Secret
from tierwise.sandbox.cloud import Cloud, CloudError, Held
from tierwise.sandbox.doctor import diagnose
from tierwise.sandbox.faults import load
from tierwise.sandbox.launch import environment, prepare, run, unsalted
from tierwise.sandbox.listing import as_text
from tierwise.sandbox.places import PACKAGES, Places

ROLE, PARAMETER = "aws:iam/role:Role", "aws:ssm/parameter:Parameter"


def test_nothing_of_the_users_own_is_in_reach(tmp_path: Path) -> None:
    places = Places(tmp_path)
    inherited = {"AWS_PROFILE": "mine", "PULUMI_ACCESS_TOKEN": "mine", "PULUMI_HOME": "/mine", "PATH": "/bin", "A": "b"}
    found = environment(places, inherited)
    assert "mine" not in str(found)
    assert found["A"] == "b"
    assert found["PATH"].startswith(str(places.plugins))
    assert found["PULUMI_BACKEND_URL"].startswith("file://")
    # Nor what its home folder has, or the machine that it runs on.
    assert (found["AWS_CONFIG_FILE"], found["AWS_SHARED_CREDENTIALS_FILE"]) == (os.devnull, os.devnull)
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"


def test_plugins_are_executable(tmp_path: Path) -> None:
    places = Places(tmp_path / "box")
    prepare(places)
    assert all((places.plugins / f"pulumi-resource-{package}").stat().st_mode & 0o100 for package in PACKAGES)


def test_salts_that_a_command_adds_are_taken_away(tmp_path: Path) -> None:
    added, own = tmp_path / "Pulumi.dev.yaml", tmp_path / "Pulumi.prod.yaml"
    added.write_text("config: {}\n")
    own.write_text("encryptionsalt: v1:mine\nconfig: {}\n")
    quoted = tmp_path / "Pulumi.staging.yaml"
    quoted.write_text("# why\nconfig: {a:b: [c:d]}\n")
    with unsalted(tmp_path):
        quoted.write_text("# why\nencryptionsalt: v1:sandbox\nconfig: {a:b: ['c:d']}\n")
        added.write_text("encryptionsalt: v1:sandbox\nconfig:\n  a:b: c\n")
    assert added.read_text() == "config:\n  a:b: c\n"
    assert quoted.read_text() == "# why\nconfig: {a:b: [c:d]}\n"
    assert own.read_text() == "encryptionsalt: v1:mine\nconfig: {}\n"


def test_a_command_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tierwise doctor"):
        run(Places(tmp_path / "box"), ["no-such-command-here"], tmp_path)


def test_exit_status_is_the_commands(tmp_path: Path) -> None:
    assert run(Places(tmp_path / "box"), ["sh", "-c", "exit 7"], tmp_path) == 7


def test_listing_of_nothing(tmp_path: Path) -> None:
    assert as_text(Places(tmp_path), []) == "The sandbox is empty."
    Cloud(Places(tmp_path).cloud)
    assert as_text(Places(tmp_path), ["x"]) == "Nothing in the sandbox matches x."


def test_listing_tells_what_is_where_and_no_value(tmp_path: Path) -> None:
    places = Places(tmp_path)
    cloud = Cloud(places.cloud)
    for region, type_, name in (("", ROLE, "reader"), ("us-east-1", PARAMETER, "token")):
        urn = f"urn:pulumi:prod::pika::tierwise:Shop${type_}::{name}"
        cloud.add(Held("123456789012", region, type_, name, f"{name}-1", urn, {"value": Secret("hush")}, {}))
    head, role, parameter, count = as_text(places, []).splitlines()
    assert head.split() == ["stack", "region", "type", "name", "id"]
    assert role.split() == ["pika/prod", "global", ROLE, "reader", "reader-1"]
    assert parameter.split() == ["pika/prod", "us-east-1", PARAMETER, "token", "token-1"]
    assert count == "2 in pika/prod"
    assert as_text(places, ["Parameter", "us-east"]).splitlines()[1:] == [
        "pika/prod  us-east-1  aws:ssm/parameter:Parameter  token  token-1",
        "1 in pika/prod",
    ]
    assert "hush" not in as_text(places, [])


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[7]",
        '["fail"]',
        '[{"fault": "explode"}]',
        '[{"fault": "fail", "typ": "x"}]',
        '[{"fault": "fail", "type": 7}]',
        '[{"fault": "fail", "times": "once"}]',
        '[{"fault": "fail", "times": true}]',
        '[{"fault": "fail", "after": -1}]',
        '[{"fault": "slow", "seconds": NaN}]',
    ],
)
def test_faults_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "faults.json"
    file.write_text(text)
    with pytest.raises(CloudError, match=r"faults\.json: "):
        load(file)


def test_faults_are_read(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([{"fault": "fail", "type": "aws:ec2/*"}]))
    fault = load(file)[0]
    assert fault.strikes("create", "aws:ec2/vpc:Vpc", "main")
    assert not fault.strikes("create", "aws:s3/bucket:Bucket", "main")
    assert not fault.strikes("read", "aws:ec2/vpc:Vpc", "main")


def test_doctor_finds_what_the_preview_needs() -> None:
    found = {diagnosis.what: diagnosis for diagnosis in diagnose()}
    assert all(diagnosis.ok for diagnosis in found.values() if diagnosis.required)
    assert all(diagnosis.remedy for diagnosis in found.values() if not diagnosis.found)


@pytest.mark.parametrize(
    ("said", "mark", "told"),
    [("v3.1.0", "outdated", True), ("v999.0.0", "ok", False), ("", "ok", False), ("v3.1.0-alpha.1", "ok", False)],
)
def test_doctor_tells_an_older_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, mark: str, told: bool
) -> None:
    cli = tmp_path / "pulumi"
    cli.write_text(f"#!/bin/sh\necho {said}\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = (diagnosis for diagnosis in diagnose() if diagnosis.what == "Pulumi CLI")
    assert str(found).startswith(mark)
    assert ("PulumiCommand.install()" in str(found)) == told
