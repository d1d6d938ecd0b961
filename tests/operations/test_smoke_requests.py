"""The smoke test's requests: against the starters themselves where they run here, over real TLS."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast
from xml.etree import ElementTree

import httpx
import jwt
import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from fastapi import FastAPI

from tests.operations.conftest import ROOT, Desk
from tests.support.website import Answer, Asked, Website, website
from tests.workloads.conftest import Client, FakePool, FakeServices
from tests.workloads.conftest import environment as container_environment
from tests.workloads.test_phoney import configured
from tierwise.operations.smoke.expectations import Expectations, mismatch, read_expectations
from tierwise.targets import all_targets

KEY = "a-signing-key-of-the-smoke-test-0123456789"
SECURITY_HEADERS = {"Strict-Transport-Security": "max-age=1", "X-Content-Type-Options": "nosniff"}


@pytest.fixture
def site(desk: Desk) -> Iterator[Website]:
    """A web server that the operator trusts; a test says what it answers."""
    with website(desk.folder, lambda _: (404, {}, None)) as found:
        desk.monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
        yield found


def served_by(app: FastAPI, **headers: str) -> Callable[[Asked], Answer]:
    """What an application answers, behind a distribution that adds headers."""
    client, lock = Client(app), threading.Lock()

    def answer(asked: Asked) -> Answer:
        sent = {k: v for k, v in asked.headers.items() if k in ("authorization", "content-type")}
        content = None if asked.body is None else json.dumps(asked.body)
        with lock:
            method = client.get if asked.method == "GET" else client.post
            found = method(asked.path, headers=sent, **({} if content is None else {"content": content}))
        return found.status_code, {**headers, "content-type": found.headers.get("content-type", "")}, found.text

    return answer


def pika(version: str, *, broken: bool = False) -> Callable[[Asked], Answer]:
    """Pika's gateway as it runs in prod."""
    from starter.app import create_app
    from starter.database import Database, Pool
    from starter.runtime import Runtime
    from starter.settings import Settings

    services = FakeServices()
    services.answers["listings"] = lambda request: httpx.Response(
        200, json={"items": []} if request.url.path == "/listings" else {"status": "ok"}
    )
    pool = FakePool(error=OSError("no database") if broken else None)
    more = {"STAGE": "prod", "VERSION": version, "JWT_SECRET": KEY}
    runtime = Runtime(
        settings=Settings.from_env(container_environment("api-gateway", **more)),
        database=Database(cast("Pool", pool)),
        redis=FakeAsyncRedis(server=FakeServer(), decode_responses=True),
        http=httpx.AsyncClient(transport=httpx.MockTransport(services)),
    )
    return served_by(create_app(runtime), **SECURITY_HEADERS)


def names(document: dict[str, Any], state: str) -> set[str]:
    return {check["name"] for check in document["checks"] if check["state"] == state and check["group"] == "endpoints"}


RELEASE = "4f1c2a9e6b7d8035c1e2f4a6987b0d3c5e7f9a1b"


def pika_is_up(desk: Desk, site: Website, **more: Any) -> list[str]:
    desk.client("secretsmanager").create_secret(Name="pika/prod/jwt", SecretString=KEY)
    return ["smoke", "pika/prod", "--outputs", desk.outputs("pika/prod", url=site.url, **more), "--json", "-"]


@pytest.mark.requirement("PIKA-32")
@pytest.mark.requirement("PIKA-34")
@pytest.mark.requirement("PIKA-105")
def test_pikas_gateway_is_healthy_ready_and_lets_nobody_in_without_a_token(desk: Desk, site: Website) -> None:
    site.answer = pika(RELEASE)
    found = desk.tierwise(*pika_is_up(desk, site))
    assert found.status == 0, found.document
    assert names(found.document, "pass") == {"tls", "health", "ready", "nearby", "without-token", "with-token"}
    signed = [asked.headers["authorization"] for asked in site.asked if "authorization" in asked.headers]
    claims = jwt.decode(signed[0].removeprefix("Bearer "), KEY, algorithms=["HS256"])
    assert claims["sub"] == "smoke"
    assert signed[0] not in found.out + found.err
    assert KEY not in found.out + found.err


@pytest.mark.requirement("PIKA-105")
def test_a_database_that_is_down_fails_the_smoke_test(desk: Desk, site: Website) -> None:
    site.answer = pika(RELEASE, broken=True)
    found = desk.tierwise(*pika_is_up(desk, site))
    assert found.status == 1
    assert "ready" in names(found.document, "fail")
    assert "postgresql" in next(c["detail"] for c in found.document["checks"] if c["name"] == "ready")


@pytest.mark.requirement("PIKA-32")
def test_another_release_than_asked_for_fails_the_smoke_test(desk: Desk, site: Website) -> None:
    site.answer = pika("0" * 40)
    found = desk.tierwise(*pika_is_up(desk, site))
    assert names(found.document, "fail") == {"health"}
    assert RELEASE in next(c["detail"] for c in found.document["checks"] if c["name"] == "health")


