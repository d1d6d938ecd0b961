"""PostgreSQL: every value of a caller is a parameter, and the items mean what they mean in DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

HOSTILE = "ada'; DROP TABLE items; --%"


class Recorder:
    """A pool that answers nothing and remembers what it was asked."""

    def __init__(self, rows: list[Any] | None = None, changed: int = 1) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.rows = rows or []
        self.rowcount = changed

    @contextmanager
    def connection(self) -> Iterator[Recorder]:
        yield self

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Recorder:
        self.asked.append((statement, values))
        return self

    def fetchall(self) -> list[Any]:
        return self.rows

    def fetchone(self) -> Any:
        return self.rows[0] if self.rows else None


@pytest.mark.requirement("PRATIKO-115")
def test_no_text_of_a_caller_is_part_of_a_statement(program: None) -> None:
    from pratikoai.postgres import PostgresStore

    pool = Recorder(rows=[[1]])
    store = PostgresStore(pool)
    store.get(HOSTILE, HOSTILE)
    store.put({"pk": HOSTILE, "sk": HOSTILE, HOSTILE: HOSTILE})
    store.change(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, where={HOSTILE: HOSTILE, "gone" + HOSTILE: None})
    store.count(HOSTILE, HOSTILE, HOSTILE, expires=1)
    store.find(HOSTILE, HOSTILE)
    assert len(pool.asked) == 5
    for statement, values in pool.asked:
        assert "DROP" not in statement
        assert statement.count("%s") == len(values)
        assert any(HOSTILE in str(value) for value in values)


def test_a_prefix_is_no_pattern(program: None) -> None:
    from pratikoai.postgres import PostgresStore

    pool = Recorder()
    PostgresStore(pool).find("USER#ada", "DOCUMENT#%")
    assert "LIKE" not in pool.asked[0][0].upper()


def test_a_change_says_what_must_be_and_what_must_not(program: None) -> None:
    from pratikoai.postgres import PostgresStore

    pool = Recorder(changed=0)
    assert PostgresStore(pool).change("a", "b", {"x": 1}, where={"current": "1", "ended": None}) is False
    _, values = pool.asked[0]
    assert (json.loads(values[3]), values[4]) == ({"current": "1"}, ["ended"])


@pytest.mark.requirement("PRATIKO-65")
def test_an_item_that_dynamodb_would_refuse_is_refused_here_too(program: None) -> None:
    from pratikoai.http import HttpError
    from pratikoai.postgres import PostgresStore

    pool = Recorder()
    with pytest.raises(HttpError) as caught:
        PostgresStore(pool).put({"pk": "a", "sk": "b", "x": "y" * 410_000})
    assert caught.value.status == 413
    assert pool.asked == []


def test_servers_verify_the_databases_certificate(program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from pratikoai.postgres import connection_options

    monkeypatch.setenv("DATABASE_HOST", "db.example")
    monkeypatch.setenv("DATABASE_SECRET", '{"username": "app", "password": "p"}')
    options = connection_options()
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ssl/rds.pem")
    monkeypatch.setenv("STAGE", "local")
    assert "sslmode" not in connection_options()


@pytest.mark.requirement("PRATIKO-115")
def test_the_bootstrap_quotes_names_and_passwords(program: None) -> None:
    from pratikoai.bootstrap import prepare

    pool = Recorder()
    prepare(pool, 'a"pp', "it's")
    rendered = [s if isinstance(s, str) else s.as_string(None) for s, _ in pool.asked]
    assert any('CREATE ROLE "a""pp" LOGIN PASSWORD' in text and "it''s" in text for text in rendered)
    assert rendered[-1] == 'GRANT SELECT, INSERT, UPDATE ON items TO "a""pp"'
    again = Recorder(rows=[[1]])
    prepare(again, "app", "p")
    assert any("ALTER ROLE" in str(s if isinstance(s, str) else s.as_string(None)) for s, _ in again.asked)


@pytest.mark.requirement("PRATIKO-115")
def test_the_server_of_the_bootstrap_never_sees_a_password(program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg
    from pratikoai.bootstrap import main

    class Server(Recorder):
        pgconn = SimpleNamespace(encrypt_password=lambda password, user, kind: b"%s of %s" % (kind, user))

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    server = Server()
    monkeypatch.setenv("DATABASE_HOST", "db.example")
    monkeypatch.setenv("DATABASE_SECRET", '{"username": "app", "password": "hunter2"}')
    monkeypatch.setattr(psycopg, "connect", lambda **_: server)
    assert main() == 0
    rendered = "".join(s if isinstance(s, str) else s.as_string(None) for s, _ in server.asked)
    assert "CREATE ROLE \"app\" LOGIN PASSWORD 'scram-sha-256 of app'" in rendered
    assert "hunter2" not in rendered
