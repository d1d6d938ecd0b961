"""Container definitions: complete, closed down and the same every time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.compute.task_definition import (
    Container,
    LinkConflictError,
    container_definition,
    ecr_repository_arn,
    image_version,
    merged_environment,
    merged_secrets,
    python_health_command,
    volume_names,
)
from components.grant import Grant

COMMIT = "0123456789" * 4
DIGEST = "sha256:" + "ab" * 32
VARIABLES = st.dictionaries(st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True), st.text(max_size=5), max_size=6)


def container(**overrides: Any) -> dict[str, Any]:
    given_: dict[str, Any] = {
        "name": "search",
        "image": f"example/search:{COMMIT}",
        "environment": {},
        "secrets": {},
        "log_group": "/shop/prod/search",
        "region": "us-east-1",
    }
    return container_definition(Container(**{**given_, **overrides}))


@given(VARIABLES, VARIABLES)
def test_the_document_does_not_depend_on_the_order_of_variables(
    environment: dict[str, str], secrets: dict[str, str]
) -> None:
    forward = container(environment=environment, secrets=secrets)
    backward = container(environment=dict(reversed(environment.items())), secrets=dict(reversed(secrets.items())))
    assert json.dumps(forward) == json.dumps(backward)
    assert {e["name"]: e["value"] for e in forward["environment"]} == environment
    assert {s["name"]: s["valueFrom"] for s in forward["secrets"]} == secrets


def test_a_container_runs_without_rights_and_writes_nowhere_but_its_folders() -> None:
    found = container()
    uid, _, gid = found["user"].partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert found["readonlyRootFilesystem"] is True
    assert found["privileged"] is False
    assert [m["containerPath"] for m in found["mountPoints"]] == ["/tmp"]  # noqa: S108
    assert found["linuxParameters"] == {"initProcessEnabled": True}


@pytest.mark.parametrize("shell", [True, False])
def test_every_mount_has_its_volume(shell: bool) -> None:
    assert [m["sourceVolume"] for m in container(shell=shell)["mountPoints"]] == list(volume_names(shell=shell))


def test_a_shell_gets_the_folders_that_its_agent_writes_in() -> None:
    paths = {m["containerPath"] for m in container(shell=True)["mountPoints"]}  # noqa: S604
    assert paths == {"/tmp", "/var/lib/amazon", "/var/log/amazon"}  # noqa: S108


def test_a_slow_log_never_stops_the_service() -> None:
    logging = container()["logConfiguration"]
    assert logging["logDriver"] == "awslogs"
    assert logging["options"]["mode"] == "non-blocking"
    assert logging["options"]["awslogs-group"] == "/shop/prod/search"


def test_a_task_that_serves_nothing_has_no_port_and_no_health_check() -> None:
    assert {"portMappings", "healthCheck", "command"}.isdisjoint(container())


def test_a_service_has_a_port_and_a_health_check() -> None:
    found = container(port=8080, health_command=["CMD", "true"])
    assert found["portMappings"][0]["containerPort"] == found["portMappings"][0]["hostPort"] == 8080
    assert found["healthCheck"]["command"] == ["CMD", "true"]


def test_services_of_several_links_make_one_list() -> None:
    grants = [Grant(environment={"SERVICES": "b=http://b"}), Grant(environment={"SERVICES": "a=http://a"})]
    assert merged_environment({"SERVICES": "c=http://c"}, grants) == {"SERVICES": "a=http://a,b=http://b,c=http://c"}


@given(st.permutations([Grant(environment={"A": "1"}), Grant(environment={"B": "2"}), Grant(environment={"A": "1"})]))
def test_the_order_of_links_does_not_matter(grants: list[Grant]) -> None:
    assert merged_environment({"C": "3"}, grants) == {"A": "1", "B": "2", "C": "3"}


def test_two_links_may_not_disagree_about_a_variable() -> None:
    with pytest.raises(LinkConflictError, match='REDIS_DB is "0" and a link makes it "1"'):
        merged_environment({"REDIS_DB": "0"}, [Grant(environment={"REDIS_DB": "1"})])


def test_a_secret_may_not_be_a_plain_variable_too() -> None:
    with pytest.raises(LinkConflictError, match="TOKEN is a plain variable"):
        merged_secrets([Grant(secrets={"TOKEN": "/shop/token"})], {"TOKEN": "x"})


def test_two_links_may_not_disagree_about_a_secret() -> None:
    with pytest.raises(LinkConflictError, match="two links make TOKEN different secrets"):
        merged_secrets([Grant(secrets={"TOKEN": "/a"}), Grant(secrets={"TOKEN": "/b"})], {})


def test_two_links_may_name_the_same_secret() -> None:
    assert merged_secrets([Grant(secrets={"T": "/a"}), Grant(secrets={"T": "/a"})], {}) == {"T": "/a"}


@pytest.mark.parametrize(
    ("image", "version"),
    [
        (f"example/search:{COMMIT}", COMMIT),
        (f"registry.example:5000/search@{DIGEST}", DIGEST),
        (f"example/search:{COMMIT}@{DIGEST}", COMMIT),
    ],
)
def test_the_version_is_the_tag_or_the_digest(image: str, version: str) -> None:
    assert image_version(image) == version


@pytest.mark.parametrize("image", ["example/search", "registry.example:5000/search", ""])
def test_an_image_without_a_version_is_refused(image: str) -> None:
    with pytest.raises(ValueError, match="is not pinned"):
        image_version(image)


@pytest.mark.parametrize("version", [f":{COMMIT}", f"@{DIGEST}"])
def test_an_image_of_ecr_names_its_repository(version: str) -> None:
    image = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-prod/search{version}"
    assert ecr_repository_arn(image) == "arn:aws:ecr:eu-west-1:123456789012:repository/shop-prod/search"


def test_an_image_from_elsewhere_names_no_repository() -> None:
    assert ecr_repository_arn(f"public.ecr.aws/docker/library/python@{DIGEST}") is None


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    found = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()


@pytest.mark.parametrize(("path", "status"), [("/health", 0), ("/missing", 1)])
def test_the_health_check_tells_an_answer_from_an_error(server: HTTPServer, path: str, status: int) -> None:
    command = python_health_command(server.server_port, path)
    assert command[:2] == ["CMD", "python"]
    assert subprocess.run([sys.executable, *command[2:]], check=False).returncode == status  # noqa: S603


def test_the_health_check_fails_when_nothing_answers() -> None:
    command = python_health_command(1, "/health")
    result = subprocess.run([sys.executable, *command[2:]], check=False, capture_output=True)  # noqa: S603
    assert result.returncode != 0
