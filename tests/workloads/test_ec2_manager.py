"""EC2 Manager's handlers: their own tests, and every route against a fake AWS."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support.aws import client, fake_aws

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "workloads" / "functions" / "ec2_manager"
REGION = "us-west-2"
TABLE = "ec2-manager-dev-audit"
#: A fixed second, so that an item's key is known.
TIME = "2026-03-10T12:00:00.000Z"
EPOCH_MS = 1_773_144_000_000

NODE = shutil.which("node")
INSTALLED = (SOURCE / "node_modules" / "@aws-sdk" / "client-ec2").is_dir()
pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not on PATH: the handlers of EC2 Manager are JavaScript"),
    pytest.mark.skipif(not INSTALLED, reason="run make setup, which installs the handlers' SDK with npm"),
    # One worker: a node process and a fake AWS for all of them.
    pytest.mark.xdist_group("ec2-manager-handlers"),
]


@functools.cache
def contract() -> dict[str, Any]:
    """The API as its OpenAPI document describes it."""
    return yaml.safe_load((ROOT / "docs" / "ec2-manager" / "openapi.yaml").read_text())


def keep_contract(method: str, resource: str, status: int, body: Any) -> None:
    """Hold an answer to the contract; errors of routes that nobody described have the errors' form."""
    document = contract()
    answers = document["paths"].get(resource, {}).get(method.lower(), {}).get("responses", {})
    answer = answers.get(str(status), document["components"]["responses"]["Error"])
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    else:
        assert str(status) in answers or resource not in document["paths"], f"{method} {resource} answers {status}"
    schema = answer["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": document["components"]}, jsonschema.Draft202012Validator)


