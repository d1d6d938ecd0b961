"""The template function: what it answers, whom it lets through, what it logs, and what it reads when it starts."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bcrypt
import boto3
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "workloads" / "functions" / "phoney"


def _load_package() -> None:
    """Register the package by name alone: its folder on sys.path would shadow names of other tests."""
    location = SOURCE / "phoney"
    spec = importlib.util.spec_from_file_location(
        "phoney", location / "__init__.py", submodule_search_locations=[str(location)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["phoney"] = module
    spec.loader.exec_module(module)


if "phoney" not in sys.modules:
    _load_package()

from phoney import auth, generators, logs, templates  # noqa: E402  importable from here on
from phoney.cost import estimate  # noqa: E402
from phoney.entry import Handler, create_handler  # noqa: E402
from phoney.settings import Settings, SettingsError  # noqa: E402

KEY = "a-key-of-the-tests-0123456789-0123456789"
PASSWORD = "correct horse"  # noqa: S105 - of the tests
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
STAGES = ("dev", "staging", "prod")


def configured(stage: str = "dev", **more: Any) -> Settings:
    values: dict[str, Any] = {"version": "1a2b3c", "username": "phoney", "password_hash": HASH, "jwt_secret": KEY}
    return Settings(stage=stage, **{**values, **more})


class Function:
    """One warm instance, called as API Gateway calls it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        context = SimpleNamespace(aws_request_id="request-1", memory_limit_in_mb="1024", function_name="phoney")
        return self._handler(event, context)

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, user: str | None = None
    ) -> tuple[int, Any]:
        form = isinstance(body, str)
        headers = {"content-type": "application/x-www-form-urlencoded" if form else "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"}
        context: dict[str, Any] = {"http": http, "requestId": "r", "stage": "$default", "accountId": "1", "apiId": "a"}
        if user is not None:
            context["authorizer"] = {"lambda": {"user_id": user}}
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": headers,
            "requestContext": context,
            "isBase64Encoded": False,
            "body": None if body is None else (body if form else json.dumps(body)),
        }
        answer = self.invoke(event)
        text = answer["body"]
        if answer.get("isBase64Encoded"):
            text = base64.b64decode(text).decode()
        return answer["statusCode"], json.loads(text)


def function(stage: str = "dev", **more: Any) -> Function:
    return Function(create_handler(configured(stage, **more)))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(params=STAGES)
def every(request: pytest.FixtureRequest) -> Function:
    return function(request.param)


QUICK_START = {"template": {"name": "{{name}}", "email": "{{email}}"}, "count": 1}


@pytest.mark.requirement("PHONEY-16")
def test_the_quick_start_is_answered_in_dev_without_a_token() -> None:
    status, answer = function().call("POST", "/template", QUICK_START)
    assert status == 200
    assert answer["count"] == 1
    (record,) = answer["data"]
    assert set(record) == {"name", "email"}
    assert re.fullmatch(r"\S+@\S+\.\S+", record["email"])
    assert "{{" not in record["name"]
    assert answer["generatedInMs"] >= 0


@pytest.mark.requirement("PHONEY-16")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_other_stages_ask_for_a_token(stage: str) -> None:
    instance = function(stage)
    assert instance.call("POST", "/template", QUICK_START)[0] == 401
    assert instance.call("POST", "/template", QUICK_START, token="nonsense")[0] == 401  # noqa: S106
    _, signed_in = instance.call("POST", "/auth/token", f"username=phoney&password={PASSWORD.replace(' ', '+')}")
    assert instance.call("POST", "/template", QUICK_START, token=signed_in["access_token"])[0] == 200


@pytest.mark.requirement("PHONEY-16")
@pytest.mark.parametrize("count", [0, 1001, -1, "5", 1.5, True, None])
def test_a_count_outside_the_limits_is_refused(count: Any) -> None:
    status, answer = function().call("POST", "/template", {**QUICK_START, "count": count})
    assert status == 422
    assert "detail" in answer


@pytest.mark.requirement("PHONEY-16")
def test_the_largest_count_is_answered() -> None:
    status, answer = function().call("POST", "/template", {**QUICK_START, "count": 1000})
    assert (status, answer["count"], len(answer["data"])) == (200, 1000, 1000)


@pytest.mark.requirement("PHONEY-16")
def test_an_unknown_generator_is_refused_by_name() -> None:
    status, answer = function().call("POST", "/template", {"template": {"a": ["{{nmae}}"]}, "count": 1})
    assert status == 422
    assert "nmae" in answer["detail"]


