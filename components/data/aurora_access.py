"""How a function signs in to an Aurora cluster: the first member of a database, or the one that stands by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.data.postgres_users import user_name
from components.grant import Grant, Opening, Statement
from components.names import Names
from settings.aurora import Aurora as AuroraSettings


@dataclass(frozen=True, kw_only=True)
class AuroraAccess:
    """The way into a cluster.

    Attributes:
        settings: Port, first database and Data API.
        names: Names of the stack in the cluster's region.
        target: The cluster's logical name.
        arn: The cluster.
        signs_in_at: Resource id of the cluster, or of the proxy in front of it.
        host: Address of the writer.
        reader_host: Address of the readers.
        security_group_id: The group whose port is opened.
        depends_on: What must exist before somebody signs in.
    """

    settings: AuroraSettings
    names: Names
    target: str
    arn: pulumi.Input[str]
    signs_in_at: pulumi.Input[str]
    host: pulumi.Input[str]
    reader_host: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    depends_on: Sequence[pulumi.Resource]

    def grant(self, user: str, detail: str = "") -> Grant:
        """Let a function sign in as the PostgreSQL role of its own name, and reach the port.

        The function receives ``DB_HOST``, ``DB_PORT``, ``DB_NAME`` and ``DB_USER``; with ``reader``, ``DB_READER_HOST``
        instead of ``DB_HOST``. It can sign in as nobody else. Where the Data API is on it may run SQL over HTTPS with
        the secret that the bootstrap gave its role, found as ``DB_CLUSTER_ARN``.

        Args:
            user: The function's name.
            detail: ``reader`` for the readers alone.
        """
        role = user_name(user)
        statements = [
            Statement(
                sid="SignIn",
                actions=["rds-db:connect"],
                resources=[self.names.arn_of("rds-db", "dbuser:", self.signs_in_at, f"/{role}")],
            )
        ]
        addresses: dict[str, pulumi.Input[str]] = {"DB_HOST": self.host}
        if detail == "reader":
            addresses = {"DB_READER_HOST": self.reader_host}
        if self.settings.data_api:
            addresses["DB_CLUSTER_ARN"] = self.arn
            statements.append(
                Statement(
                    sid="RunStatements",
                    actions=[
                        "rds-data:BeginTransaction",
                        "rds-data:CommitTransaction",
                        "rds-data:ExecuteStatement",
                        "rds-data:RollbackTransaction",
                    ],
                    resources=[self.arn],
                )
            )
        return Grant(
            environment={"DB_PORT": str(self.settings.port), "DB_NAME": self.settings.name, "DB_USER": role},
            addresses=addresses,
            statements=statements,
            openings=[Opening(target=self.target, security_group_id=self.security_group_id, port=self.settings.port)],
            depends_on=self.depends_on,
        )
