"""``db-bootstrap`` of an Aurora cluster, over the Data API: one transaction, everything or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierwise.operations.answers import as_mapping
from tierwise.operations.database.cluster_plan import HELD, ClusterPlan, PasswordUser, password_statement, plan_cluster
from tierwise.operations.database.data_api import Cluster, Transaction, find_cluster, lets_in, transaction
from tierwise.operations.database.statements import Sql
from tierwise.operations.database.verifier import scram_verifier
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.targets import find_root

if TYPE_CHECKING:
    from settings.aurora import Aurora

#: Everything that the bootstrap makes, each as a line of text; asked before and after, the difference is what it did.
#: Without a colon, which the Data API would take for a parameter.
INVENTORY: Final = Sql(
    """SELECT 'extension ' || extname FROM pg_extension
UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^(pg_|rds)'
UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'i' THEN 'index ' ELSE 'table ' END || relname
  FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'v', 'i')
UNION ALL SELECT 'grant of ' || privilege_type || ' on ' || table_name || ' to ' || grantee
  FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee <> CURRENT_USER
UNION ALL SELECT 'sign-in with IAM of ' || pg_get_userbyid(member) FROM pg_auth_members
  WHERE pg_get_userbyid(roleid) = 'rds_iam'""",
    "inventory",
)
_COUNTED: Final = ("grant", "index")
_HOLD: Final = Sql(f"SELECT set_config('{HELD}', :verifier, true)", "password")


@dataclass(frozen=True)
class _Credential:
    """What a user of the Data API signs in with.

    Attributes:
        user: The user.
        arn: ARN of its secret.
        password: Its password; kept in this process.
    """

    user: PasswordUser
    arn: str
    password: str

    def __repr__(self) -> str:
        """Without the password."""
        return f"_Credential({self.user.role})"


def bootstrap_cluster(operation: Operation, aurora: Aurora) -> Outcome:
    """Give a cluster its extensions, tables, roles and grants; a second run finds nothing to do.

    Args:
        operation: The command.
        aurora: The cluster's settings.

    Raises:
        OperationError: A file, the cluster or a secret is missing, or the database refuses a statement.
    """
    stack = operation.stack
    plan = plan_cluster(stack.settings, aurora, find_root(stack.target.directory))
    if not plan.statements:
        raise OperationError(
            f"{stack.key}  asks nothing of its cluster: no aurora.extensions, no aurora.sql, no function that links it"
        )
    cluster = find_cluster(operation, str(stack.require("aurora", "Aurora cluster")), aurora.name)
    if operation.options.dry_run:
        show(operation, plan)
    operation.confirm(f"{len(plan.statements)} statements prepare {cluster.name}; what is there already stays.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"cluster {cluster.name}", "", f"{len(plan.statements)} statements")])
        try:
            new, set_anew = _apply(operation, cluster, plan)
        except OperationError as error:
            operation.record.end(entry, "failed", str(error))
            raise
        entry.steps[0].done = True
        operation.record.end(entry, "done", f"{len(new)} things new, passwords set: {', '.join(set_anew) or 'none'}")
    if operation.options.dry_run:
        return Outcome(document={"sql": [statement.text for statement in plan.statements], "made": []})
    for line in summary(new):
        operation.console.say(f"made: {line}")
    for role in set_anew:
        operation.console.say(f"set: password of {role}, to what its secret says")
    if not new and not set_anew:
        operation.console.say(f"{cluster.name} has everything already: nothing was changed")
    return Outcome(document={"made": new, "passwordsSet": set_anew, "users": [user.role for user in plan.users]})


def summary(new: list[str]) -> list[str]:
    """What is new, a line a kind: names where people know them, a number of the rest.

    Args:
        new: Lines of the inventory.
    """
    kinds: dict[str, list[str]] = {}
    for line in new:
        kind, _, name = line.partition(" ")
        kinds.setdefault(kind, []).append(name)
    return [
        f"{kind} × {len(names)}" if kind in _COUNTED else f"{kind} {', '.join(names)}"
        for kind, names in sorted(kinds.items())
    ]


def show(operation: Operation, plan: ClusterPlan) -> None:
    """Print every statement, as it is sent."""
    say, where = operation.console.say, ""
    for statement in plan.statements:
        if statement.where != where:
            where = statement.where
            say(f"-- {where}")
        say(f"{statement.text};")
    for user in plan.users:
        say(f"-- where {user.role} cannot sign in with what {user.secret} says; the verifier travels as a parameter")
        say(f"{_HOLD.text};")
        say(f"{password_statement(user.role).text};")


def _apply(operation: Operation, cluster: Cluster, plan: ClusterPlan) -> tuple[list[str], list[str]]:
    credentials = [] if operation.options.dry_run else [_credential(operation, user) for user in plan.users]
    with transaction(operation, cluster) as running:
        before = _inventory(running)
        for statement in plan.statements:
            running.run(statement)
        strangers = [found for found in credentials if not lets_in(operation, cluster, found.arn)]
        for found in strangers:
            running.run(_HOLD, verifier=scram_verifier(found.password))
            running.run(password_statement(found.user.role))
        after = _inventory(running)
    for found in strangers:
        if not lets_in(operation, cluster, found.arn):
            raise OperationError(
                f"{operation.stack.key}  {found.user.role} has its password and still cannot sign in: "
                f"does {found.user.secret} name {found.user.role} as username?"
            )
    return sorted(after - before), [found.user.role for found in strangers]


def _inventory(running: Transaction) -> set[str]:
    return {str(row[0]) for row in running.run(INVENTORY) if row}


def _credential(operation: Operation, user: PasswordUser) -> _Credential:
    key = operation.stack.key
    try:
        found = operation.aws.read("secretsmanager", "GetSecretValue", SecretId=user.secret)
    except AwsError as error:
        if not error.missing:
            raise
        raise OperationError(
            f"{key}  has no secret {user.secret} in {operation.aws.region}, which holds the password of {user.role}: "
            "deploy the stack first; nothing was changed"
        ) from None
    try:
        content = as_mapping(json.loads(found.get("SecretString") or "")) or {}
        name, password = str(content["username"]), str(content["password"])
        # Made once to see that it can be: what is wrong with a password is not said.
        scram_verifier(password)
    except (ValueError, KeyError):
        raise OperationError(
            f"{key}  secret {user.secret} is no JSON with username and password in printable ASCII; nothing was changed"
        ) from None
    if name != user.role:
        raise OperationError(
            f'{key}  secret {user.secret} is of user "{name}", the configuration says {user.role}; nothing was changed'
        )
    return _Credential(user, str(found["ARN"]), password)