@pytest.mark.parametrize(
    "template", ["{{}}", "{{name}} {{__class__}}", {"{{nope}}": 1}, {"a": {"b": [{"c": "x {{ 1+1 }}"}]}}]
)
def test_a_placeholder_is_a_name_and_never_code(template: Any) -> None:
    assert function().call("POST", "/template", {"template": template})[0] == 422


def test_placeholders_keep_types_and_stand_anywhere() -> None:
    template = {
        "age": "{{integer}}",
        "text": "<{{word}}>-<{{word}}>",
        "list": ["{{boolean}}", 7, None],
        "{{uuid}}": "x",
    }
    _, answer = function().call("POST", "/template", {"template": template})
    (record,) = answer["data"]
    assert isinstance(record["age"], int)
    assert re.fullmatch(r"<\w+>-<\w+>", record["text"])
    assert isinstance(record["list"][0], bool)
    assert record["list"][1:] == [7, None]
    assert any(re.fullmatch(r"[0-9a-f-]{36}", key) for key in record)


def test_a_template_too_deep_or_an_answer_too_large_is_refused() -> None:
    deep: Any = "{{word}}"
    for _ in range(templates.MAX_DEPTH + 1):
        deep = [deep]
    instance = function()
    assert instance.call("POST", "/template", {"template": deep})[0] == 422
    assert instance.call("POST", "/template", {"template": "x" * 10_000, "count": 1000})[0] == 422


def test_the_application_gives_up_before_the_gateway_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoney.app.LIMIT_SECONDS", -1)
    status, answer = function().call("POST", "/template", QUICK_START)
    assert status == 503
    assert "no time" in answer["detail"]


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_characters="{}")),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="abc"), inner, max_size=3),
        max_leaves=8,
    ),
    st.integers(1, 3),
)
def test_a_template_without_placeholders_comes_back_as_it_is(template: Any, count: int) -> None:
    assert templates.fill(template, count, time.monotonic() + 10) == [template] * count


@pytest.mark.requirement("PHONEY-17")
@pytest.mark.parametrize("stage", STAGES)
def test_health_says_what_runs(stage: str) -> None:
    assert function(stage).call("GET", "/health") == (
        200,
        {"status": "ok", "system": "phoney", "stage": stage, "version": "1a2b3c"},
    )


@pytest.mark.requirement("PHONEY-18")
def test_a_token_for_name_and_password(every: Function) -> None:
    status, answer = every.call("POST", "/auth/token", f"username=phoney&password={PASSWORD.replace(' ', '%20')}")
    assert status == 200
    assert answer == {"access_token": answer["access_token"], "token_type": "bearer", "expires_in": 900}
    claims = jwt.decode(answer["access_token"], KEY, algorithms=["HS256"])
    assert claims["sub"] == "phoney"
    assert claims["exp"] - claims["iat"] == 900


@pytest.mark.requirement("PHONEY-18")
@pytest.mark.parametrize("form", ["username=phoney&password=wrong", "username=other&password=correct+horse"])
def test_wrong_name_or_password_is_refused(form: str) -> None:
    assert function().call("POST", "/auth/token", form)[0] == 401


@pytest.mark.requirement("PHONEY-18")
def test_the_generators_are_listed(every: Function) -> None:
    status, names = every.call("GET", "/generators")
    assert status == 200
    assert {"name", "email"} <= set(names)
    assert names == sorted(names)


@pytest.mark.parametrize("form", ["", "username=phoney", "password=x", "{}"])
def test_a_form_without_both_is_refused(form: str) -> None:
    assert function().call("POST", "/auth/token", form)[0] == 422


def test_nobody_signs_in_before_a_password_is_written() -> None:
    instance = function(password_hash=None)
    assert instance.call("POST", "/auth/token", "username=phoney&password=unset")[0] == 401


def test_a_password_longer_than_bcrypt_reads_is_wrong_and_no_error() -> None:
    assert function().call("POST", "/auth/token", f"username=phoney&password={'x' * 200}")[0] == 401


def question(**headers: str) -> dict[str, Any]:
    return {"version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:::a/b", "headers": headers}


def test_the_gateway_is_told_who_may_pass() -> None:
    instance, token = function("prod"), auth.issue(configured("prod"), "phoney")
    assert instance.invoke(question(Authorization=f"Bearer {token}")) == {
        "isAuthorized": True,
        "context": {"user_id": "phoney"},
    }