class Handler:
    """One warm instance of a function, in a node process of its own."""

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        assert NODE is not None
        self._process = subprocess.Popen(  # noqa: S603 - node, and a file of ours
            [NODE, "test/invoke.mjs", module],
            cwd=SOURCE,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def invoke(self, event: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Answer and log lines of one call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        result = json.loads(self._process.stdout.readline())
        return result["answer"], [json.loads(line) for line in result["lines"]]

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)


#: A handler by its module's name, in front of a fake AWS.
Handlers = Callable[..., Handler]


def environment(endpoint: str) -> dict[str, str]:
    """The environment of a function of the dev stage."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "SYSTEM": "ec2-manager",
        "STAGE": "dev",
        "TABLE_AUDIT": TABLE,
        "AWS_LAMBDA_FUNCTION_VERSION": "12",
        "METRICS_NAMESPACE": "EC2Manager",
        "CORS_ORIGINS": "https://dev.ec2-manager.example",
        "PARAMETER_STORE_PREFIX": "/ec2-manager/dev/",
    }


class Cloud:
    """A fake account with the audit table, a parameter and three instances, and the handlers in front of it."""

    def __init__(self, handlers: Handlers) -> None:
        self.handler = handlers
        self._calls = 0
        self.ec2 = client("ec2", REGION)
        self.dynamodb = client("dynamodb", REGION)
        self._create_table()
        client("ssm", REGION).put_parameter(Name="/ec2-manager/dev/ACTIONS", Value="on", Type="String")
        image = self.ec2.describe_images()["Images"][0]["ImageId"]
        self.managed = self._run(image, {"ManagedBy": "ec2-manager", "Name": "web"})
        self.protected = self._run(image, {"ManagedBy": "ec2-manager", "Protected": "true"})
        self.foreign = self._run(image, {"Name": "someone else's"})

    def _create_table(self) -> None:
        # As the stack plans it: tests/systems/ec2_manager holds the plan to these names.
        keys = {"by-user": "user", "by-instance": "instance", "by-day": "day"}
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("id", "timestamp", *keys.values())
            ],
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "timestamp", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [
                        {"AttributeName": key, "KeyType": "HASH"},
                        {"AttributeName": "timestamp", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index, key in keys.items()
            ],
        )

    def _run(self, image: str, tags: dict[str, str]) -> str:
        specification = {"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
        made = self.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=[specification])
        return made["Instances"][0]["InstanceId"]

    def state(self, instance: str) -> str:
        """The state that AWS has for an instance."""
        found = self.ec2.describe_instances(InstanceIds=[instance])
        return found["Reservations"][0]["Instances"][0]["State"]["Name"]

    def items(self) -> list[dict[str, Any]]:
        """Everything in the audit table."""
        found = self.dynamodb.scan(TableName=TABLE)["Items"]
        return [{key: next(iter(value.values())) for key, value in item.items()} for item in found]

    def call(
        self,
        method: str,
        resource: str,
        *,
        id: str | None = None,
        group: str | None = "admin",
        query: dict[str, str] | None = None,
        request_id: str | None = None,
    ) -> tuple[int, Any, list[dict[str, Any]]]:
        """Status, body and log lines of a request, as the REST API's Lambda proxy integration passes it on."""
        self._calls += 1
        claims = {"sub": "u-1", "email": "ann@ec2-manager.example", "cognito:groups": group or ""}
        event = {
            "httpMethod": method,
            "resource": resource,
            "path": resource.replace("{id}", id or ""),
            "pathParameters": {"id": id} if id else None,
            "queryStringParameters": query,
            "headers": {"Origin": "https://dev.ec2-manager.example"},
            "requestContext": {
                "requestId": request_id or f"request-{self._calls}",
                "requestTimeEpoch": EPOCH_MS,
                **({} if group is None else {"authorizer": {"claims": claims}}),
            },
        }
        answer, lines = self.handler("api").invoke(event)
        assert answer["headers"]["Access-Control-Allow-Origin"] == "https://dev.ec2-manager.example"
        body = json.loads(answer["body"])
        keep_contract(method, resource, answer["statusCode"], body)
        return answer["statusCode"], body, lines


@pytest.fixture(scope="module")
def handlers() -> Iterator[Handlers]:
    """Handlers as they are asked for: warm instances that the module's tests share, as requests do in Lambda."""
    started: dict[str, Handler] = {}

    def handler(module: str, endpoint: str) -> Handler:
        if module not in started:
            started[module] = Handler(module, environment(endpoint))
        return started[module]

    yield handler
    for found in started.values():
        found.stop()


@pytest.fixture
def cloud(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    with fake_aws() as aws:
        yield Cloud(functools.partial(handlers, endpoint=aws.url))


@pytest.mark.requirement("EC2M-67", check="app")
@pytest.mark.requirement("EC2M-79", check="app")
def test_the_handlers_own_tests_pass() -> None:
    assert NODE is not None
    tests = sorted(str(path.relative_to(SOURCE)) for path in (SOURCE / "test").glob("*.test.mjs"))
    assert len(tests) >= 4
    done = subprocess.run(  # noqa: S603 - node, and files of ours
        [NODE, "--test", "--test-reporter=tap", *tests], cwd=SOURCE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout


@pytest.mark.requirement("EC2M-37", check="app")
def test_health(cloud: Cloud) -> None:
    status, body, _ = cloud.call("GET", "/api/health", group=None)
    assert status == 200
    assert body == {
        "status": "ok",
        "system": "ec2-manager",
        "stage": "dev",
        "version": "12",
        "checks": {"dynamodb": "ok"},
    }


@pytest.mark.requirement("EC2M-37", check="app")
def test_health_without_the_table(cloud: Cloud) -> None:
    cloud.dynamodb.delete_table(TableName=TABLE)
    status, body, _ = cloud.call("GET", "/api/health", group=None)
    assert (status, body["checks"]) == (503, {"dynamodb": "error"})


@pytest.mark.requirement("EC2M-38", check="app")
def test_the_list_has_the_managed_instances_alone(cloud: Cloud) -> None:
    status, body, _ = cloud.call("GET", "/api/instances", group="viewer")
    assert status == 200
    assert set(body) == {"instances", "nextToken"}
    assert {found["id"] for found in body["instances"]} == {cloud.managed, cloud.protected}
    web = next(found for found in body["instances"] if found["id"] == cloud.managed)
    assert set(web) == {"id", "name", "type", "state", "az"}
    assert (web["name"], web["state"]) == ("web", "running")
    assert web["az"].startswith(REGION)
    assert cloud.call("GET", "/api/instances", group=None)[0] == 401


@pytest.mark.requirement("EC2M-39", check="app")
@pytest.mark.requirement("EC2M-55", check="app")
@pytest.mark.requirement("EC2M-56", check="app")
def test_stop_reboot_and_start_happen_and_are_recorded_once_each(cloud: Cloud) -> None:
    for action, after in (("reboot", "running"), ("stop", "stopped"), ("start", "running")):
        before, known = cloud.state(cloud.managed), {item["id"] for item in cloud.items()}
        path = f"/api/instances/{{id}}/{action}"
        status, body, lines = cloud.call("POST", path, id=cloud.managed, group="operator")
        assert status == 202
        assert set(body) == {"requestId", "instanceId", "action", "previousState", "currentState"}
        assert (body["instanceId"], body["action"], body["previousState"]) == (cloud.managed, action, before)
        assert cloud.state(cloud.managed) == after
        (item,) = [item for item in cloud.items() if item["id"] not in known]
        assert (item["id"], item["timestamp"]) == (body["requestId"], TIME)
        assert (item["user"], item["action"], item["instance"]) == ("ann@ec2-manager.example", action, cloud.managed)
        assert (item["result"], item["schemaVersion"]) == ("accepted", "1")
        counted = f"Instance{action.title()}s"
        assert any(line.get(counted) == 1 and line["stage"] == "dev" for line in lines)


@pytest.mark.requirement("EC2M-39", check="app")
def test_an_instance_that_is_unknown_foreign_or_protected_stays_as_it_is(cloud: Cloud) -> None:
    for instance, status, code in (
        ("i-00000000000000000", 404, "not_found"),
        (cloud.foreign, 404, "not_found"),
        (cloud.protected, 409, "protected"),
    ):
        answered, body, _ = cloud.call("POST", "/api/instances/{id}/stop", id=instance)
        assert (answered, body["error"]["code"]) == (status, code)
    assert {cloud.state(cloud.foreign), cloud.state(cloud.protected)} == {"running"}
    assert sorted(item["result"] for item in cloud.items()) == ["protected", "unknown", "unknown"]


@pytest.mark.requirement("EC2M-31", check="app")
@pytest.mark.parametrize("action", ["start", "stop", "reboot"])
def test_a_viewer_may_look_and_not_touch(cloud: Cloud, action: str) -> None:
    assert cloud.call("GET", "/api/instances", group="viewer")[0] == 200
    status, body, lines = cloud.call("POST", f"/api/instances/{{id}}/{action}", id=cloud.managed, group="viewer")
    assert (status, body["error"]["code"]) == (403, "forbidden")
    assert cloud.state(cloud.managed) == "running"
    assert [item["result"] for item in cloud.items()] == ["denied"]
    assert any(line.get("event") == "auth_failure" for line in lines)
    assert cloud.call("GET", "/api/audit", group="operator")[0] == 403


@pytest.mark.requirement("EC2M-55", check="app")
def test_a_request_that_comes_twice_is_one_item(cloud: Cloud) -> None:
    for action in ("stop", "start"):
        cloud.call("POST", f"/api/instances/{{id}}/{action}", id=cloud.managed, request_id="the-same")
    (item,) = cloud.items()
    assert item["action"] == "stop"


@pytest.mark.requirement("EC2M-40", check="app")
def test_the_trail_can_be_read(cloud: Cloud) -> None:
    cloud.call("POST", "/api/instances/{id}/stop", id=cloud.managed, request_id="first-one")
    cloud.call("POST", "/api/instances/{id}/stop", id=cloud.protected, request_id="second-one")
    query = {"from": "2026-03-10T00:00:00Z", "to": "2026-03-11T00:00:00Z", "limit": "10"}
    status, body, _ = cloud.call("GET", "/api/audit", query=query)
    assert status == 200
    assert {item["id"] for item in body["items"]} == {"first-one", "second-one"}
    assert all(set(item) == {"id", "timestamp", "user", "action", "target", "result"} for item in body["items"])
    assert len(cloud.call("GET", "/api/audit", query={**query, "limit": "1"})[1]["items"]) == 1
    for narrowed in ({"instance": cloud.managed}, {"user": "nobody"}):
        found = cloud.call("GET", "/api/audit", query={**query, **narrowed})[1]["items"]
        assert [item["target"] for item in found] == ([cloud.managed] if "instance" in narrowed else [])
    earlier = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    assert cloud.call("GET", "/api/audit", query=earlier)[1] == {"items": []}


@pytest.mark.requirement("EC2M-34", check="app")
def test_every_error_has_the_same_form(cloud: Cloud) -> None:
    for status, request in (
        (400, {"resource": "/api/audit", "query": {"from": "never"}}),
        (401, {"resource": "/api/instances", "group": None}),
        (403, {"resource": "/api/audit", "group": "viewer"}),
        (404, {"resource": "/api/nothing"}),
    ):
        answered, body, _ = cloud.call("GET", **request)  # type: ignore[arg-type]
        assert answered == status
        assert set(body) == {"error"}
        assert set(body["error"]) == {"code", "message", "correlationId"}
        assert body["error"]["correlationId"].startswith("request-")


@pytest.mark.requirement("EC2M-67", check="app")
def test_lines_carry_the_correlation_id_and_a_level(cloud: Cloud) -> None:
    *_, lines = cloud.call("GET", "/api/instances", request_id="find-me-again")
    written = [line for line in lines if "level" in line]
    assert written
    for line in lines:
        assert line["correlationId"] == "find-me-again"
    assert {line["level"] for line in written} <= {"ERROR", "WARN", "INFO", "DEBUG"}


@pytest.mark.requirement("EC2M-79", check="app")
def test_metrics_are_embedded_in_the_namespace_of_the_application(cloud: Cloud) -> None:
    *_, lines = cloud.call("POST", "/api/instances/{id}/stop", id=cloud.foreign)
    definitions = [(line["_aws"]["CloudWatchMetrics"][0], line) for line in lines if "_aws" in line]
    assert {definition["Namespace"] for definition, _ in definitions} == {"EC2Manager"}
    names = {metric["Name"]: line for definition, line in definitions for metric in definition["Metrics"]}
    assert names["OperationErrors"]["operation"] == "stop"
    assert names["Requests"]["endpoint"] == "POST /api/instances/{id}/stop"


def test_the_snapshot_records_the_state_of_each_managed_instance(cloud: Cloud) -> None:
    event = {"id": "event-1", "time": "2026-03-10T08:00:00Z", "source": "aws.events"}
    for added in (2, 0):
        answer, lines = cloud.handler("snapshot").invoke(event)
        assert answer == {"instances": 2, "added": added}
        assert any(line.get("ManagedInstances") == 2 for line in lines)
    assert {(item["instance"], item["action"], item["result"]) for item in cloud.items()} == {
        (cloud.managed, "snapshot", "running"),
        (cloud.protected, "snapshot", "running"),
    }
