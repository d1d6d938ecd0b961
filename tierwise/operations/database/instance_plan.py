"""What a PostgreSQL instance is given, as the task that prepares it will say it: for people to read beforehand.

The task runs the files of the image's package, ``starter/sql``; here the same files are filled in from the
configuration. Only the passwords' verifiers are missing, which are made where the passwords are: in the task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from settings.links import parse_link
from tierwise.operations.database.statements import identifier, literal
from tierwise.operations.errors import OperationError

if TYPE_CHECKING:
    from settings.system import Settings

#: Files of statements in the image.
FOLDER: Final = Path("workloads/container/starter/sql")
#: The task that dumps the database, and its database user.
DUMP: Final = "database-dump"
#: The service whose table the starter brings along.
_LISTINGS: Final = "listings"
#: Connections of a service's role.
CONNECTIONS: Final = 10


def database_users(settings: Settings) -> list[str]:
    """The services with a database user of their own, and the dump where there is one."""
    services = [
        name
        for name, service in settings.active_services.items()
        if any(parse_link(link).kind == "database" for link in service.links)
    ]
    dump = settings.database_dump
    return [*services, *([DUMP] if dump is not None and dump.enabled else [])]


def role_of(user: str) -> str:
    """The role, and schema, of a service: its name with underscores."""
    return user.replace("-", "_")


def plan_instance(root: Path, database: str, extensions: Sequence[str], users: Sequence[str]) -> Iterator[str]:
    """The scripts, in the order in which the task runs them.

    Args:
        root: Folder of the program.
        database: The database's name.
        extensions: Extensions that it is given.
        users: Services with a database user.

    Raises:
        OperationError: A file is missing.
    """
    roles = sorted(map(role_of, users), key=lambda role: f"SERVICE_SECRET_{role.upper()}")
    name = identifier(database)
    yield _filled(root, "database.sql", database=name)
    for extension in extensions:
        yield _filled(root, "extension.sql", extension=identifier(extension))
    for role in roles:
        yield _filled(
            root,
            "service.sql",
            database=name,
            role=identifier(role),
            role_name=literal(role),
            verifier=literal(f"verifier of {role}"),
            connections=str(CONNECTIONS),
        )
        if role == _LISTINGS:
            yield _filled(root, "listings.sql")
    reader = role_of(DUMP)
    if reader in roles:
        for role in roles:
            if role != reader:
                yield _filled(root, "reader.sql", role=identifier(role), reader=identifier(reader))


def _filled(root: Path, name: str, **parts: str) -> str:
    file = root / FOLDER / name
    try:
        return file.read_text(encoding="utf-8").format(**parts)
    except OSError as error:
        raise OperationError(f"{FOLDER / name}  cannot be read: {error.strerror}") from None
