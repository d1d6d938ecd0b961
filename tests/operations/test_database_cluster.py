"""AskIAM's database is prepared over the Data API: all or nothing, twice the same, and no password in a statement."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.fake_data_api import FakeDataApi
from tests.operations.test_smoke_requests import account_of
from tierwise.operations.database.statements import split
from tierwise.operations.database.verifier import scram_verifier

TARGET = "askiam/dev"
CLUSTER = "askiam-dev-aurora"
PASSWORDS = {"askiam_reader": "read0nly-pass", "askiam_writer": "wr1ter-pass"}
#: As the source document lists them.
COLUMNS = {
    "users": ["user_id", "email", "name", "status", "created_at"],
    "applications": ["app_id", "name", "description", "owner", "created_at"],
    "roles": ["role_id", "app_id", "name", "permissions", "created_at"],
    "user_roles": ["user_id", "role_id", "granted_at", "expires_at", "status"],
    "audit_log": ["id", "user_id", "action", "resource", "status", "timestamp", "ip_address"],
    "policies": ["id", "policy_json", "version", "created_at"],
}


@pytest.fixture
def api(desk: Desk) -> FakeDataApi:
    """AskIAM's dev account with an empty cluster and the secrets that the stack makes."""
    desk.sign_in(account_of(TARGET))
    # An engine that is too old for the stack, but the one for which moto knows the switch of the Data API.
    desk.client("rds").create_db_cluster(
        DBClusterIdentifier=CLUSTER, Engine="aurora-postgresql", EngineVersion="11.13", EngineMode="serverless",
        MasterUsername="dbadmin", ManageMasterUserPassword=True, EnableHttpEndpoint=True, DatabaseName="askiam",
    )  # fmt: skip
    manager = desk.client("secretsmanager")
    for role, name in (("askiam_reader", "reader"), ("askiam_writer", "password")):
        manager.create_secret(
            Name=f"askiam/dev/db/{name}", SecretString=json.dumps({"username": role, "password": PASSWORDS[role]})
        )
    desk.cloud.calls.clear()
    return FakeDataApi(lambda arn: manager.get_secret_value(SecretId=arn)["SecretString"]).attach(desk.cloud)


def run(desk: Desk, *arguments: str, **outputs: Any) -> Result:
    file = desk.outputs(TARGET, **(outputs or {"aurora": CLUSTER}))
    return desk.tierwise("db-bootstrap", TARGET, *arguments, "--outputs", file, "--json", str(desk.folder / "o.json"))


def everything(desk: Desk, result: Result) -> str:
    """All that anybody could read afterwards: output, JSON, and what is recorded in the account."""
    recorded = desk.client("ssm").get_parameters_by_path(Path="/tierwise", Recursive=True)["Parameters"]
    return result.out + result.err + json.dumps(result.document) + json.dumps([p["Value"] for p in recorded])


@pytest.mark.requirement("ASKIAM-51")
def test_the_tables_have_the_listed_columns_and_app_roles_is_a_view_over_roles(desk: Desk, api: FakeDataApi) -> None:
    result = run(desk)
    assert result.status == 0, result.err
    made = sqlite3.connect(":memory:")
    for text in api.texts():
        if text.startswith(("CREATE TABLE", "CREATE OR REPLACE VIEW app_roles")):
            made.execute(text.replace("OR REPLACE ", ""))
    for table, columns in COLUMNS.items():
        found = [row[1] for row in made.execute(f"PRAGMA table_info({table})")]
        assert [name for name in found if name in columns] == columns
    made.execute("PRAGMA foreign_keys = off")
    made.execute("INSERT INTO roles (role_id, app_id, name) VALUES (789, 456, 'HR Analyst')")
    assert made.execute("SELECT role_id, app_id FROM app_roles").fetchall() == [(789, 456)]
    assert {f"table {table}" for table in COLUMNS} | {"view app_roles"} <= api.there
    assert api.ended == ["committed"]


@pytest.mark.requirement("ASKIAM-51")
def test_extensions_and_roles_come_from_the_configuration(desk: Desk, api: FakeDataApi) -> None:
    result = run(desk)
    assert {"extension vector", "extension pg_trgm"} <= api.there
    functions = {"audit_logger", "entity_extractor", "mcp_validator", "status_checker"}
    assert {line for line in api.there if line.startswith("role ")} == {
        f"role {name}" for name in (*functions, "askiam_reader", "askiam_writer")
    }
    assert {line for line in api.there if line.startswith("sign-in")} == {f"sign-in with IAM of {n}" for n in functions}
    readers = {"entity_extractor", "mcp_validator", "status_checker", "askiam_reader"}
    granted = {line for line in api.there if line.startswith("grant of SELECT")}
    assert granted == {f"grant of SELECT on ALL TABLES IN SCHEMA public to {name}" for name in readers}
    assert "made: role askiam_reader, askiam_writer, audit_logger" in result.out


