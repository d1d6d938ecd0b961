"""What an Aurora cluster is given, from the configuration alone: pure, so that it can be shown before anything runs.

Functions sign in with IAM as the role of their own name. ``links`` say who may: ``aurora:reader`` reads every table and
view; ``aurora`` signs in, and what it may write stands in the files of ``aurora.sql``, which know the tables. A secret
with the fields ``username`` and ``password`` that such a function links is a user of the Data API.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from settings.links import parse_link
from tierwise.operations.database.statements import Sql, identifier, literal, read

if TYPE_CHECKING:
    from settings.aurora import Aurora
    from settings.system import Settings

#: The setting of one transaction in which a verifier reaches the statement that needs it: a literal is what
#: ``ALTER ROLE`` asks for, and literals end in logs.
HELD: Final = "tierwise.verifier"
_TAG: Final = "$do$"


@dataclass(frozen=True, slots=True)
class PasswordUser:
    """A user of the Data API.

    Attributes:
        role: Its PostgreSQL role.
        secret: Name of the secret that holds its password.
    """

    role: str
    secret: str


@dataclass(frozen=True)
class ClusterPlan:
    """Everything that a cluster is given.

    Attributes:
        statements: What runs whatever there is already.
        users: Users with a password.
    """

    statements: list[Sql]
    users: list[PasswordUser]


def plan_cluster(settings: Settings, aurora: Aurora, root: Path) -> ClusterPlan:
    """What a stack's cluster is given.

    Args:
        settings: The stack's settings.
        aurora: Its cluster.
        root: Folder of the program, where paths begin.

    Raises:
        OperationError: A file of ``aurora.sql`` cannot be read.
    """
    readers, writers = _functions(settings)
    users = _password_users(settings, {*readers, *writers})
    statements = [
        Sql(f"CREATE EXTENSION IF NOT EXISTS {identifier(name)}", "aurora.extensions") for name in aurora.extensions
    ]
    for name in sorted({*readers, *writers}):
        statements += _sign_in_with_iam(_role(name), f"functions.{name}.links")
    for user in users:
        statements += [*_role_exists(user.role, user.secret), _may_look(user.role, user.secret)]
    for number, name in enumerate(aurora.sql):
        statements += read(root, name, f"aurora.sql[{number}]")
    for name in sorted(set(readers) - set(writers)):
        text = f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {identifier(_role(name))}"
        statements.append(Sql(text, f"functions.{name}.links"))
    return ClusterPlan(statements, users)


def password_statement(role: str) -> Sql:
    """Gives a role the verifier that the transaction holds in ``HELD``."""
    text = (
        f"DO {_TAG} BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', {literal(role)}, "
        f"current_setting({literal(HELD)})); END {_TAG}"
    )
    return Sql(text, role)


def _functions(settings: Settings) -> tuple[list[str], list[str]]:
    """The functions that read, and those that sign in to the writer."""
    readers: list[str] = []
    writers: list[str] = []
    search = settings.active_search
    vectors = search is not None and search.store == "pgvector"
    for name, function in settings.active_functions.items():
        for link in map(parse_link, function.links):
            if link.kind == "aurora":
                (readers if link.name == "reader" else writers).append(name)
            elif link.kind == "search" and vectors:
                readers.append(name)
    return readers, writers


def _password_users(settings: Settings, functions: set[str]) -> list[PasswordUser]:
    found: dict[str, PasswordUser] = {}
    for function in functions:
        for link in map(parse_link, settings.functions[function].links):
            secret = settings.secrets.get(link.name) if link.kind == "secret" else None
            if secret is None or not {"username", "password"} <= secret.fields.keys():
                continue
            name = secret.fields["username"].value
            if name:
                path = secret.physical_name or f"{settings.system}/{settings.stage}/{link.name}"
                found[link.name] = PasswordUser(name, path.replace("{stage}", settings.stage))
    return [found[name] for name in sorted(found)]


def _sign_in_with_iam(role: str, where: str) -> Iterator[Sql]:
    yield from _role_exists(role, where)
    # Whoever has it cannot sign in with a password.
    yield Sql(f"GRANT rds_iam TO {identifier(role)}", where)
    yield _may_look(role, where)


def _role_exists(role: str, where: str) -> Iterator[Sql]:
    yield Sql(
        f"DO {_TAG} BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(role)}) "
        f"THEN CREATE ROLE {identifier(role)} LOGIN; END IF; END {_TAG}",
        where,
    )


def _may_look(role: str, where: str) -> Sql:
    return Sql(f"GRANT USAGE ON SCHEMA public TO {identifier(role)}", where)


def _role(function: str) -> str:
    """The role of a function: its name with underscores, as its link calls it."""
    return function.replace("-", "_")