def _token(**changes: Any) -> str:
    now = int(time.time())
    claims = {"sub": "phoney", "iss": "phoney", "iat": now, "exp": now + 60, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, KEY, algorithm="HS256")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic cGhvbmV5Og==",
        "Bearer ",
        "Bearer " + _token(exp=int(time.time()) - 5),
        "Bearer " + _token(exp=None),
        "Bearer " + _token(sub=None),
        "Bearer " + _token(iss="another"),
        "Bearer " + jwt.encode({"sub": "phoney", "iss": "phoney", "exp": 9_999_999_999}, "another-key" * 4),
        "Bearer " + jwt.encode({"sub": "phoney", "iss": "phoney", "exp": 9_999_999_999}, "", algorithm="none"),
    ],
)
def test_what_proves_nothing_does_not_pass(header: str) -> None:
    assert function("prod").invoke(question(authorization=header)) == {"isAuthorized": False}


@pytest.mark.requirement("PHONEY-15")
def test_an_api_key_is_asked_for_where_one_is_configured() -> None:
    instance = function("prod", api_key_hash=hashlib.sha256(b"the key").hexdigest())
    bearer = f"Bearer {_token()}"
    assert not instance.invoke(question(authorization=bearer))["isAuthorized"]
    assert not instance.invoke(question(**{"authorization": bearer, "x-api-key": "another"}))["isAuthorized"]
    assert instance.invoke(question(**{"authorization": bearer, "x-api-key": "the key"}))["isAuthorized"]


def test_whom_the_gateway_let_through_need_not_prove_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert function("prod").call("POST", "/template", QUICK_START, user="ann")[0] == 200
    (line,) = [line for line in lines(capsys) if line.get("event") == "template_processed"]
    assert line["user_id"] == "ann"


def test_the_claims_of_an_issuers_token_count_too() -> None:
    event = {"requestContext": {"authorizer": {"jwt": {"claims": {"sub": "ann"}}}}}
    assert auth.gateway_user(event) == "ann"
    assert auth.gateway_user({}) is None


@pytest.mark.requirement("PHONEY-29")
def test_one_faker_128_templates_64_generator_lists() -> None:
    assert generators.faker() is generators.faker()
    assert templates.compiled.cache_parameters()["maxsize"] == 128
    assert generators.chosen.cache_parameters()["maxsize"] == 64
    templates.compiled.cache_clear()
    instance = function()
    for _ in range(3):
        instance.call("POST", "/template", QUICK_START)
    found = templates.compiled.cache_info()
    assert (found.misses, found.hits) == (1, 2)


@pytest.mark.requirement("PHONEY-35")
def test_a_filled_template_is_logged_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    function().call("POST", "/template", {**QUICK_START, "count": 3}, token=_token())
    (line,) = [line for line in lines(capsys) if line.get("event") == "template_processed"]
    assert line["template_count"] == 3
    assert line["execution_time"] >= 0
    assert line["user_id"] == "phoney"
    assert line["request_id"] == "request-1"
    assert line["level"] == "INFO"
    assert re.match(r"\d{4}-\d\d-\d\dT", line["timestamp"])


def test_no_line_below_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    function(log_level="WARN").call("POST", "/template", QUICK_START)
    assert [line for line in lines(capsys) if "level" in line] == []


@pytest.mark.requirement("PHONEY-37")
def test_metrics_are_embedded_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    function("dev").call("POST", "/template", {**QUICK_START, "count": 7})
    (line,) = [line for line in lines(capsys) if "_aws" in line]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Phoney/TemplateAPI"
    assert {m["Name"]: m["Unit"] for m in directive["Metrics"]} == {
        "RecordsGenerated": "Count",
        "ExecutionTime": "Milliseconds",
    }
    assert line["RecordsGenerated"] == 7
    assert isinstance(line["ExecutionTime"], float)
    assert all(name in line for dimensions in directive["Dimensions"] for name in dimensions)
    assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60


@pytest.mark.requirement("PHONEY-46")
@pytest.mark.parametrize(
    ("memory", "milliseconds", "requests", "usd"),
    [
        (512, 200, 1_000_000, 1.86667),
        (1024, 150, 1_000_000, 2.700005),
        (1024, 150, 1, 0.000002700005),
        (256, 0, 5, 1e-6),
    ],
)
def test_the_cost_is_that_of_every_request(memory: int, milliseconds: float, requests: int, usd: float) -> None:
    assert estimate(memory, milliseconds, requests) == pytest.approx(usd)


