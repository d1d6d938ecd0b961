"""Prepares a developer's database: the table, and a user to sign in as. ``python -m pratikoai.local``"""

from __future__ import annotations

from typing import Any, Final

from pratikoai import logs, settings, signin
from pratikoai.postgres import CREATE, PostgresStore

#: Who signs in on a developer's machine; such a user exists nowhere else.
USER: Final = "dev"
PASSWORD: Final = "dev"  # noqa: S105 - of a container on the developer's machine


def prepare(pool: Any) -> None:
    """Make the table and the user.

    Raises:
        RuntimeError: The stage is not ``local``: a user with a known password must not exist there.
    """
    if settings.stage() != "local":
        raise RuntimeError(f"stage {settings.stage()} is not local")
    with pool.connection() as connection:
        connection.execute(CREATE)
    signin.register(PostgresStore(pool), USER, PASSWORD, {"name": "Developer"})
    logs.line("local_prepared", user=USER)


def main() -> int:
    """Prepare the configured database."""
    from psycopg_pool import ConnectionPool

    from pratikoai.postgres import connection_options

    with ConnectionPool(kwargs=connection_options(), min_size=1, max_size=1, open=True) as pool:
        prepare(pool)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
