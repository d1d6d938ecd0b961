"""AskIAM's starter functions: each contract, and a request's life from the API to the audit log, against a fake AWS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import io
import json
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.client
import pytest
import yaml
from moto import mock_aws

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "workloads" / "functions" / "askiam"


def _load_package() -> None:
    """Register the package by name alone: its folder on sys.path would shadow names of other tests."""
    location = SOURCE / "askiam"
    spec = importlib.util.spec_from_file_location(
        "askiam", location / "__init__.py", submodule_search_locations=[str(location)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["askiam"] = module
    spec.loader.exec_module(module)


if "askiam" not in sys.modules:
    _load_package()

from askiam import audit, aws, decision, extractor, lex, logs, mcp, model, orchestrator, rag, status, token  # noqa: E402
from askiam.database import Row  # noqa: E402
from askiam.precedents import DatabasePrecedents, NoPrecedents, SearchPrecedents  # noqa: E402
from askiam.precedents import from_environment as precedents_from  # noqa: E402
from askiam.resilience import CircuitBreaker, CircuitOpenError, call_with_retry  # noqa: E402

PROJECT = yaml.safe_load((ROOT / "systems/askiam/Pulumi.yaml").read_text())["config"]
PATTERNS = json.loads(PROJECT["parameters"]["value"]["app/extraction-patterns"]["value"])
REQUEST = {
    "user_id": "john.doe",
    "raw_request": "I need access to HR Analyst role in Workday",
    "request_context": {"ip": "10.0.0.1", "timestamp": "2026-01-21T10:30:00Z", "session_id": "sess-12345"},
}


class Sqlite:
    """The schema as shipped, in memory; statements are the functions' own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = sqlite3.connect(":memory:", check_same_thread=False)
        self._held.row_factory = sqlite3.Row
        self._held.executescript((SOURCE / "sql/schema.sql").read_text())
        self._held.execute("CREATE VIEW app_roles AS SELECT app_id, role_id FROM roles")
        self.statements: list[str] = []
        self._held.executescript(
            """
            INSERT INTO users (user_id, email, name, status) VALUES
              (123, 'j@x', 'john.doe', 'active'), (124, 'a@x', 'ann.gone', 'inactive');
            INSERT INTO applications (app_id, name) VALUES (456, 'Workday'), (457, 'Sales');
            INSERT INTO roles (role_id, app_id, name) VALUES
              (789, 456, 'hr_analyst'), (790, 456, 'Payroll Admin'), (791, 457, 'Read Reports');
            INSERT INTO role_prerequisites VALUES (790, 789);
            """
        )

    def run(self, sql: str, **parameters: Any) -> list[Row]:
        with self._lock:
            self.statements.append(sql)
            return [dict(row) for row in self._held.execute(sql, parameters).fetchall()]


@pytest.fixture
def database() -> Sqlite:
    return Sqlite()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


# The extractor


def extracted(database: Sqlite, text: str, user: str = "john.doe") -> dict[str, Any]:
    return extractor.extract({"raw_request": text, "request_id": "r", "user_id": user}, database, PATTERNS)


@pytest.mark.requirement("ASKIAM-28")
@pytest.mark.parametrize(
    "text",
    [
        "I need access to HR Analyst role in Workday",
        "i need HR_Analyst in the Workday application.",
        "Give me the hr analyst role in workday!",
    ],
)
def test_a_sentence_becomes_three_ids(database: Sqlite, text: str) -> None:
    assert extracted(database, text) == {"user_id": 123, "app_id": 456, "role_id": 789, "login": "john.doe"}


@pytest.mark.requirement("ASKIAM-28")
def test_another_user_can_be_named(database: Sqlite) -> None:
    found = extracted(database, "May john.doe read reports in the sales application?", user="somebody.else")
    assert (found["user_id"], found["role_id"]) == (123, 791)


