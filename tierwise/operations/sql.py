"""SQL over HTTPS: the Data API of an Aurora cluster.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from tierwise.operations.answers import listed
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation

#: What a cluster says that was paused to nothing, for about 15 seconds.
_WAKING: Final = ("DatabaseResumingException", "DatabaseUnavailableException", "ServiceUnavailableError")
#: What an answer that is too large for the Data API says; its limit is a megabyte.
_TOO_LARGE: Final = "Database returned more than the allowed response size limit"

Row = dict[str, Any]


class Reader:
    """Reads rows as one user of the cluster's database.

    Args:
        operation: The command; the output ``aurora`` names the cluster.
        secret: Secret of the configuration that holds the user's name and password.

    Raises:
        OperationError: The stack has no cluster, or no such secret.
    """

    def __init__(self, operation: Operation, secret: str) -> None:
        stack = operation.stack
        identifier = str(stack.require("aurora", "Aurora cluster"))
        settings = stack.settings.active_aurora
        known = stack.settings.secrets.get(secret)
        if settings is None or known is None:
            raise OperationError(f"{stack.key}  has no secret {secret}: {', '.join(sorted(stack.settings.secrets))}")
        self._operation = operation
        self._database = settings.name
        self._cluster = f"arn:aws:rds:{stack.settings.region}:{operation.aws.account}:cluster:{identifier}"
        path = (known.physical_name or f"{stack.system}/{{stage}}/{secret}").replace("{stage}", stack.stage)
        try:
            self._secret = str(operation.aws.read("secretsmanager", "DescribeSecret", SecretId=path)["ARN"])
        except AwsError as error:
            if error.missing:
                raise OperationError(f"{stack.key}  has no secret {path} in AWS: deploy the stack first") from None
            raise

    def rows(self, sql: str, **parameters: str | int) -> list[Row]:
        """The rows of a ``SELECT`` with named parameters; a cluster that is waking up is asked again.

        Raises:
            AwsError: The statement is wrong, or the user may not.
        """
        answer = once_awake(self._operation, "database", lambda: self._execute(sql, parameters))
        names = [str(column.get("label") or column["name"]) for column in listed(answer, "columnMetadata")]
        records = cast("list[list[dict[str, Any]]]", answer.get("records") or [])
        return [dict(zip(names, map(plain, record), strict=True)) for record in records]

    def batches(self, sql: str, key: str, *, after: str, count: int) -> Iterator[list[Row]]:
        """Rows in order of a key, a batch at a time; the statement takes ``:after`` and ``:count``.

        Args:
            sql: ``SELECT … WHERE key > :after ORDER BY key LIMIT :count``.
            key: Column of the key.
            after: Key after which to begin; "" is the beginning.
            count: Rows of a batch; halved where they are more than the Data API answers at once.

        Raises:
            OperationError: The statement has no such column, or does not go on.
        """
        while True:
            try:
                rows = self.rows(sql, after=after, count=count)
            except AwsError as error:
                if _TOO_LARGE in error.problems[0] and count > 1:
                    count //= 2
                    continue
                raise
            if not rows:
                return
            if key not in rows[0]:
                raise OperationError(f'the statement selects no column "{key}": {", ".join(rows[0])}')
            last = str(rows[-1][key])
            if last == after:
                raise OperationError(f"the statement does not go on after {after}: it must ask for {key} > :after")
            yield rows
            after = last

    def _execute(self, sql: str, parameters: Mapping[str, str | int]) -> dict[str, Any]:
        kinds = {str: "stringValue", int: "longValue"}
        return self._operation.aws.query(
            "rds-data",
            "ExecuteStatement",
            resourceArn=self._cluster,
            secretArn=self._secret,
            database=self._database,
            sql=sql,
            parameters=[{"name": name, "value": {kinds[type(v)]: v}} for name, v in parameters.items()],
            includeResultMetadata=True,
        )


def once_awake(operation: Operation, name: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a cluster answers, asked again while it wakes up.

    Args:
        operation: The command, with its patience.
        name: What is waited for, as the progress names it.
        ask: The call.

    Raises:
        AwsError: The call is refused for another reason.
    """
    answer: dict[str, Any] = {}

    def attempt() -> str | None:
        try:
            answer.update(ask())
        except AwsError as error:
            if error.code in _WAKING:
                return "waking up"
            raise
        return None

    operation.console.wait(name, attempt, timeout=operation.options.timeout)
    return answer


def plain(field: Mapping[str, Any]) -> Any:
    """The value of a field of a record, or None."""
    return None if field.get("isNull") else next(iter(field.values()), None)
