"""Prepare a new database: extensions, and a role and schema for each service. ``python -m starter.bootstrap``.

Runs once as a task of its own, with the owner's credentials in the DATABASE_* variables, the extensions in
DATABASE_EXTENSIONS and one variable SERVICE_SECRET_<NAME> for each service: a secret with username and password.
Running it again changes nothing but the passwords, which it sets to what the secrets say.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, LiteralString, Protocol, cast

import psycopg
from psycopg import sql
from pydantic import ValidationError

from starter import logs
from starter.database import connection_arguments
from starter.settings import LISTINGS, Credentials, DatabaseSettings, Settings, SettingsError

log = logging.getLogger("starter.bootstrap")

PREFIX = "SERVICE_SECRET_"
EXTENSIONS = "DATABASE_EXTENSIONS"
# One role's share: two tasks, doubled during a deployment, with a pool of two, and room for a person.
CONNECTIONS_PER_SERVICE = 10

# The daily dump reads every schema; no other role reads another's.
DUMP_ROLE = "database_dump"

Encrypt = Callable[[Credentials], str]


class Connection(Protocol):
    """The part of psycopg.Connection that the bootstrap uses."""

    def execute(self, query: sql.Composed) -> object:
        """Run statements."""
        ...


def service_credentials(environ: Mapping[str, str]) -> list[Credentials]:
    """The credentials in the SERVICE_SECRET_* variables, in order of their names.

    Raises:
        SettingsError: There is none, or one of them is not a secret with username and password.
    """
    found: list[Credentials] = []
    for name in sorted(name for name in environ if name.startswith(PREFIX)):
        try:
            found.append(Credentials.model_validate_json(environ[name]))
        except ValidationError:
            raise SettingsError(f"{name}: expected JSON with username and password") from None
    if not found:
        raise SettingsError(f"{PREFIX}<NAME>: at least one service's secret is required")
    return found


def extensions_of(environ: Mapping[str, str]) -> list[str]:
    """The extensions in the DATABASE_EXTENSIONS variable, such as ``postgis,pgcrypto``; none where it is not set."""
    return [name.strip() for name in environ.get(EXTENSIONS, "").split(",") if name.strip()]


def bootstrap(
    connection: Connection, database: str, extensions: Sequence[str], services: list[Credentials], encrypt: Encrypt
) -> None:
    """Create extensions, roles, schemas and the starter's tables in one database.

    Args:
        connection: A connection of the database's owner.
        database: The database's name.
        extensions: Extensions that it is given.
        services: One credential for each service; the username is also the schema. `DUMP_ROLE` may read every
            other one's schema.
        encrypt: Turns a credential into the password verifier that the server stores.
    """
    connection.execute(statements("database.sql", database=sql.Identifier(database)))
    for extension in extensions:
        connection.execute(statements("extension.sql", extension=sql.Identifier(extension)))
    for credentials in services:
        connection.execute(
            statements(
                "service.sql",
                database=sql.Identifier(database),
                role=sql.Identifier(credentials.username),
                role_name=sql.Literal(credentials.username),
                verifier=sql.Literal(encrypt(credentials)),
                connections=sql.Literal(CONNECTIONS_PER_SERVICE),
            )
        )
        if credentials.username == LISTINGS:
            connection.execute(statements("listings.sql"))
    if DUMP_ROLE in (credentials.username for credentials in services):
        for credentials in services:
            if credentials.username != DUMP_ROLE:
                owner, reader = sql.Identifier(credentials.username), sql.Identifier(DUMP_ROLE)
                connection.execute(statements("reader.sql", role=owner, reader=reader))


def statements(name: str, **parts: sql.Composable) -> sql.Composed:
    """The statements of a file in ``starter/sql`` with identifiers and literals filled in."""
    # The files are part of the package, so their text is as trusted as a literal in the code.
    text = cast("LiteralString", files("starter").joinpath("sql", name).read_text(encoding="utf-8"))
    return sql.SQL(text).format(**parts)


def main() -> int:
    """Prepare the database that the environment names. Status 2 when the environment is wrong, 1 when it is refused."""
    try:
        settings = Settings.from_env(os.environ)
        services = service_credentials(os.environ)
        extensions = extensions_of(os.environ)
        database = settings.database
        if database is None:
            raise SettingsError("DATABASE_HOST: required")
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings)
    try:
        _prepare(database, extensions, services)
    except psycopg.Error as error:
        # Its first line alone: what follows may repeat the statement, and with it a verifier.
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        log.error("database refused", extra={"fields": {"reason": reason, "sqlstate": error.sqlstate}})
        return 1
    log.info("database prepared", extra={"fields": {"roles": [credentials.username for credentials in services]}})
    return 0


def _prepare(database: DatabaseSettings, extensions: Sequence[str], services: list[Credentials]) -> None:
    with psycopg.connect(**_arguments(database)) as connection:

        def verifier(credentials: Credentials) -> str:
            password = credentials.password.get_secret_value().encode()
            return connection.pgconn.encrypt_password(
                password, credentials.username.encode(), b"scram-sha-256"
            ).decode()

        bootstrap(connection, database.name, extensions, services, verifier)


def _arguments(database: DatabaseSettings) -> dict[str, Any]:
    # Creating PostGIS takes longer than the statements of a request may, hence no statement timeout.
    return {**connection_arguments(database, "bootstrap"), "options": ""}


if __name__ == "__main__":
    sys.exit(main())
