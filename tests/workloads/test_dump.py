"""The daily dump: whole or not at all, and no password where somebody could read it."""

from __future__ import annotations

import os
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starter.dump import bucket_of, dump
from starter.settings import DatabaseSettings, Settings, SettingsError

from .conftest import environment

NOW = datetime(2027, 3, 1, 3, 30, tzinfo=UTC)


@pytest.fixture
def database() -> DatabaseSettings:
    settings = Settings.from_env(
        environment(
            "database-dump",
            DATABASE_HOST="db.internal",
            DATABASE_NAME="pika",
            DATABASE_SECRET='{"username": "database_dump", "password": "p w"}',  # noqa: S106  not one of ours
            DATABASE_SSLROOTCERT="/etc/ssl/rds.pem",
        )
    ).database
    assert settings is not None
    return settings


def fake_pg_dump(folder: Path, monkeypatch: pytest.MonkeyPatch, status: int = 0) -> None:
    """Put a pg_dump on PATH that writes its arguments and its environment into the file that it is asked for."""
    script = folder / "pg_dump"
    script.write_text(
        '#!/bin/sh\nfor last; do :; done\n{ echo "$@"; env | grep ^PG | sort; } > "$last"\n'
        f"echo 'server closed the connection' >&2\nexit {status}\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.requirement("PIKA-102", check="app")
def test_the_dump_is_uploaded_under_its_day(
    database: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_pg_dump(tmp_path, monkeypatch)
    uploaded: dict[tuple[str, str], str] = {}

    def upload(file: Path, bucket: str, key: str) -> None:
        uploaded[bucket, key] = file.read_text()

    key = dump(database, "pika-prod-backups", upload, NOW)
    assert key == "database/2027/03/01/pika-20270301T033000Z.dump"
    [content] = [text for (bucket, name), text in uploaded.items() if (bucket, name) == ("pika-prod-backups", key)]
    arguments, *variables = content.splitlines()
    assert arguments.startswith("--format=custom --file ")
    assert "p w" not in arguments
    assert variables == [
        "PGDATABASE=pika",
        "PGHOST=db.internal",
        "PGPASSWORD=p w",
        "PGPORT=5432",
        "PGSSLMODE=verify-full",
        "PGSSLROOTCERT=/etc/ssl/rds.pem",
        "PGUSER=database_dump",
    ]


@pytest.mark.requirement("PIKA-102", check="app")
def test_a_dump_that_breaks_off_is_not_uploaded(
    database: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_pg_dump(tmp_path, monkeypatch, status=1)

    def upload(file: Path, bucket: str, key: str) -> None:
        pytest.fail(f"uploaded {file} to {bucket}/{key}")

    with pytest.raises(subprocess.CalledProcessError) as error:
        dump(database, "pika-prod-backups", upload, NOW)
    assert "server closed the connection" in error.value.stderr


@pytest.mark.parametrize("environ", [{}, {"BUCKET_A": "a", "BUCKET_B": "b"}, {"BUCKET_A": ""}])
def test_there_must_be_one_bucket(environ: dict[str, str]) -> None:
    assert bucket_of({"BUCKET_BACKUPS": "pika-prod-backups"}) == "pika-prod-backups"
    with pytest.raises(SettingsError, match="expected one bucket"):
        bucket_of(environ)
