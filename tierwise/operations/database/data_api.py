"""SQL over HTTPS: the Data API of an Aurora cluster, in one transaction, as the administrator or as a user.

Nothing of a statement is in a dry run's calls but that it is made: the plan shows the text.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.database.statements import Sql
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.sql import once_awake, plain

#: How the Data API says that the database did not let a user in, or has no such secret to try.
_NOT_LET_IN: Final = frozenset({"BadRequestException", "DatabaseErrorException", "InvalidSecretException"})
_AUTHENTICATION: Final = ("authentication failed", "28p01", "28000", "not permitted to log in")


@dataclass(frozen=True)
class Cluster:
    """Where statements go.

    Attributes:
        name: The cluster's identifier.
        arn: Its ARN.
        database: Name of the database.
        administrator: ARN of the secret in which RDS keeps the administrator's password.
    """

    name: str
    arn: str
    database: str
    administrator: str


def find_cluster(operation: Operation, name: str, database: str) -> Cluster:
    """A cluster that answers the Data API.

    Args:
        operation: The command.
        name: The cluster's identifier.
        database: Name of the database.

    Raises:
        OperationError: It does not exist, sleeps, or answers no Data API.
    """
    key = operation.stack.key
    try:
        found = listed(operation.aws.read("rds", "DescribeDBClusters", DBClusterIdentifier=name), "DBClusters")[0]
    except AwsError as error:
        if error.missing:
            raise OperationError(f"{key}  its cluster {name} does not exist in AWS: deploy the stack first") from None
        raise
    status = str(found.get("Status", ""))
    if status.startswith("stop"):
        raise OperationError(f"{key}  {name} is {status}: `tierwise schedule resume {key}` wakes it, then repeat")
    if not found.get("HttpEndpointEnabled"):
        raise OperationError(
            f"{key}  {name} answers no Data API, the only way in from here: set aurora.dataApi: true and deploy"
        )
    administrator = str(part(found, "MasterUserSecret").get("SecretArn", "")) or _kept(operation, name)
    return Cluster(name, str(found["DBClusterArn"]), database, administrator)


def _kept(operation: Operation, name: str) -> str:
    """The administrator's secret of a cluster that another region follows: RDS keeps none, so the stack does."""
    stack = operation.stack
    secret = f"{stack.system}/{stack.stage}/db/administrator"
    try:
        return str(operation.aws.read("secretsmanager", "DescribeSecret", SecretId=secret)["ARN"])
    except AwsError as error:
        if not error.missing:
            raise
        raise OperationError(
            f"{stack.key}  {name} has no administrator's secret, neither RDS's own nor {secret}: deploy the stack first"
        ) from None


class Transaction:
    """Statements that all happen or none does.

    Args:
        operation: The command.
        cluster: Where they go.
        id: The transaction; empty in a dry run.
    """

    def __init__(self, operation: Operation, cluster: Cluster, id: str) -> None:
        self._operation = operation
        self._cluster = cluster
        self._id = id
        self.count = 0

    def run(self, statement: Sql, **values: str) -> list[list[Any]]:
        """Run one statement, and give the rows that it answers.

        Args:
            statement: The statement.
            values: Its named parameters.

        Raises:
            OperationError: The database refuses it; nothing of the transaction stays.
        """
        self.count += 1
        more: dict[str, Any] = {}
        if values:
            more["parameters"] = [{"name": name, "value": {"stringValue": value}} for name, value in values.items()]
        try:
            answer = self._operation.aws.change(
                "rds-data",
                "ExecuteStatement",
                resourceArn=self._cluster.arn,
                secretArn=self._cluster.administrator,
                database=self._cluster.database,
                sql=statement.text,
                transactionId=self._id or "that transaction",
                # What makes an extension takes longer than the 45 seconds after which the API gives up.
                continueAfterTimeout=True,
                **more,
            )
        except AwsError as error:
            raise AwsError(
                f"{self._operation.stack.key}  {statement.where}: {statement.title} …: {error}; "
                "the transaction is undone, nothing was changed",
                code=error.code,
                call=error.call,
            ) from None
        records: list[list[dict[str, Any]]] = answer.get("records") or []
        return [[plain(field) for field in record] for record in records]


@contextmanager
def transaction(operation: Operation, cluster: Cluster) -> Generator[Transaction]:
    """A transaction of the administrator: committed at the end, undone by any failure.

    Args:
        operation: The command.
        cluster: Where it runs.
    """
    where = {"resourceArn": cluster.arn, "secretArn": cluster.administrator}
    began = once_awake(
        operation,
        cluster.name,
        lambda: operation.aws.change("rds-data", "BeginTransaction", database=cluster.database, **where),
    )
    id = str(began.get("transactionId", ""))
    running = Transaction(operation, cluster, id)
    done = {**where, "transactionId": id or "that transaction"}
    try:
        yield running
    except BaseException:
        # The failure itself is what the operator must see; AWS undoes what is left after three minutes.
        with suppress(AwsError):
            operation.aws.change("rds-data", "RollbackTransaction", **done)
        raise
    operation.aws.change("rds-data", "CommitTransaction", **done)


def lets_in(operation: Operation, cluster: Cluster, secret: str) -> bool:
    """Whether a user can sign in with what its secret says.

    Args:
        operation: The command.
        cluster: Where it signs in.
        secret: ARN of the secret with username and password.

    Raises:
        AwsError: Something else than the database refused.
    """
    try:
        operation.aws.change(
            "rds-data",
            "ExecuteStatement",
            resourceArn=cluster.arn,
            secretArn=secret,
            database=cluster.database,
            sql="SELECT 1",
        )
    except AwsError as error:
        if error.code in _NOT_LET_IN and any(word in str(error).lower() for word in _AUTHENTICATION):
            return False
        raise
    return True