def test_a_second_run_changes_nothing_and_says_so(desk: Desk, api: FakeDataApi) -> None:
    first = run(desk)
    assert first.document["passwordsSet"] == ["askiam_writer", "askiam_reader"]
    before = (set(api.there), dict(api.verifiers))
    second = run(desk)
    assert second.status == 0, second.err
    assert (api.there, api.verifiers) == before
    assert (second.document["made"], second.document["passwordsSet"]) == ([], [])
    assert "has everything already: nothing was changed" in second.out


def test_a_password_that_was_rotated_is_set_again_and_only_that(desk: Desk, api: FakeDataApi) -> None:
    run(desk)
    desk.client("secretsmanager").put_secret_value(
        SecretId="askiam/dev/db/reader", SecretString=json.dumps({"username": "askiam_reader", "password": "an0ther"})
    )
    kept = api.verifiers["askiam_writer"]
    result = run(desk)
    assert (result.status, result.document["passwordsSet"]) == (0, ["askiam_reader"])
    assert api.verifiers["askiam_writer"] == kept


def test_no_password_is_printed_recorded_or_part_of_a_statement(desk: Desk, api: FakeDataApi) -> None:
    result = run(desk)
    seen = everything(desk, result)
    sent = "\n".join(call.body for call in desk.cloud.calls if call.service == "rds-data")
    for password in PASSWORDS.values():
        assert password not in seen + sent
    # Not even a verifier stands in a statement's text: it travels as a parameter.
    assert not [text for text, _ in api.statements if "SCRAM" in text]
    assert "SCRAM" not in seen


def test_no_statement_has_what_the_data_api_takes_for_a_parameter(desk: Desk, api: FakeDataApi) -> None:
    run(desk)
    assert [text for text, values in api.statements if ":" in text and not values] == []
    assert all(";" not in text or "$do$" in text for text, _ in api.statements)


def test_a_dry_run_shows_the_sql_and_touches_nothing(desk: Desk, api: FakeDataApi) -> None:
    result = run(desk, "--dry-run")
    assert result.status == 0, result.err
    assert (api.statements, api.ended, desk.cloud.made("secretsmanager:GetSecretValue")) == ([], [], [])
    assert desk.client("ssm").get_parameters_by_path(Path="/tierwise", Recursive=True)["Parameters"] == []
    for text in ('CREATE EXTENSION IF NOT EXISTS "vector";', "CREATE TABLE IF NOT EXISTS policies (",
                 'GRANT rds_iam TO "audit_logger";', "would call rds-data:CommitTransaction"):  # fmt: skip
        assert text in result.out
    assert any("CREATE TABLE IF NOT EXISTS users" in text for text in result.document["sql"])


def test_a_statement_that_is_refused_undoes_all_and_is_named(desk: Desk, api: FakeDataApi) -> None:
    api.refuse = "pg_trgm"
    result = run(desk)
    assert (result.status, api.there, api.ended) == (2, set(), ["rolled back"])
    assert result.lines[-1].startswith('askiam/dev  aurora.extensions: CREATE EXTENSION IF NOT EXISTS "pg_trgm"')
    assert "permission denied to create extension" in result.lines[-1]
    assert "nothing was changed" in result.lines[-1]
    history = desk.tierwise("history", TARGET)
    assert "failed" in history.out
    assert run(desk, "--yes").status == 2, "and the lock is free again"


def test_a_cluster_that_sleeps_is_woken(desk: Desk, api: FakeDataApi) -> None:
    api.waking = 3
    result = run(desk)
    assert (result.status, api.ended) == (0, ["committed"])
    assert f"{CLUSTER}: waking up" in result.err
    assert len(desk.slept) == 3


def test_a_cluster_that_never_wakes_ends_the_wait(desk: Desk, api: FakeDataApi) -> None:
    api.waking = 10_000
    result = run(desk, "--timeout", "2")
    assert (result.status, api.statements) == (2, [])
    assert "not there after 2 min (waking up)" in result.lines[-1]


def test_throttling_is_waited_out(desk: Desk, api: FakeDataApi) -> None:
    real, left = desk.cloud.answers["rds-data:POST /Execute"], [3]

    def slow(call: Any) -> Any:
        from tests.support.aws import error

        left[0] -= 1
        return error("ThrottlingException") if left[0] >= 0 else real(call)

    desk.cloud.answers["rds-data:POST /Execute"] = slow
    assert run(desk).status == 0
    assert api.ended == ["committed"]