@pytest.mark.requirement("ASKIAM-28")
def test_what_is_not_known_is_refused_with_similar_names(database: Sqlite) -> None:
    role = extracted(database, "I need HR Analist in Workday")
    assert (role["statusCode"], role["reason"], role["similar"]) == (400, "unknown role", ["hr analyst"])
    application = extracted(database, "I need HR Analyst in Workdy")
    assert application["similar"] == ["workday"]
    assert extracted(database, "I need HR Analyst in Workday", user="nobody")["reason"] == "unknown user"
    assert extracted(database, "good morning")["statusCode"] == 400


# The rules


def checked(database: Sqlite, user: int = 123, app: int = 456, role: int = 789) -> dict[str, Any]:
    return mcp.validate({"user_id": user, "app_id": app, "role_id": role, "request_id": "r"}, database)


@pytest.mark.requirement("ASKIAM-28")
@pytest.mark.requirement("ASKIAM-81")
def test_the_rules_say_why(database: Sqlite) -> None:
    assert checked(database) == {"is_valid": True, "reason": "all rules are met", "queries_executed": 4}
    assert checked(database, user=124)["reason"] == "user is not active"
    assert checked(database, user=1)["reason"] == "unknown user"
    assert checked(database, app=457)["reason"] == "unknown role"
    assert checked(database, role=790)["reason"] == "user lacks a role that this one requires"
    database.run("INSERT INTO user_roles (user_id, role_id, status) VALUES (123, 789, 'active')")
    assert checked(database)["reason"] == "user has the role already"


@pytest.mark.requirement("ASKIAM-81")
def test_nothing_is_written_into_a_statement(database: Sqlite) -> None:
    evil = "x' OR '1'='1"
    assert extracted(database, "I need HR Analyst in Workday", user=evil)["reason"] == "unknown user"
    checked(database)
    assert all(evil not in sql and "123" not in sql for sql in database.statements)


@pytest.mark.requirement("ASKIAM-81")
def test_the_validators_user_reads_and_does_nothing_else() -> None:
    from tierwise.operations.database.cluster_plan import plan_cluster
    from tierwise.operations.stack import load_settings, one_target

    settings = load_settings(one_target("askiam/prod", ROOT))
    assert settings.aurora is not None
    texts = [statement.text for statement in plan_cluster(settings, settings.aurora, ROOT).statements]
    granted = [text for text in texts if "mcp_validator" in text and "GRANT" in text]
    assert granted == [
        'GRANT rds_iam TO "mcp_validator"',
        'GRANT USAGE ON SCHEMA public TO "mcp_validator"',
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "mcp_validator"',
    ]


# The precedents


class Found:
    def __init__(self, approved: int, rejected: int) -> None:
        self._rows: list[Row] = [{"approved": True}] * approved + [{"approved": False}] * rejected

    def find(self, app_id: int, role_id: int) -> list[Row]:
        return self._rows


class Opinions:
    """A model with one opinion, or an error."""

    def __init__(self, opinion: model.Opinion | Exception) -> None:
        self._opinion = opinion
        self.asked = 0

    def judge(self, request: Any, precedents: Any) -> model.Opinion:
        self.asked += 1
        if isinstance(self._opinion, Exception):
            raise self._opinion
        return self._opinion


FACTS = {"user_id": 123, "app_id": 456, "role_id": 789, "request_id": "r"}


@pytest.mark.requirement("ASKIAM-28")
def test_agreeing_precedents_are_believed_the_more_there_are() -> None:
    def confidence(approved: int, rejected: int) -> tuple[bool, float]:
        answer = rag.validate(FACTS, Found(approved, rejected), None, CircuitBreaker())
        assert set(answer) == {"is_valid", "confidence", "documents", "reason"}
        return answer["is_valid"], answer["confidence"]

    assert confidence(20, 0) == (True, 0.9524)
    assert confidence(0, 20) == (False, 0.9524)
    assert confidence(1, 0) == (True, 0.5)
    assert confidence(0, 0) == (False, 0.0)


