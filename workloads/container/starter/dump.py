"""Dump the database into a bucket: ``python -m starter.dump``, run daily as a task of its own.

The dump is written to the task's own disk first, so that one that breaks off never looks like one that is whole.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from starter import logs
from starter.settings import DatabaseSettings, Settings, SettingsError

log = logging.getLogger("starter.dump")

PREFIX = "BUCKET_"
FOLDER = "database"
COMMAND = ("pg_dump", "--format=custom")

Upload = Callable[[Path, str, str], None]


def bucket_of(environ: Mapping[str, str]) -> str:
    """The bucket in the one BUCKET_* variable.

    Raises:
        SettingsError: There is none, or more than one.
    """
    buckets = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    if len(buckets) != 1:
        raise SettingsError(f"{PREFIX}<NAME>: expected one bucket, got {', '.join(sorted(buckets)) or 'none'}")
    return next(iter(buckets.values()))


def libpq_environment(database: DatabaseSettings) -> dict[str, str]:
    """The variables that PostgreSQL's own tools read; a password on the command line would show in the process list."""
    variables = {
        "PGHOST": database.host,
        "PGPORT": str(database.port),
        "PGDATABASE": database.name,
        "PGUSER": database.username,
        "PGPASSWORD": database.password.get_secret_value(),
        "PGSSLMODE": database.sslmode,
    }
    return variables | ({"PGSSLROOTCERT": database.sslrootcert} if database.sslrootcert else {})


def dump(database: DatabaseSettings, bucket: str, upload: Upload, now: datetime) -> str:
    """Dump `database`, upload the file, and return its key.

    Raises:
        subprocess.CalledProcessError: pg_dump failed; its reason is in ``stderr``. Nothing was uploaded.
    """
    key = f"{FOLDER}/{now:%Y/%m/%d}/{database.name}-{now:%Y%m%dT%H%M%SZ}.dump"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dump"
        environment = {"PATH": os.environ.get("PATH", ""), **libpq_environment(database)}
        subprocess.run(  # noqa: S603  a fixed command and a path of our own
            [*COMMAND, "--file", str(file)], env=environment, check=True, stderr=subprocess.PIPE, encoding="utf-8"
        )
        started = time.monotonic()
        upload(file, bucket, key)
        size = {"bucket": bucket, "key": key, "bytes": file.stat().st_size}
        log.info("database dumped", extra={"fields": {**size, "upload_s": round(time.monotonic() - started, 1)}})
    return key


def main() -> int:
    """Dump the database that the environment names. Status 2 when the environment is wrong, 1 when the dump failed."""
    try:
        settings = Settings.from_env(os.environ)
        bucket = bucket_of(os.environ)
        if settings.database is None:
            raise SettingsError("DATABASE_HOST: required")
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings)
    try:
        dump(settings.database, bucket, _upload, datetime.now(UTC))
    except subprocess.CalledProcessError as error:
        log.error("pg_dump failed", extra={"fields": {"reason": error.stderr}})
        return 1
    return 0


def _upload(file: Path, bucket: str, key: str) -> None:
    # Imported here: no other role of the image needs it, and it takes half a second.
    import boto3  # pyright: ignore[reportMissingTypeStubs]

    boto3.client("s3").upload_file(str(file), bucket, key)  # pyright: ignore[reportUnknownMemberType]  it is untyped


if __name__ == "__main__":
    sys.exit(main())
