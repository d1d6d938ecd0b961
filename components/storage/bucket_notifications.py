"""What a bucket tells functions about its objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import s3

from components.component import Component
from components.documents import concat
from components.functions.lambda_function import LambdaFunction
from components.grant import Grant, Statement
from components.names import Names
from components.secrets.key_access import key_statements
from components.storage.bucket import Bucket
from settings.bucket_notifications import BucketNotification

#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
_EVENTS: Final = {
    "created": "s3:ObjectCreated:*",
    "removed": "s3:ObjectRemoved:*",
    "restored": "s3:ObjectRestore:Completed",
}
_CALLER: Final = "s3.amazonaws.com"


class BucketNotifications(Component):
    """All that one bucket tells functions. A bucket holds one list of them, so nothing else may write it.

    Each function may be called by this bucket of this account alone: a bucket's name can come into another's hands.

    Costs nothing but the functions' calls. Nothing replaces it but another bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html

    Args:
        name: Logical name.
        settings: Notifications by name.
        bucket: The bucket.
        names: Names of the stack, for the account.
        functions: The stack's functions by name.
        opts: Options of the component.

    Attributes:
        notification: The bucket's list.
    """

    token = "data:BucketNotifications"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, BucketNotification],
        bucket: Bucket,
        names: Names,
        functions: Mapping[str, LambdaFunction],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        permissions = [
            functions[function].admit(
                self,
                f"{name}-{function}",
                principal=_CALLER,
                source_arn=bucket.arn,
                source_account=names.account,
            )
            for function in sorted({entry.function for entry in settings.values()})
        ]
        self.notification = s3.BucketNotification(
            name,
            bucket=bucket.bucket.id,
            lambda_functions=[
                s3.BucketNotificationLambdaFunctionArgs(
                    id=key,
                    lambda_function_arn=functions[entry.function].alias.arn,
                    events=[_EVENTS[event] for event in entry.events],
                    filter_prefix=entry.prefix or None,
                    filter_suffix=entry.suffix or None,
                )
                for key, entry in sorted(settings.items())
            ],
            # S3 tries the call when it is told of it.
            opts=self.child(depends_on=permissions),
        )
        self.register_outputs({})


def reading_grant(names: Names, bucket: Bucket, notification: BucketNotification) -> Grant:
    """What lets a function read the objects that it is told of.

    Args:
        names: Names of the stack.
        bucket: The bucket.
        notification: What it is told of.
    """
    objects = concat(bucket.arn, f"/{notification.prefix}*")
    return Grant(
        statements=[
            Statement(sid="ReadObjects", actions=["s3:GetObject"], resources=[objects]),
            *key_statements(names, bucket.kms_key_arn, "s3"),
        ]
    )
