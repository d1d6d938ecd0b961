"""Where calls go that a function failed, when nobody waits for the answer."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import sqs

from components.component import Component
from components.documents import json_document
from components.grant import Statement
from components.names import Names

#: Fourteen days, the longest that SQS keeps a message.
_KEPT_SECONDS: Final = 1_209_600
#: What Lambda must be allowed to do to hand a call to each kind of receiver.
#: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
_SEND: Final = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}


class FailureQueue(Component):
    """A queue that keeps failed calls for fourteen days, encrypted, and refuses senders without TLS.

    Costs at rest: nothing; a million messages cost 0.40 USD.

    Replaced by: another name.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

    Args:
        name: Logical name.
        function: The function's name.
        names: Names of the stack.
        kms_key_arn: Key that encrypts the calls; None for SQS's own encryption.
        opts: Options of the component.

    Attributes:
        arn: The queue's ARN, known before deployment where the account is.
        queue: The queue.
    """

    token = "compute:FailureQueue"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        function: str,
        names: Names,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        queue_name = names.physical(function, "failed", limit=80)
        self.arn: pulumi.Input[str] = names.arn("sqs", queue_name)
        self.queue = sqs.Queue(
            name,
            name=queue_name,
            message_retention_seconds=_KEPT_SECONDS,
            sqs_managed_sse_enabled=True if kms_key_arn is None else None,
            kms_master_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )
        sqs.QueuePolicy(
            name,
            queue_url=self.queue.url,
            policy=json_document(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "RefusePlainText",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "sqs:*",
                            "Resource": self.arn,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                }
            ),
            opts=self.child(),
        )
        self.register_outputs({"arn": self.arn})


def send_statement(target: pulumi.Input[str], service: str) -> Statement:
    """What lets a function's role hand failed calls to ``target``.

    Args:
        target: ARN of the receiver.
        service: Its service, such as ``sqs``.
    """
    return Statement(sid="KeepFailures", actions=[_SEND[service]], resources=[target])
