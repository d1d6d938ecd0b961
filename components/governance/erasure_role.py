"""The role that erases what a system keeps of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.documents import concat, json_document
from components.grant import Statement
from components.iam import create_role_policies
from components.names import Names
from components.secrets.key_access import READ, key_statements
from settings.outsiders import Erasure

if TYPE_CHECKING:
    from components.data.table import Table
    from components.storage.bucket import Bucket

#: Longest session, in seconds: an erasure is short.
SESSION_SECONDS: Final = 3600


class ErasureRole(Component):
    """A role that may find and delete items and object versions, taken by named operators of the account alone.

    Costs nothing.

    Replaced by: another name of system or stage.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html

    Args:
        name: Logical name.
        settings: Who may take it.
        names: Names of the stack.
        tables: Tables of which it deletes items, by name.
        buckets: Buckets of which it deletes objects, by name.
        kms_key_arn: Key that encrypts the tables; None for AWS's own.
        opts: Options of the component.

    Attributes:
        role: The role.
    """

    token = "governance:ErasureRole"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Erasure,
        names: Names,
        tables: Mapping[str, Table],
        buckets: Mapping[str, Bucket],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.role = iam.Role(
            name,
            name=names.physical("erasure", limit=64),
            description="Erases what the system keeps of a person; taken by operators, never by programs",
            assume_role_policy=_trust(settings, names),
            max_session_duration=SESSION_SECONDS,
            tags=self.tags,
            opts=self.child(),
        )
        statements: list[Statement] = []
        if tables:
            arns = [table.arn for table in tables.values()]
            statements += [
                Statement(
                    sid="EraseItems",
                    actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query"],
                    resources=[*arns, *(concat(arn, "/index/*") for arn in arns)],
                ),
                *key_statements(names, kms_key_arn, "dynamodb", READ),
            ]
        if buckets:
            statements += [
                Statement(
                    sid="FindVersions",
                    actions=["s3:ListBucket", "s3:ListBucketVersions"],
                    resources=[bucket.arn for bucket in buckets.values()],
                ),
                Statement(
                    sid="EraseVersions",
                    actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
                    resources=[concat(bucket.arn, "/*") for bucket in buckets.values()],
                ),
            ]
        create_role_policies(self, name, role=self.role, names=names, statements=statements)
        self.register_outputs({"arn": self.role.arn})


def _trust(settings: Erasure, names: Names) -> pulumi.Input[str]:
    # A condition on the caller's ARN, not a principal: IAM refuses a principal that does not exist yet, and the roles
    # of IAM Identity Center have a part in their names that AWS makes up.
    return json_document(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": names.arn("iam", "root", region="")},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "ArnLike": {
                            "aws:PrincipalArn": [
                                names.arn("iam", f"role/{operator}", region="") for operator in settings.operators
                            ]
                        }
                    },
                }
            ],
        }
    )