@pytest.mark.requirement("PHONEY-46")
def test_each_invocation_logs_its_cost(capsys: pytest.CaptureFixture[str]) -> None:
    function().call("GET", "/health")
    (line,) = [line for line in lines(capsys) if line.get("event") == "invocation_cost"]
    assert (line["memory_mb"], line["requests"]) == (1024, 1)
    assert line["estimated_usd"] == pytest.approx(estimate(1024, line["duration_ms"]), rel=0.2)


ENVIRONMENT = {
    "ENV_STATE": "staging",
    "SYSTEM": "phoney",
    "VERSION": "abc",
    "USE_PARAMETER_STORE": "true",
    "USE_SECRETS_MANAGER": "true",
    "PARAMETER_STORE_PREFIX": "/phoney/staging/",
    "SECRET_NAME": "phoney/staging/credentials",
    "LAMBDA_COLD_START_OPTIMIZATION": "true",
    "PRELOAD_FAKER_PROVIDERS": "true",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        ssm, secrets = boto3.client("ssm"), boto3.client("secretsmanager")
        for stage in ("staging", "prod"):
            ssm.put_parameter(Name=f"/phoney/{stage}/API_USERNAME", Value=f"user-of-{stage}", Type="String")
            ssm.put_parameter(Name=f"/phoney/{stage}/SECRET_KEY", Value=KEY, Type="SecureString")
            content = {"jwt_secret": f"{KEY}-{stage}", "api_password_hash": HASH}
            secrets.create_secret(Name=f"phoney/{stage}/credentials", SecretString=json.dumps(content))
        yield ssm, secrets


def test_settings_are_read_from_parameters_and_the_secret_of_the_stage(aws: tuple[Any, Any]) -> None:
    found = Settings.load(ENVIRONMENT, *aws)
    assert (found.stage, found.username, found.password_hash) == ("staging", "user-of-staging", HASH)
    assert found.jwt_secret == f"{KEY}-staging"
    assert found.preload
    assert KEY not in repr(found)


def test_clients_are_made_where_none_are_given(aws: tuple[Any, Any]) -> None:
    assert Settings.load(ENVIRONMENT).username == "user-of-staging"


def test_a_password_that_nobody_wrote_is_none(aws: tuple[Any, Any]) -> None:
    content = {"jwt_secret": KEY, "api_password_hash": "unset"}
    aws[1].put_secret_value(SecretId="phoney/staging/credentials", SecretString=json.dumps(content))
    assert Settings.load(ENVIRONMENT, *aws).password_hash is None


@pytest.mark.parametrize("missing", ["ENV_STATE", "PARAMETER_STORE_PREFIX", "SECRET_NAME"])
def test_a_missing_variable_is_named(aws: tuple[Any, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        Settings.load({name: value for name, value in ENVIRONMENT.items() if name != missing}, *aws)


def test_without_a_key_the_function_does_not_start() -> None:
    with pytest.raises(SettingsError, match="jwt_secret"):
        Settings.load({"ENV_STATE": "dev"})


def test_every_generator_works() -> None:
    generators.preload()
    for name, generate in generators.generators().items():
        assert json.dumps(generate()), name


@pytest.mark.parametrize("level", ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])
def test_every_level_of_lambda_is_known(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    logs.configure(level)
    structlog.get_logger().critical("last")
    assert [line["level"] for line in lines(capsys)] == ["CRITICAL"]


def test_the_image_holds_what_the_lock_file_names() -> None:
    locked = {p["name"]: p["version"] for p in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    rows = [row for row in (SOURCE / "requirements.txt").read_text().splitlines() if not row.startswith("#")]
    pins = dict(row.split("==") for row in rows)
    assert {name: locked.get(name) for name in pins} == pins


def test_the_image_holds_every_file_of_the_function() -> None:
    dockerfile = (SOURCE / "Dockerfile").read_text()
    assert re.search(r"^COPY lambda_handler\.py ", dockerfile, re.MULTILINE)
    assert re.search(r"^COPY phoney ", dockerfile, re.MULTILINE)
    assert re.search(r'^CMD \["lambda_handler\.handler"\]$', dockerfile, re.MULTILINE)
