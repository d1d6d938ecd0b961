"""What every command does around its own work, with a real boto3 against a fake AWS."""

from __future__ import annotations

import json

import pytest

from tests.operations.conftest import Desk

PIKA = "pika/prod"


def quiet(desk: Desk) -> str:
    """Outputs of a stack that answers nothing and runs nothing."""
    return desk.outputs(PIKA, buckets={"static": "b"})


def test_a_command_in_the_right_account_says_where_it_was(desk: Desk) -> None:
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk), "--json", "-")
    assert (found.status, found.document["stack"], found.document["account"]) == (0, PIKA, "210987654321")


def test_another_account_is_refused_before_anything_else(desk: Desk) -> None:
    desk.sign_in("111111111111")
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert found.status == 2
    assert found.lines == [
        "these credentials are of account 111111111111, the stack belongs to 210987654321: name its profile with "
        "AWS_PROFILE; nothing was done"
    ]
    assert [call.operation for call in desk.cloud.calls] == ["GetCallerIdentity"]


def test_no_credentials_is_one_line(desk: Desk) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        desk.monkeypatch.delenv(name)
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert (found.status, found.lines) == (
        2, ["no AWS credentials: sign in (aws sso login), or name a profile with AWS_PROFILE"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "the AWS credentials have expired: sign in again"),
        ("InvalidClientTokenId", "AWS does not know these credentials"),
    ],
)
def test_credentials_that_are_over_or_unknown_are_one_line(desk: Desk, code: str, words: str) -> None:
    desk.cloud.fail("sts:GetCallerIdentity", code, status=403)
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert found.status == 2
    assert len(found.lines) == 1
    assert words in found.lines[0]


def test_a_profile_that_does_not_exist_is_one_line(desk: Desk) -> None:
    desk.monkeypatch.setenv("AWS_PROFILE", "nobody")
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert (found.status, len(found.lines)) == (2, 1)
    assert "nobody" in found.lines[0]


def test_throttling_is_waited_out_and_then_said(desk: Desk) -> None:
    desk.cloud.fail("monitoring:DescribeAlarms", "ThrottlingException", times=3)
    assert desk.tierwise("smoke", PIKA, "--outputs", quiet(desk)).status == 0
    desk.cloud.fail("monitoring:DescribeAlarms", "ThrottlingException")
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert found.status == 2
    assert "cloudwatch:DescribeAlarms  AWS still answers ThrottlingException" in found.lines[-1]


def test_access_denied_names_the_permission_and_where_they_are_listed(desk: Desk) -> None:
    desk.cloud.fail("monitoring:DescribeAlarms", "AccessDenied", status=403)
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert found.status == 2
    assert found.lines[-1].startswith("cloudwatch:DescribeAlarms  access denied to arn:aws:sts::210987654321:")
    assert "docs/operations.md#permissions" in found.lines[-1]


def test_no_network_is_one_line(desk: Desk) -> None:
    desk.monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    found = desk.tierwise("smoke", PIKA, "--outputs", quiet(desk))
    assert (found.status, len(found.lines)) == (2, 1)
    assert "no answer from AWS in us-east-1" in found.lines[0]


def test_outputs_of_another_stack_are_refused(desk: Desk) -> None:
    found = desk.tierwise("smoke", PIKA, "--outputs", desk.outputs("pika/staging", url="https://x"))
    assert (found.status, found.lines) == (
        2, ["pika/prod  these are the outputs of pika/staging: name the right --outputs"]
    )  # fmt: skip


def test_a_stack_in_another_region_than_configured_is_refused(desk: Desk) -> None:
    found = desk.tierwise("smoke", PIKA, "--outputs", desk.outputs(PIKA, region="eu-west-1"))
    assert found.status == 2
    assert "was deployed to eu-west-1, its configuration says us-east-1" in found.lines[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        ("no", "cannot be read as JSON"),
        ("[]", "an object by output name"),
        ("{}", "exports nothing"),
    ],
)
def test_outputs_that_cannot_be_used_are_one_line(desk: Desk, content: str | None, words: str) -> None:
    file = desk.folder / "o.json"
    if content is not None:
        file.write_text(content)
    found = desk.tierwise("smoke", PIKA, "--outputs", str(file))
    assert (found.status, len(found.lines)) == (2, 1)
    assert words in found.lines[0]


def state(**outputs: object) -> str:
    stack = {
        "type": "pulumi:pulumi:Stack",
        "outputs": {"system": "pika", "stage": "prod", "region": "us-east-1", **outputs},
    }
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [stack]}}})


def test_outputs_come_from_the_state_in_s3_without_the_cli(desk: Desk) -> None:
    s3 = desk.client("s3")
    s3.create_bucket(Bucket="state")
    s3.put_object(Bucket="state", Key="team/.pulumi/stacks/pika/prod.json", Body=state(url="").encode())
    desk.monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state/team?region=us-east-1")
    desk.monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert desk.tierwise("smoke", PIKA).status == 0


def test_outputs_come_from_the_state_in_a_folder(desk: Desk) -> None:
    file = desk.folder / ".pulumi" / "stacks" / "pika" / "prod.json"
    file.parent.mkdir(parents=True)
    file.write_text(state(url=""))
    desk.monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{desk.folder}")
    assert desk.tierwise("smoke", PIKA).status == 0


def test_a_stack_that_was_never_deployed_is_said(desk: Desk) -> None:
    desk.monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{desk.folder}")
    found = desk.tierwise("smoke", PIKA)
    assert found.status == 2
    assert "pika/prod  was never deployed" in found.lines[0]


def test_pulumi_cloud_needs_the_cli_or_a_file(desk: Desk) -> None:
    found = desk.tierwise("smoke", PIKA)
    assert found.status == 2
    assert "put pulumi on PATH, or pass --outputs FILE" in found.lines[0]


def cli(desk: Desk, script: str) -> None:
    """Put a ``pulumi`` on PATH."""
    folder = desk.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "pulumi").chmod(0o755)
    desk.monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_cli_is_asked_where_there_is_one(desk: Desk) -> None:
    outputs = json.dumps({"system": "pika", "stage": "prod", "region": "us-east-1"})
    cli(desk, f"echo \"$@\" > {desk.folder}/asked; echo '{outputs}'")
    assert desk.tierwise("smoke", PIKA).status == 0
    asked = (desk.folder / "asked").read_text()
    assert asked.startswith("stack output --json --non-interactive -C ")
    assert asked.endswith("systems/pika -s prod\n")


def test_what_the_cli_says_is_passed_on(desk: Desk) -> None:
    cli(desk, "echo 'error: no stack named prod found' >&2; exit 1")
    found = desk.tierwise("smoke", PIKA)
    assert (found.status, found.lines) == (
        2, ["pika/prod  pulumi cannot tell its outputs: error: no stack named prod found"]
    )  # fmt: skip


def test_a_system_is_no_single_stack(desk: Desk) -> None:
    found = desk.tierwise("smoke", "pika")
    assert found.status == 2
    assert "pika/dev, pika/staging, pika/prod" in found.lines[0]
