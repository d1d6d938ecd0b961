"""A KMS key of the stack's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import kms

from components.component import Component
from components.documents import json_document
from components.names import Names
from settings.secrets import Encryption

_USE: Final = ("kms:Decrypt", "kms:GenerateDataKey*")


class CustomerKey(Component):
    """A key that encrypts what the stack keeps, rotated every year, with an alias.

    Costs at rest: 1 USD a month, one more for each of the first two rotations; 0.03 USD for 10,000 calls. The key is
    never replaced by a change here; without it, what it encrypts is lost, so it is protected where data is.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html

    Args:
        name: Logical name.
        settings: Days that a deleted key can be restored.
        names: Names of the stack.
        protect: Whether Pulumi refuses to delete it and leaves it in AWS.
        statements: Further statements of its policy, for services that only some stacks use.
        opts: Options of the component.

    Attributes:
        key: The key.
        arn: Its ARN.
        alias: Its alias, ``alias/<system>-<stage>``.
    """

    token = "security:CustomerKey"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Encryption,
        names: Names,
        protect: bool,
        statements: Sequence[Mapping[str, Any]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.key = kms.Key(
            name,
            description=f"Encrypts what {names.system} {names.stage} keeps",
            enable_key_rotation=True,
            deletion_window_in_days=settings.deletion_days,
            policy=json_document({"Version": "2012-10-17", "Statement": [*key_policy_statements(names), *statements]}),
            tags=self.tags,
            opts=self.child(protect=protect, retain_on_delete=protect),
        )
        self.alias = kms.Alias(
            name,
            name=f"alias/{names.physical()}",
            target_key_id=self.key.key_id,
            opts=self.child(delete_before_replace=True),
        )
        self.arn: pulumi.Output[str] = self.key.arn
        self.register_outputs({"arn": self.arn})


def key_policy_statements(names: Names) -> Sequence[Mapping[str, Any]]:
    """Who may use the key: roles of the account that their own policies allow, and AWS services for this account.

    Databases, caches, buckets, secrets and parameters use the key on behalf of a role and need no statement.
    """
    account = {"StringEquals": {"aws:SourceAccount": names.account}}
    return [
        {
            # The account decides through IAM; without this statement nobody could ever change the key.
            # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
            "Sid": "AccountDecides",
            "Effect": "Allow",
            "Principal": {"AWS": names.arn("iam", "root", region="")},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
            "Sid": "LogGroups",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{names.region}.amazonaws.com"},
            "Action": ["kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey", *_USE],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": names.arn("logs", "log-group:*")}},
        },
        {
            # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
            "Sid": "AlarmsAndBudgets",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
            "Action": [*_USE],
            "Resource": "*",
            "Condition": account,
        },
        {
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
            "Sid": "Distributions",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": [*_USE],
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:SourceArn": names.arn("cloudfront", "distribution/*", region="")}},
        },
    ]