def test_access_denied_half_way_undoes_what_was_done(desk: Desk, api: FakeDataApi) -> None:
    real, left = desk.cloud.answers["rds-data:POST /Execute"], [5]

    def denied(call: Any) -> Any:
        from tests.support.aws import error

        left[0] -= 1
        return error("AccessDeniedException", status=403) if left[0] < 0 else real(call)

    desk.cloud.answers["rds-data:POST /Execute"] = denied
    result = run(desk)
    assert (result.status, api.there, api.ended) == (2, set(), ["rolled back"])
    assert "rds-data:ExecuteStatement  access denied" in result.lines[-1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "has no secret askiam/dev/db/reader in us-east-1, which holds the password of askiam_reader"),
        ("hunter2", "secret askiam/dev/db/reader is no JSON with username and password"),
        ('{"username": "askiam_reader", "password": "hunter2\\u00e9"}', "is no JSON with username and password"),
        ('{"username": "root", "password": "hunter2"}', 'is of user "root", the configuration says askiam_reader'),
    ],
)
def test_a_secret_that_is_gone_or_wrong_is_named_and_not_shown(
    desk: Desk, api: FakeDataApi, content: str | None, words: str
) -> None:
    manager = desk.client("secretsmanager")
    if content is None:
        manager.delete_secret(SecretId="askiam/dev/db/reader", ForceDeleteWithoutRecovery=True)
    else:
        manager.put_secret_value(SecretId="askiam/dev/db/reader", SecretString=content)
    result = run(desk)
    assert (result.status, api.statements) == (2, [])
    assert words in result.lines[-1]
    assert "hunter2" not in everything(desk, result)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"Status": "stopped"}, "is stopped: `tierwise schedule resume askiam/dev` wakes it"),
        ({"HttpEndpointEnabled": False}, "answers no Data API, the only way in from here: set aurora.dataApi: true"),
        (
            {"MasterUserSecret": None},
            "has no administrator's secret, neither RDS's own nor askiam/dev/db/administrator",
        ),
    ],
)
def test_a_cluster_that_cannot_be_asked_is_one_line(
    desk: Desk, api: FakeDataApi, answer: dict[str, Any], words: str
) -> None:
    from tierwise.operations.aws import Aws

    real = Aws.read

    def read(self: Aws, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        found = real(self, service, operation, **parameters)
        for cluster in found.get("DBClusters", []):
            cluster.update(answer)
        return found

    desk.monkeypatch.setattr(Aws, "read", read)
    result = run(desk)
    assert (result.status, api.statements) == (2, [])
    assert words in result.lines[-1]


def test_a_cluster_that_another_region_follows_is_prepared_with_the_stacks_own_secret(
    desk: Desk, api: FakeDataApi
) -> None:
    from tierwise.operations.aws import Aws

    real = Aws.read

    def read(self: Aws, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        found = real(self, service, operation, **parameters)
        for cluster in found.get("DBClusters", []):
            cluster.pop("MasterUserSecret")
        return found

    desk.monkeypatch.setattr(Aws, "read", read)
    kept = desk.client("secretsmanager").create_secret(Name="askiam/dev/db/administrator", SecretString="{}")["ARN"]
    assert run(desk).status == 0
    began = desk.cloud.made("rds-data:POST /BeginTransaction")
    assert [json.loads(call.body)["secretArn"] for call in began] == [kept]


def test_a_cluster_that_was_never_deployed(desk: Desk) -> None:
    desk.sign_in(account_of(TARGET))
    assert "deploy the stack first" in run(desk).lines[-1]
    assert "has no Aurora cluster: the stack exports no aurora" in run(desk, restApiId="x").lines[-1]


def test_two_operators_at_once(desk: Desk, api: FakeDataApi) -> None:
    held = json.dumps({"token": "x", "command": "db-bootstrap", "by": "ada@desk", "since": "now", "until": 9e12})
    desk.client("ssm").put_parameter(Name="/tierwise/askiam/dev/lock", Value=held, Type="String")
    result = run(desk)
    assert (result.status, api.statements) == (2, [])
    assert "ada@desk is at work here (db-bootstrap since now)" in result.lines[-1]


def test_a_stack_without_a_database_says_so(desk: Desk) -> None:
    desk.sign_in(account_of("phoney/prod"))
    result = desk.tierwise("db-bootstrap", "phoney/prod", "--outputs", desk.outputs("phoney/prod"))
    assert result.lines[-1] == "phoney/prod  has no database: neither database nor aurora is configured"


# The parts


def test_scripts_are_taken_apart_where_a_statement_ends() -> None:
    script = """
-- a comment; with a semicolon
CREATE TABLE a (b text DEFAULT 'x;''y');
/* two; lines
*/ DO $do$ BEGIN PERFORM 1; END $do$;
COMMENT ON TABLE a IS "odd;name";  SELECT $$;$$
"""
    assert [found.text for found in split(script, "f.sql")] == [
        "CREATE TABLE a (b text DEFAULT 'x;''y')",
        "DO $do$ BEGIN PERFORM 1; END $do$",
        'COMMENT ON TABLE a IS "odd;name"',
        "SELECT $$;$$",
    ]


def test_a_verifier_is_postgresqls_own() -> None:
    salt = b"0123456789abcdef"
    verifier = scram_verifier("pencil", salt)
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", salt, 4096)
    stored = hashlib.sha256(hmac.new(salted, b"Client Key", "sha256").digest()).digest()
    server = hmac.new(salted, b"Server Key", "sha256").digest()
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    assert verifier == f"SCRAM-SHA-256$4096:{encoded[0]}${encoded[1]}:{encoded[2]}"
    assert scram_verifier("pencil") != scram_verifier("pencil"), "each with a salt of its own"
    with pytest.raises(ValueError, match="printable ASCII"):
        scram_verifier("")