def phoney(stage: str, version: str) -> Callable[[Asked], Answer]:
    """Phoney behind its gateway, which asks the function whether a token is good."""
    from phoney import auth
    from phoney.app import create_app

    settings = configured(stage, jwt_secret=KEY, version=version)
    inside = served_by(create_app(settings))

    def answer(asked: Asked) -> Answer:
        if asked.path == "/template" and stage != "dev":
            if "authorization" not in asked.headers:
                return 401, {}, {"message": "Unauthorized"}
            if not auth.authorize(settings, {"headers": asked.headers})["isAuthorized"]:
                return 403, {}, {"message": "Forbidden"}
        return inside(asked)

    return answer


@pytest.mark.requirement("PHONEY-16")
@pytest.mark.requirement("PHONEY-17")
@pytest.mark.requirement("PHONEY-64")
@pytest.mark.requirement("PHONEY-65")
@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_phoney_fills_a_template_and_refuses_what_it_must(desk: Desk, site: Website, stage: str) -> None:
    desk.sign_in("321098765432")
    secret = json.dumps({"jwt_secret": KEY, "api_password_hash": "unset"})
    desk.client("secretsmanager").create_secret(Name=f"phoney/{stage}/credentials", SecretString=secret)
    site.answer = phoney(stage, "5d1f0c3b9a7e")
    outputs = desk.outputs(f"phoney/{stage}", url=site.url)
    found = desk.tierwise("smoke", f"phoney/{stage}", "--outputs", outputs, "--json", str(desk.folder / "j"))
    assert found.status == 0, found.document
    expected = {"tls", "health", "template", "unknown-generator", "too-many"}
    assert names(found.document, "pass") == expected | ({"without-token"} if stage != "dev" else set())
    quick_start = next(a for a in site.asked if a.body and a.body.get("count") == 1)
    assert quick_start.body["template"] == {"name": "{{name}}", "email": "{{email}}"}


def ec2_manager(asked: Asked) -> Answer:
    path = asked.path.partition("?")[0]
    if path == "/":
        return 200, SECURITY_HEADERS, "<html></html>"
    if path == "/api/health":
        body = {"status": "ok", "system": "ec2-manager", "stage": "prod", "version": "1", "checks": {"dynamodb": "ok"}}
        return 200, {}, body
    if asked.headers.get("authorization") != "Bearer of-a-user":
        return 401, {}, {"message": "Unauthorized"}
    return 200, {}, {"instances": [], "nextToken": None}


def smoke_of(desk: Desk, target: str, site: Website, account: str, **outputs: Any) -> Any:
    desk.sign_in(account)
    file = desk.outputs(target, url=site.url, **outputs)
    return desk.tierwise("smoke", target, "--outputs", file, "--json", "-")


def account_of(target: str) -> str:
    from tierwise.operations.stack import load_settings, one_target

    settings = load_settings(one_target(target, ROOT))
    return settings.account or "123456789012"


def region_of(target: str) -> str:
    from tierwise.operations.stack import load_settings, one_target

    return load_settings(one_target(target, ROOT)).region


@pytest.mark.requirement("EC2M-37")
@pytest.mark.requirement("EC2M-122")
def test_ec2_manager_is_healthy_and_lets_nobody_in_without_a_token(desk: Desk, site: Website) -> None:
    site.answer = ec2_manager
    target = "ec2-manager/prod"
    more = {"region": region_of(target)}
    found = smoke_of(desk, target, site, account_of(target), **more)
    assert found.status == 0, found.document
    assert names(found.document, "pass") == {
        "tls", "health", "instances-without-token", "audit-without-token", "site",
    }  # fmt: skip
    assert names(found.document, "skip") == {"instances"}
    desk.monkeypatch.setenv("SMOKE_TOKEN", "of-a-user")
    found = smoke_of(desk, target, site, account_of(target), **more)
    assert names(found.document, "skip") == set()
    assert "of-a-user" not in found.out + found.err


@pytest.mark.requirement("EC2M-122")
def test_a_slower_median_than_the_limit_is_a_regression(desk: Desk, site: Website) -> None:
    from tierwise.operations.console import Clock

    taken: list[float] = [0.0]

    def slow(asked: Asked) -> Answer:
        taken[0] += 0.3 if asked.path == "/api/health" else 0.0
        return ec2_manager(asked)

    site.answer = slow
    desk.monkeypatch.setattr(Clock, "elapsed", lambda _: taken[0])
    target = "ec2-manager/prod"
    found = smoke_of(desk, target, site, account_of(target), region=region_of(target))
    assert names(found.document, "fail") == {"health"}
    assert "median of 5 calls is 0.300 s, limit 0.2 s" in found.err