def test_a_model_is_asked_only_where_precedents_disagree() -> None:
    opinions = Opinions(model.Opinion(True, 0.97, "fits"))
    assert rag.validate(FACTS, Found(10, 0), opinions, CircuitBreaker())["confidence"] < 0.95
    assert opinions.asked == 0
    answer = rag.validate(FACTS, Found(5, 5), opinions, CircuitBreaker())
    assert (answer["is_valid"], answer["confidence"], answer["reason"]) == (True, 0.97, "fits")


@pytest.mark.requirement("ASKIAM-42")
def test_a_failing_model_is_left_alone_and_the_rules_decide() -> None:
    opinions, breaker = Opinions(TimeoutError("slow")), CircuitBreaker()
    answers = [rag.validate(FACTS, Found(5, 5), opinions, breaker) for _ in range(8)]
    assert opinions.asked == 5
    assert all(answer["confidence"] <= 0.95 for answer in answers)


def test_the_store_is_the_one_that_is_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    search = {"VECTOR_STORE": "opensearch", "SEARCH_ENDPOINT": "https://x", "AWS_REGION": "us-east-1"}
    assert isinstance(precedents_from(search), SearchPrecedents)
    database = {"VECTOR_STORE": "pgvector", "DB_CLUSTER_ARN": "a", "DB_SECRET_NAME": "s", "DB_NAME": "d"}
    assert isinstance(precedents_from(database), DatabasePrecedents)
    assert isinstance(precedents_from({}), NoPrecedents)


def test_bedrock_is_asked_by_its_operation_and_its_answer_is_read() -> None:
    asked: list[dict[str, Any]] = []

    def converse(**request: Any) -> Any:
        asked.append(request)
        said = {"compliant": True, "confidence": 1.4, "reason": "fits"}
        return {"output": {"message": {"content": [{"text": json.dumps(said)}]}}}

    found = model.BedrockModel("amazon.nova-lite-v1:0", SimpleNamespace(converse=converse)).judge(FACTS, [])
    assert found == model.Opinion(True, 1.0, "fits")
    assert asked[0]["modelId"] == "amazon.nova-lite-v1:0"
    operations = boto3.client("bedrock-runtime", region_name="us-east-1").meta.service_model.operation_names
    assert model.OPERATION in operations
    broken = SimpleNamespace(converse=lambda **_: {"output": {"message": {"content": [{"text": "yes!"}]}}})
    assert model.BedrockModel("m", broken).judge(FACTS, []).compliant is False


# The decision

YES, NO = {"is_valid": True, "reason": "all rules are met"}, {"is_valid": False, "reason": "user has the role already"}
HARD = {"is_valid": False, "reason": "user is not active"}


def said(is_valid: bool, confidence: float) -> dict[str, Any]:
    return {"is_valid": is_valid, "confidence": confidence, "reason": "precedents"}


@pytest.mark.requirement("ASKIAM-29")
@pytest.mark.parametrize(
    ("rag_answer", "mcp_answer", "status", "path"),
    [
        (said(True, 0.96), NO, "VALID", "precedents"),
        (said(False, 0.96), YES, "INVALID", "precedents"),
        (said(True, 0.95), NO, "INVALID", "rules"),
        (said(False, 0.95), YES, "VALID", "rules"),
        (said(True, 0.99), HARD, "INVALID", "rules"),
        (None, YES, "VALID", "rules"),
        (None, NO, "INVALID", "rules"),
        (said(True, 0.96), None, "VALID", "precedents"),
        (said(True, 0.5), None, "INVALID", "none"),
        (None, None, "INVALID", "none"),
    ],
)
def test_the_decision_table(rag_answer: Any, mcp_answer: Any, status: str, path: str) -> None:
    found = decision.decide(rag_answer, mcp_answer, 0.95)
    assert (found.status, found.path) == (status, path)


@pytest.mark.requirement("ASKIAM-29")
def test_the_hard_rules_can_be_overruled_by_a_switch() -> None:
    assert decision.decide(said(True, 0.99), HARD, 0.95, sql_hard_fail=False).status == "VALID"


# The orchestrator


