"""The statements that prepare a database, and the credentials that they are given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
import psycopg.sql
import pytest
from pydantic import SecretStr
from starter.bootstrap import bootstrap, extensions_of, main, service_credentials
from starter.settings import Credentials, SettingsError

from tierwise.operations.database.instance_plan import plan_instance

from .conftest import CONTAINER, SERVICES, environment

EXTENSIONS = ("postgis", "pgcrypto")


@dataclass
class FakeConnection:
    """Notes the text of every statement."""

    texts: list[str] = field(default_factory=list[str])

    def execute(self, query: psycopg.sql.Composed) -> None:
        self.texts.append(query.as_string())


def prepared(*usernames: str) -> list[str]:
    """The text of each call, for services with these usernames."""
    connection = FakeConnection()
    services = [Credentials(username=name, password=SecretStr(f"{name}-password")) for name in usernames]
    bootstrap(connection, "pika", EXTENSIONS, services, lambda credentials: f"SCRAM-of-{credentials.username}")
    return connection.texts


def of(texts: list[str], role: str) -> str:
    """The script that makes a service's role."""
    [found] = [text for text in texts if f'CREATE ROLE "{role}" LOGIN' in text]
    return found


@pytest.mark.requirement("PIKA-50")
def test_both_extensions_are_created() -> None:
    first, postgis, pgcrypto, *_ = prepared("users")
    assert 'CREATE EXTENSION IF NOT EXISTS "postgis" WITH SCHEMA extensions;' in postgis
    assert 'CREATE EXTENSION IF NOT EXISTS "pgcrypto" WITH SCHEMA extensions;' in pgcrypto
    assert "CREATE SCHEMA IF NOT EXISTS extensions" in first


def test_extensions_come_from_one_variable() -> None:
    assert extensions_of({"DATABASE_EXTENSIONS": "postgis, pgcrypto,"}) == ["postgis", "pgcrypto"]
    assert extensions_of({}) == []


def test_what_db_bootstrap_shows_is_what_the_task_runs() -> None:
    users = ("api-gateway", *SERVICES, "database-dump")
    shown = list(plan_instance(CONTAINER.parents[1], "pika", EXTENSIONS, users))
    names = sorted(name.replace("-", "_") for name in users)
    runs = [re.sub(r"'SCRAM-of-(\w+)'", r"'verifier of \1'", text) for text in prepared(*names)]
    assert shown == runs


@pytest.mark.requirement("PIKA-55")
def test_nobody_but_the_services_gets_into_the_database() -> None:
    first = prepared("users")[0]
    assert 'REVOKE ALL ON DATABASE "pika" FROM PUBLIC;' in first
    assert "REVOKE ALL ON SCHEMA public FROM PUBLIC;" in first


@pytest.mark.requirement("PIKA-55")
def test_each_service_gets_a_role_and_a_schema_of_its_own() -> None:
    texts = prepared(*SERVICES)
    for name in SERVICES:
        text = of(texts, name)
        assert f'CREATE ROLE "{name}" LOGIN NOINHERIT;' in text
        assert f"rolname = '{name}'" in text
        assert f'CREATE SCHEMA IF NOT EXISTS "{name}" AUTHORIZATION "{name}";' in text
        assert f'ALTER ROLE "{name}" IN DATABASE "pika" SET search_path = "{name}", extensions;' in text
        others = [other for other in SERVICES if other != name]
        assert not re.search(rf'"({"|".join(others)})"', text), "a service's role is granted nothing of another's"


@pytest.mark.requirement("PIKA-55")
def test_the_server_never_sees_a_password() -> None:
    everything = "\n".join(prepared(*SERVICES))
    assert "-password" not in everything
    assert "PASSWORD 'SCRAM-of-users'" in everything


def test_the_listings_service_owns_its_table() -> None:
    last = prepared("listings")[-1]
    assert last.index("SET ROLE listings;") < last.index("CREATE TABLE IF NOT EXISTS listings.listings")
    assert last.endswith("RESET ROLE;\n")
    assert "location extensions.geography(Point, 4326) NOT NULL" in last
    assert "USING gist (location)" in last
    assert not [text for text in prepared("users") if "listings" in text]


def test_only_the_dump_reads_the_schemas_of_others() -> None:
    texts = prepared("database_dump", "orders", "users")
    grants = [text for text in texts if "GRANT SELECT" in text]
    assert len(grants) == 2
    for text, owner in zip(grants, ("orders", "users"), strict=True):
        assert f'SET ROLE "{owner}";' in text
        assert f'GRANT SELECT ON ALL TABLES IN SCHEMA "{owner}" TO "database_dump";' in text
        assert f'IN SCHEMA "{owner}" GRANT SELECT ON TABLES TO "database_dump";' in text
    assert not [text for text in prepared("orders", "users") if "GRANT SELECT" in text]


def test_a_name_that_needs_quoting_is_quoted() -> None:
    text = prepared("a\"b'c")[-1]
    assert 'CREATE ROLE "a""b\'c"' in text
    assert "rolname = 'a\"b''c'" in text


def test_credentials_come_from_one_variable_a_service() -> None:
    found = service_credentials(
        {
            "SERVICE_SECRET_USERS": '{"username": "users", "password": "u"}',
            "SERVICE_SECRET_API_GATEWAY": '{"username": "api_gateway", "password": "g"}',
            "DATABASE_SECRET": '{"username": "owner", "password": "o"}',
        }
    )
    assert [(each.username, each.password.get_secret_value()) for each in found] == [
        ("api_gateway", "g"),
        ("users", "u"),
    ]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "at least one service's secret is required"),
        ({"SERVICE_SECRET_USERS": '{"username": "users", "pw": "hunter2"}'}, "SERVICE_SECRET_USERS: expected JSON"),
    ],
)
def test_wrong_credentials_are_named_but_not_shown(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as error:
        service_credentials(environ)
    assert "hunter2" not in str(error.value)


@pytest.mark.requirement("PIKA-55")
def test_a_refusal_is_one_line_of_the_log_without_the_statement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: Any) -> Any:
        raise psycopg.errors.InsufficientPrivilege(
            "permission denied\nLINE 1: ALTER ROLE x PASSWORD 'SCRAM-SHA-256$4096'"
        )

    value = '{"username": "users", "password": "hunter2"}'
    secrets = dict.fromkeys(("DATABASE_SECRET", "SERVICE_SECRET_USERS"), value)
    for name, value in environment("bootstrap", DATABASE_HOST="db", DATABASE_NAME="pika", **secrets).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(psycopg, "connect", refuse)
    assert main() == 1
    said = "".join(capsys.readouterr())
    assert '"reason": "permission denied", "sqlstate": "42501"' in said
    assert "SCRAM" not in said
    assert "hunter2" not in said
