"""Bot, search, migration and backup check where they cannot begin: one clear line, and nothing done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.operations.conftest import Desk
from tests.operations.test_smoke_requests import account_of, region_of
from tests.support.website import Website, website

COMMANDS = {
    "lex publish": "askiam/dev",
    "lex remove": "askiam/dev",
    "search bootstrap": "askiam/dev",
    "search rebuild": "askiam/dev",
    "migrate": "ec2-manager/dev",
    "backup-check": "ec2-manager/dev",
}


@pytest.fixture(params=sorted(COMMANDS))
def command(request: pytest.FixtureRequest) -> str:
    """Each command in turn."""
    return request.param


def words(command: str, *more: str) -> list[str]:
    return [*command.split(), COMMANDS[command], *more]


def outputs(desk: Desk, command: str, **more: Any) -> list[str]:
    target = COMMANDS[command]
    known = {"region": region_of(target), "botId": "BOTID12345", "searchEndpoint": "https://127.0.0.1:9", **more}
    return [
        "--outputs",
        desk.outputs(target, **known, aurora="a", tables={"audit": "t"}, functions={"lex-connector": "f"}),
    ]


def quiet(desk: Desk) -> bool:
    """Whether nothing but the caller's own identity was asked."""
    return {call.operation for call in desk.cloud.calls} <= {"GetCallerIdentity"}


def test_another_account_is_refused(desk: Desk, command: str) -> None:
    desk.sign_in("111111111111")
    found = desk.tierwise(*words(command, *outputs(desk, command)))
    assert (found.status, len(found.lines), quiet(desk)) == (2, 1, True)
    assert "these credentials are of account 111111111111" in found.lines[0]


def test_no_credentials_are_one_line(desk: Desk, command: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        desk.monkeypatch.delenv(name)
    found = desk.tierwise(*words(command, *outputs(desk, command)))
    assert (found.status, len(found.lines)) == (2, 1)
    assert found.lines[0].startswith("no AWS credentials")


def test_a_stack_that_was_never_deployed_is_one_line(desk: Desk, command: str) -> None:
    desk.sign_in(account_of(COMMANDS[command]))
    desk.monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{desk.folder}")
    found = desk.tierwise(*words(command))
    assert (found.status, len(found.lines), quiet(desk)) == (2, 1, True)
    assert "was never deployed" in found.lines[0]


def test_another_region_is_refused(desk: Desk, command: str) -> None:
    desk.sign_in(account_of(COMMANDS[command]))
    found = desk.tierwise(*words(command, *outputs(desk, command, region="eu-west-1")))
    assert (found.status, len(found.lines), quiet(desk)) == (2, 1, True)
    assert "was deployed to eu-west-1" in found.lines[0]


@pytest.fixture
def site(desk: Desk) -> Iterator[Website]:
    """A collection that has no index yet."""
    desk.sign_in(account_of("askiam/dev"))
    with website(desk.folder, lambda asked: (404, {}, {}) if asked.method == "GET" else (200, {}, {})) as found:
        desk.monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
        yield found


@pytest.mark.parametrize("command", ["search bootstrap", "search rebuild"])
def test_somebody_else_at_work_is_not_disturbed(desk: Desk, site: Website, command: str) -> None:
    held = {"token": "x", "command": "restore", "by": "ann", "since": "now", "until": 1e12}
    desk.client("ssm").put_parameter(Name="/tierwise/askiam/dev/lock", Value=json.dumps(held), Type="String")
    desk.client("secretsmanager").create_secret(Name="askiam/dev/db/reader", SecretString="{}")
    found = desk.tierwise(*words(command, *outputs(desk, command, searchEndpoint=site.url)))
    assert found.status == 2
    assert "ann is at work here (restore since now)" in found.lines[-1]
    assert {asked.method for asked in site.asked} <= {"GET"}


@pytest.mark.parametrize("command", ["search bootstrap", "search rebuild"])
def test_production_is_asked_about(desk: Desk, site: Website, command: str) -> None:
    desk.client("secretsmanager").create_secret(Name="askiam/prod/db/reader", SecretString="{}")
    file = desk.outputs("askiam/prod", searchEndpoint=site.url, aurora="askiam-prod-aurora")
    found = desk.tierwise(*command.split(), "askiam/prod", "--outputs", file)
    assert found.status == 2
    assert "repeat with --yes to do this to askiam/prod" in found.lines[-1]
    assert {asked.method for asked in site.asked} <= {"GET"}