class World:
    """What the orchestrator reaches, scripted."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.events: list[tuple[str, Any]] = []
        self.queued: list[Any] = []
        self.started: list[str] = []
        self.both = threading.Barrier(2, timeout=5)

    def call(self, function: str, payload: Any) -> dict[str, Any]:
        self.started.append(function)
        if function != "entity-extractor" and self.answers.get("together"):
            # Passes only if the other validator is running at the same time.
            self.both.wait()
        answer = self.answers.get(function)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer()
        return answer or {"user_id": 123, "app_id": 456, "role_id": 789}

    def outside(self) -> orchestrator.Outside:
        return orchestrator.Outside(
            call=self.call,
            tell=lambda kind, detail: self.events.append((kind, detail)),
            queue=self.queued.append,
            threshold=0.95,
        )


CHECKED = {"request_id": "req-1", "user_id": "john.doe", "raw_request": "x", "context": {"ip_address": "10.0.0.1"}}


@pytest.mark.requirement("ASKIAM-39")
def test_both_validators_run_at_once() -> None:
    world = World(**{"rag-validator": said(True, 0.96), "mcp-validator": NO, "together": True})
    code, body = orchestrator.process(CHECKED, world.outside(), seconds=25)
    assert (code, body["status"]) == (200, "VALID")
    assert world.started[0] == "entity-extractor"
    assert set(world.started[1:]) == {"rag-validator", "mcp-validator"}


@pytest.mark.requirement("ASKIAM-39")
def test_waiting_ends_and_the_caller_asks_again() -> None:
    release = threading.Event()
    world = World(**{"rag-validator": lambda: (release.wait(10), said(True, 1))[1], "mcp-validator": YES})
    code, body = orchestrator.process(CHECKED, world.outside(), seconds=0.2)
    release.set()
    assert (code, body) == (202, {"status": "PENDING", "request_id": "req-1"})
    assert [kind for kind, _ in world.events] == ["ValidationUnfinished"]
    assert world.queued == []
    assert orchestrator.MOST_SECONDS == 30


@pytest.mark.requirement("ASKIAM-42")
def test_a_validator_that_fails_leaves_the_decision_to_the_other() -> None:
    world = World(**{"rag-validator": TimeoutError("slow"), "mcp-validator": YES})
    _code, body = orchestrator.process(CHECKED, world.outside(), seconds=25)
    assert body["status"] == "VALID"
    assert world.queued == [{"request_id": "req-1", "user_id": "john.doe", "resource": "456/789"}]


def test_what_is_not_understood_is_invalid_and_says_what_was_meant() -> None:
    world = World(**{"entity-extractor": {"statusCode": 400, "reason": "unknown role", "similar": ["hr analyst"]}})
    code, body = orchestrator.process(CHECKED, world.outside(), seconds=25)
    assert (code, body["status"]) == (200, "INVALID")
    assert body["reason"] == "unknown role; did you mean hr analyst?"
    assert [kind for kind, _ in world.events] == ["ValidationCompleted"]


# Retries and the circuit breaker


@pytest.mark.requirement("ASKIAM-42")
def test_three_tries_with_growing_pauses() -> None:
    pauses: list[float] = []
    tries: list[int] = []

    def work() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise TimeoutError
        return "done"

    assert call_with_retry(work, sleep=pauses.append) == "done"
    assert 1 <= pauses[0] <= 2
    assert 2 <= pauses[1] <= 3
    with pytest.raises(ZeroDivisionError):
        call_with_retry(lambda: 1 // 0, sleep=pauses.append)
    assert len(pauses) == 4


@pytest.mark.requirement("ASKIAM-42")
def test_the_breaker_opens_after_five_failures_and_tries_again_after_a_minute() -> None:
    now = [0.0]
    breaker = CircuitBreaker(clock=lambda: now[0])
    for _ in range(5):
        assert breaker.state == "closed"
        with pytest.raises(ZeroDivisionError):
            breaker.call(lambda: 1 // 0)
    with pytest.raises(CircuitOpenError):
        breaker.call(lambda: 1)
    now[0] = 60
    assert breaker.state == "half-open"
    with pytest.raises(ZeroDivisionError):
        breaker.call(lambda: 1 // 0)
    assert breaker.state == "open"
    now[0] = 120
    assert breaker.call(lambda: 1) == 1
    assert breaker.state == "closed"


# Logs, metrics, traces


@pytest.mark.requirement("ASKIAM-67", check="app")
def test_a_line_has_the_fields_of_the_document(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNCTION", "request-orchestrator")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-65a12345-abcdef1234567890;Parent=1;Sampled=1")
    logs.log("INFO", "Validation completed", request_id="r", user_id="u", context={"ip_address": "1.2.3.4", "x": 1})
    (line,) = lines(capsys)
    assert set(line) == {
        "timestamp", "request_id", "lambda_function", "level", "message", "user_id", "validation_result",
        "duration_ms", "trace_id", "context",
    }  # fmt: skip
    assert line["lambda_function"] == "RequestOrchestrator"
    assert line["trace_id"] == "1-65a12345-abcdef1234567890"
    assert line["context"] == {"ip_address": "1.2.3.4", "session_id": None, "user_agent": None}


@pytest.mark.requirement("ASKIAM-70")
def test_metrics_are_embedded_with_their_dimensions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("METRICS_NAMESPACE", raising=False)
    world = World(**{"rag-validator": TimeoutError(), "mcp-validator": YES})
    orchestrator.process(CHECKED, world.outside(), seconds=25)
    logs.metric("RAGConfidence", 0.9, "None")
    found = {
        described["Metrics"][0]["Name"]: (described["Namespace"], tuple(described["Dimensions"][0]))
        for line in lines(capsys)
        for described in line.get("_aws", {}).get("CloudWatchMetrics", [])
    }
    assert found == {
        "AccessRequestCount": ("AskIAM", ("Status",)),
        "ValidationLatency": ("AskIAM", ("Component",)),
        "RAGConfidence": ("AskIAM", ()),
        "ErrorCount": ("AskIAM", ("ErrorType", "Function")),
        "ConcurrentRequests": ("AskIAM", ("Function",)),
    }


@pytest.mark.requirement("ASKIAM-69", check="app")
def test_traces_are_annotated(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    class Socket:
        def __enter__(self) -> Socket:
            return self

        def __exit__(self, *_: object) -> None: ...

        def sendto(self, data: bytes, _address: object) -> None:
            sent.append(data)

    monkeypatch.setattr(logs.socket, "socket", lambda *_: Socket())
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-a;Parent=b;Sampled=1")
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000")
    monkeypatch.setenv("STAGE", "prod")
    world = World(**{"rag-validator": said(True, 0.97), "mcp-validator": YES})
    orchestrator.process(CHECKED, world.outside(), seconds=25)
    header, segment = sent[0].decode().split("\n")
    assert json.loads(header) == {"format": "json", "version": 1}
    assert json.loads(segment)["annotations"] == {
        "request_id": "req-1",
        "user_id": "john.doe",
        "validation_status": "VALID",
        "rag_confidence": 0.97,
        "mcp_result": "all rules are met",
        "environment": "prod",
    }
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-a;Parent=b;Sampled=0")
    logs.annotate(request_id="r")
    assert len(sent) == 1


# Tokens


def signed(claims: dict[str, Any], key: bytes = b"key", kind: str = "HS256") -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": kind}, claims)
    ]
    mark = hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=").decode()])


def test_a_token_names_who_calls_unless_it_is_forged_or_old() -> None:
    good = {"sub": "john.doe", "exp": 200}
    assert token.subject(signed(good), b"key", 100) == "john.doe"
    assert token.subject(signed(good), b"key", 300) is None
    assert token.subject(signed(good, b"other"), b"key", 100) is None
    assert token.subject(signed(good, kind="none"), b"key", 100) is None
    assert token.subject(signed({"exp": 200}), b"key", 100) is None
    assert token.subject("nonsense", b"key", 100) is None


# A request's life


class Deployed:
    """The stack in one process: moto for AWS, SQLite behind the Data API, functions called where Lambda would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = Sqlite()
        self.handlers = {
            "request-orchestrator": orchestrator.handler,
            "entity-extractor": extractor.handler,
            "rag-validator": rag.handler,
            "mcp-validator": mcp.handler,
            "audit-logger": audit.handler,
            "lex-connector": lex.handler,
            "status-checker": status.handler,
        }
        self._original = botocore.client.BaseClient._make_api_call
        monkeypatch.setattr(
            botocore.client.BaseClient,
            "_make_api_call",
            lambda client, operation, arguments: self._answer(client, operation, arguments),
        )
        for name, value in self._variables().items():
            monkeypatch.setenv(name, value)
        self._create()
        monkeypatch.setenv("QUEUE_GRANTS", self.queue)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        return json.loads(json.dumps(self.handlers[name](json.loads(json.dumps(event)), SimpleNamespace())))

    def api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call a route as it is configured, as API Gateway calls its function."""
        route, variables = self._route(method, path)
        event = {
            "httpMethod": method,
            "path": path,
            "pathParameters": variables or None,
            "requestContext": {
                "requestId": f"req-{len(self.database.statements)}",
                "identity": {"sourceIp": "203.0.113.42"},
            },
            "body": None if body is None else (body if isinstance(body, str) else json.dumps(body)),
        }
        answer = self.invoke(route, event)
        return answer["statusCode"], json.loads(answer["body"])

    def queued(self) -> list[Any]:
        queue = boto3.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in queue.get("Messages", [])]

    def _route(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        api = PROJECT["restApi"]["value"]
        for key, route in api["routes"].items():
            verb, _, template = key.partition(" ")
            names, given = template.split("/"), path.split("/")
            if verb == method and len(names) == len(given):
                pairs = [(n, g) for n, g in zip(names, given, strict=True) if n != g]
                if all(n.startswith("{") for n, _ in pairs):
                    return (route or {}).get("function", api["function"]), {n.strip("{}"): g for n, g in pairs}
        raise AssertionError(f"no route {method} {path}")

    def _variables(self) -> dict[str, str]:
        called = ("entity-extractor", "rag-validator", "mcp-validator", "request-orchestrator")
        return {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SYSTEM": "askiam",
            "STAGE": "dev",
            "PARAMETER_STORE_PREFIX": "/askiam/dev/",
            "VECTOR_STORE": "pgvector",
            "EVENT_BUS": "askiam-dev-events",
            "DB_CLUSTER_ARN": "arn:aws:rds:us-east-1:123456789012:cluster:askiam-dev-aurora",
            "DB_NAME": "askiam",
            "DB_SECRET_NAME": "askiam/dev/db/reader",
            "BUCKET_AUDIT_NAME": "/askiam/dev/buckets/audit",
            "ANSWERS_AFTER_SECONDS": "25",
            **{f"FUNCTION_{name.replace('-', '_').upper()}": f"askiam-dev-{name}:live" for name in called},
        }

    def _create(self) -> None:
        self.queue = boto3.client("sqs").create_queue(QueueName="askiam-dev-grants")["QueueUrl"]
        boto3.client("events").create_event_bus(Name="askiam-dev-events")
        boto3.client("s3").create_bucket(Bucket="audit")
        boto3.client("secretsmanager").create_secret(Name="askiam/dev/db/reader", SecretString="{}")
        ssm = boto3.client("ssm")
        for name, parameter in PROJECT["parameters"]["value"].items():
            ssm.put_parameter(Name=f"/askiam/dev/{name}", Value=parameter["value"], Type="String")
        ssm.put_parameter(Name="/askiam/dev/buckets/audit", Value="audit", Type="String")

    def _answer(self, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "Invoke":
            name = arguments["FunctionName"].removeprefix("askiam-dev-")
            assert arguments["Qualifier"] == "live"
            reply = self.invoke(name, json.loads(arguments["Payload"]))
            return {"Payload": io.BytesIO(json.dumps(reply).encode())}
        if operation == "ExecuteStatement":
            return self._execute(arguments)
        answer = self._original(client, operation, arguments)
        if operation == "PutEvents":
            for entry in arguments["Entries"]:
                self._deliver(entry)
        return answer

    def _deliver(self, entry: dict[str, Any]) -> None:
        """Call the targets of the configured rules."""
        for rule in PROJECT["eventBus"]["value"]["rules"].values():
            if entry["DetailType"] in rule["pattern"]["detail-type"] and entry["Source"] in rule["pattern"]["source"]:
                for target in rule["targets"].values():
                    event = {"detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
                    self.invoke(target["function"], event)

    def _execute(self, arguments: dict[str, Any]) -> Any:
        assert arguments["resourceArn"].endswith(":cluster:askiam-dev-aurora")
        given = {
            p["name"]: None if p["value"].get("isNull") else next(iter(p["value"].values()))
            for p in arguments["parameters"]
        }
        rows = self.database.run(arguments["sql"], **given)
        names = list(rows[0]) if rows else []

        def field(value: Any) -> dict[str, Any]:
            return {"longValue": value} if isinstance(value, int) else {"stringValue": value}

        return {
            "columnMetadata": [{"name": name} for name in names],
            "records": [[field(v) for v in row.values()] for row in rows],
        }


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    caches = [
        getattr(module, name)
        for module in (aws, orchestrator, extractor, rag, mcp, audit, status)
        for name in dir(module)
        if hasattr(getattr(module, name), "cache_clear")
    ]
    with mock_aws():
        monkeypatch.setattr(orchestrator, "ThreadPoolExecutor", ThreadPoolExecutor)
        for cached in caches:
            cached.cache_clear()
        yield Deployed(monkeypatch)
        for cached in caches:
            cached.cache_clear()


@pytest.mark.requirement("ASKIAM-26", check="app")
@pytest.mark.requirement("ASKIAM-27", check="app")
@pytest.mark.requirement("ASKIAM-83")
@pytest.mark.parametrize("path", ["/access-request", "/chat", "/requests"])
def test_a_request_is_decided_recorded_archived_and_queued(deployed: Deployed, path: str) -> None:
    code, body = deployed.api("POST", path, REQUEST)
    assert code == 200
    assert set(body) == {"status", "reason", "request_id", "timestamp"}
    assert body["status"] == "VALID"
    code, stored = deployed.api("GET", f"/status/{body['request_id']}")
    assert (code, stored["status"], stored["reason"]) == (200, "VALID", "all rules are met")
    (row,) = deployed.database.run("SELECT * FROM audit_log")
    assert (row["user_id"], row["action"], row["resource"]) == ("john.doe", "access-request", "456/789")
    assert row["ip_address"] == "203.0.113.42"
    assert deployed.queued() == [{"request_id": body["request_id"], "user_id": "john.doe", "resource": "456/789"}]
    (key,) = [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket="audit")["Contents"]]
    assert key.startswith("events/20")


@pytest.mark.requirement("ASKIAM-26", check="app")
@pytest.mark.parametrize(
    "body", [{"user_id": "john.doe"}, {"raw_request": "x"}, {"user_id": "", "raw_request": "x"}, "not json", "[]"]
)
def test_a_request_that_is_none_is_refused(deployed: Deployed, body: Any) -> None:
    code, answer = deployed.api("POST", "/access-request", body)
    assert code == 400
    assert answer["error"]["code"] == "BAD_REQUEST"
    assert deployed.database.run("SELECT * FROM audit_log") == []


@pytest.mark.requirement("ASKIAM-26", check="app")
def test_an_unknown_pair_is_invalid_and_grants_nothing(deployed: Deployed) -> None:
    code, body = deployed.api("POST", "/access-request", {**REQUEST, "raw_request": "I need Emperor in Workday"})
    assert (code, body["status"], body["reason"]) == (200, "INVALID", "unknown role")
    assert deployed.queued() == []
    assert len(deployed.database.run("SELECT * FROM audit_log")) == 1


@pytest.mark.requirement("ASKIAM-26", check="app")
def test_a_request_that_takes_long_is_finished_for_whoever_asks_again(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERS_AFTER_SECONDS", "0")
    code, body = deployed.api("POST", "/access-request", REQUEST)
    assert (code, body["status"]) == (202, "PENDING")
    # The bus has called the orchestrator again, which had all the time that it needed.
    code, stored = deployed.api("GET", f"/status/{body['request_id']}")
    assert (code, stored["status"]) == (200, "VALID")


@pytest.mark.requirement("ASKIAM-27", check="app")
def test_status_knows_no_unknown_request_and_says_that_the_system_is_well(deployed: Deployed) -> None:
    code, body = deployed.api("GET", "/status/00000000-0000-0000-0000-000000000000")
    assert (code, body["error"]["code"]) == (404, "NOT_FOUND")
    code, body = deployed.api("GET", "/status")
    assert (code, body["status"], body["system"], body["stage"]) == (200, "ok", "askiam", "dev")
    assert body["version"]


@pytest.mark.requirement("ASKIAM-83")
def test_an_event_that_arrives_twice_leaves_one_row(deployed: Deployed) -> None:
    detail = {
        "request_id": "r-1", "user_id": "john.doe", "validation_result": "VALID", "resource": "456/789",
        "timestamp": "2026-01-21T10:30:00.000Z", "context": {"ip_address": "10.0.0.1"}, "reason": "x",
    }  # fmt: skip
    for _ in range(2):
        deployed.invoke("audit-logger", {"detail-type": "ValidationCompleted", "detail": detail})
    (row,) = deployed.database.run("SELECT id, timestamp FROM audit_log")
    assert row == {"id": "r-1", "timestamp": "2026-01-21 10:30:00.000000"}


@pytest.mark.requirement("ASKIAM-28")
def test_an_insert_that_fails_is_said_and_tried_again(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError("down")

    monkeypatch.setattr(audit, "record", fail)
    detail = {"request_id": "r", "user_id": "u", "validation_result": "VALID", "timestamp": "2026-01-21T10:30:00Z"}
    with pytest.raises(ConnectionError):
        deployed.invoke("audit-logger", {"detail": detail})
    found = [line for line in lines(capsys) if line.get("event") == "audit_insert_failed"]
    assert len(found) == 1
    # The alarm's filter looks for exactly this.
    pattern = PROJECT["observability"]["value"]["metricFilters"]["audit-insert-failures"]["pattern"]
    assert '"audit_insert_failed"' in pattern


LEX = {
    "sessionId": "sess-1",
    "sessionState": {
        "intent": {
            "name": "AccessRequest",
            "slots": {
                name: {"value": {"interpretedValue": value}}
                for name, value in (
                    ("UserName", "john.doe"),
                    ("ApplicationName", "Workday"),
                    ("RoleName", "HR Analyst"),
                )
            },
        },
    },
}


@pytest.mark.requirement("ASKIAM-30")
def test_the_bot_and_the_webhook_get_lex_s_own_form(deployed: Deployed) -> None:
    direct = deployed.invoke("lex-connector", LEX)
    code, posted = deployed.api("POST", "/lex-webhook", LEX)
    assert code == 200
    for reply in (direct, posted):
        assert reply["sessionState"]["dialogAction"] == {"type": "Close"}
        assert reply["sessionState"]["intent"]["state"] == "Fulfilled"
        (message,) = reply["messages"]
        assert "john.doe may have HR Analyst in Workday" in message["content"]


@pytest.mark.requirement("ASKIAM-30")
def test_the_bot_says_no_and_says_when_it_cannot_say(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = {**LEX["sessionState"]["intent"]["slots"], "UserName": {"value": {"interpretedValue": "nobody"}}}
    event = {**LEX, "sessionState": {"intent": {"name": "AccessRequest", "slots": slots}}}
    assert "unknown user" in deployed.invoke("lex-connector", event)["messages"][0]["content"]
    assert deployed.api("POST", "/lex-webhook", {"a": 1})[0] == 400
    monkeypatch.setattr(lex, "_ask", lambda _request: {"body": "{}"})
    assert deployed.invoke("lex-connector", LEX)["sessionState"]["intent"]["state"] == "Failed"