def test_a_certificate_of_a_stranger_is_refused_and_one_that_ends_soon_is_said(desk: Desk) -> None:
    target = "ec2-manager/prod"
    with website(desk.folder, ec2_manager, days=5) as site:
        found = smoke_of(desk, target, site, account_of(target), region=region_of(target))
        assert "health" in names(found.document, "fail")
        assert "the certificate is not valid" in found.err
        desk.monkeypatch.setenv("SSL_CERT_FILE", str(site.authority))
        found = smoke_of(desk, target, site, account_of(target), region=region_of(target))
        assert names(found.document, "warn") == {"tls"}
    assert "answers" not in found.err or found.status == 0


def test_a_url_without_tls_fails(desk: Desk) -> None:
    outputs = desk.outputs("pika/prod", url=desk.cloud.url)
    desk.client("secretsmanager").create_secret(Name="pika/prod/jwt", SecretString=KEY)
    found = desk.tierwise("smoke", "pika/prod", "--outputs", outputs, "--json", "-")
    assert found.status == 1
    assert "tls" in names(found.document, "fail")


def test_a_distribution_that_is_not_there_yet_is_asked_again(desk: Desk, site: Website) -> None:
    left = [3]

    def late(asked: Asked) -> Answer:
        if left[0]:
            left[0] -= 1
            return 503, {}, "not yet"
        return ec2_manager(asked)

    site.answer = late
    target = "ec2-manager/prod"
    found = smoke_of(desk, target, site, account_of(target), region=region_of(target))
    assert found.status == 0
    assert len(desk.slept) == 3


def test_a_missing_security_header_fails(desk: Desk, site: Website) -> None:
    site.answer = lambda asked: (200, {}, "") if asked.path == "/" else ec2_manager(asked)
    target = "ec2-manager/prod"
    found = smoke_of(desk, target, site, account_of(target), region=region_of(target))
    assert names(found.document, "fail") == {"site"}
    assert "sends no strict-transport-security header" in found.err


def test_junit_and_json_are_written(desk: Desk, site: Website) -> None:
    site.answer = pika(RELEASE, broken=True)
    report = desk.folder / "smoke.xml"
    arguments = pika_is_up(desk, site)
    arguments[-1] = str(desk.folder / "smoke.json")
    found = desk.tierwise(*arguments, "--yes", "--junit", str(report))
    suite = ElementTree.parse(report).getroot()  # noqa: S314 - of our own making
    failures = [case.get("name") for case in suite if case.find("failure") is not None]
    assert (suite.get("failures"), failures) == ("1", ["ready"])
    assert found.document["ok"] is False
    assert found.out.splitlines()[-1] == "1 of 6 checks failed"


@pytest.mark.parametrize("file", sorted(ROOT.glob("systems/*/smoke.yaml")), ids=lambda path: path.parent.name)
def test_every_expectation_is_well_formed(file: Any) -> None:
    expectations = read_expectations(file)
    assert any(not request.token and not request.key for request in expectations.requests.values())


def test_every_shipped_system_that_answers_has_expectations() -> None:
    systems = {target.system for target in all_targets(ROOT)} - {"", "account-baseline"}
    missing = [name for name in systems if not (ROOT / "systems" / name / "smoke.yaml").is_file()]
    assert missing == []


def test_a_mistake_in_the_file_is_a_line_of_it(tmp_path: Any) -> None:
    from tierwise.preview.errors import ConfigError

    file = tmp_path / "smoke.yaml"
    file.write_text("requests:\n  health:\n    path: health\n  other: {methd: GET}\n")
    with pytest.raises(ConfigError) as caught:
        read_expectations(file)
    lines = caught.value.problems
    assert len(lines) == 2
    assert "smoke.yaml:3" in lines[0]
    assert "a path begins with a slash" in lines[0]
    assert "requests.other.methd" in lines[1]


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, None),
        ({"a": "*"}, {"a": []}, None),
        ({"a": "*"}, {"a": ""}, "a is missing"),
        ({"a": {"b": 2}}, {"a": {"b": 3}}, "a.b is 3, not 2"),
        ({"a": 1}, {}, "has no 'a'"),
        ({"a": 1}, "text", "no object"),
        ([{"a": "*"}], [{"a": 1}], None),
        ([1], [1, 2], "is [1, 2], not [1]"),
        ([1, 2], [1, 3], "[1] is 3, not 2"),
    ],
)
def test_what_an_answer_must_hold(expected: Any, actual: Any, words: str | None) -> None:
    found = mismatch(expected, actual)
    assert found is None if words is None else words in str(found)


def test_requests_belong_to_stages() -> None:
    expectations = Expectations.model_validate({"requests": {"a": {}, "b": {"stages": ["prod"]}}})
    assert list(expectations.of_stage("dev")) == ["a"]
    assert list(expectations.of_stage("prod")) == ["a", "b"]
