"""SQL over HTTPS: the Data API of Aurora, signed with the function's own temporary credentials.

Statements take named parameters (``:user``) and nothing is ever written into their text. The link to the cluster also
lets a function sign in at port 5432 with an IAM token, for an application that brings a driver along.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from askiam.aws import client
from askiam.resilience import call_with_retry

Row = dict[str, Any]


class Database(Protocol):
    """Runs one statement and gives its rows."""

    def run(self, sql: str, **parameters: Any) -> list[Row]:
        """The rows of a statement with named parameters."""
        ...


class DataApi:
    """A database behind the Data API.

    Args:
        cluster_arn: The cluster.
        secret_id: Name of the secret with the user's name and password.
        database: Name of the database.
    """

    def __init__(self, cluster_arn: str, secret_id: str, database: str) -> None:
        self._cluster_arn = cluster_arn
        self._secret_id = secret_id
        self._database = database
        self._secret_arn = ""

    def run(self, sql: str, **parameters: Any) -> list[Row]:
        """The rows of a statement; a cluster that is waking up is asked again."""
        if not self._secret_arn:
            self._secret_arn = client("secretsmanager").get_secret_value(SecretId=self._secret_id)["ARN"]
        api = client("rds-data")
        answer: dict[str, Any] = call_with_retry(
            lambda: api.execute_statement(
                resourceArn=self._cluster_arn,
                secretArn=self._secret_arn,
                database=self._database,
                sql=sql,
                parameters=[_parameter(name, value) for name, value in parameters.items()],
                includeResultMetadata=True,
            ),
            retried=_waking(api),
        )
        names = [column["name"] for column in answer.get("columnMetadata", [])]
        return [dict(zip(names, map(_value, record), strict=True)) for record in answer.get("records", [])]


def from_environment(environment: Mapping[str, str] = os.environ) -> Database:
    """The database that the function's links name."""
    return DataApi(environment["DB_CLUSTER_ARN"], environment["DB_SECRET_NAME"], environment["DB_NAME"])


def _waking(api: Any) -> tuple[type[Exception], ...]:
    names = ("DatabaseResumingException", "ServiceUnavailableError")
    return tuple(getattr(api.exceptions, name) for name in names if hasattr(api.exceptions, name))


def _parameter(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return {"name": name, "value": {"stringValue": text}, "typeHint": "TIMESTAMP"}
    return {"name": name, "value": _field(value)}


def _field(value: Any) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    kinds = ((bool, "booleanValue"), (int, "longValue"), (float, "doubleValue"))
    return {next((key for kind, key in kinds if isinstance(value, kind)), "stringValue"): value}


def _value(field: Mapping[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))
