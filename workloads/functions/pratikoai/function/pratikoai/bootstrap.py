"""Prepares a database once: ``DATABASE_ADMIN_SECRET=… python -m pratikoai.bootstrap``.

The administrator's secret is RDS's own. The program's user gets the one table and may read and write rows, not change
its shape.
"""

from __future__ import annotations

from typing import Any

from pratikoai import logs, settings
from pratikoai.postgres import CREATE, connection_options


def prepare(connection: Any, user: str, verifier: str) -> None:
    """Make the user and the table. A second run changes nothing but the password.

    Args:
        connection: As the administrator.
        user: The program's user.
        verifier: What the server keeps of its password: the statement may end in the server's log.
    """
    from psycopg import sql

    name = sql.Identifier(user)
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,)).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, name, sql.Literal(verifier)))
    connection.execute(CREATE)
    connection.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE ON items TO {}").format(name))


def main() -> int:
    """Prepare the configured database."""
    import psycopg

    user = settings.document("DATABASE_SECRET")
    options = connection_options()
    if settings.has("DATABASE_ADMIN_SECRET"):
        admin = settings.document("DATABASE_ADMIN_SECRET")
        options |= {"user": admin["username"], "password": admin["password"]}
    with psycopg.connect(**options) as connection:
        name, password = str(user["username"]), str(user["password"])
        verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        prepare(connection, name, verifier.decode())
    logs.line("database_prepared", user=user["username"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
