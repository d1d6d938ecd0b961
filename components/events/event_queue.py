"""A queue with a dead-letter queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_aws import sqs

from components.component import Component
from components.documents import json_document
from components.grant import Grant, Statement
from components.names import Names
from components.secrets.key_access import READ_WRITE, key_statements
from settings.event_bus import Queue as QueueSettings

_DAY: Final = 86_400
#: The longest that SQS keeps a message.
_LONGEST_DAYS: Final = 14
_RECEIVE: Final = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


class EventQueue(Component):
    """A queue for work that waits, and one for messages that nobody could work on, both encrypted and TLS only.

    Costs at rest: nothing; a million requests cost 0.40 USD, polls included. Another name or kind replaces a queue,
    with what waits in it.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html

    Args:
        name: Logical name.
        queue: The queue's name in the settings.
        settings: Order, times and tries.
        names: Names of the stack.
        kms_key_arn: Key that encrypts messages; None for SQS's own encryption.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        arn: The queue's ARN, known before deployment where the account is.
        queue: The queue.
        dead_letters: Its dead-letter queue.
    """

    token = "events:EventQueue"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        queue: str,
        settings: QueueSettings,
        names: Names,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._queue = queue
        self._names = names
        self._settings = settings
        self._kms_key_arn = kms_key_arn
        ending = ".fifo" if settings.fifo else ""
        base = settings.physical_name or names.physical(queue, limit=70)
        self.physical_name: str = base + ending
        self.arn: pulumi.Input[str] = names.arn("sqs", self.physical_name)
        dead_name = f"{base}-dead{ending}"
        dead_arn = names.arn("sqs", dead_name)
        self.dead_letters = self._create(
            f"{name}-dead",
            dead_name,
            retention=_LONGEST_DAYS,
            # Messages come back here from this queue alone.
            redrive_allow_policy=json_document({"redrivePermission": "byQueue", "sourceQueueArns": [self.arn]}),
        )
        self.queue = self._create(
            name,
            self.physical_name,
            retention=settings.retention_days,
            redrive_policy=json_document({"deadLetterTargetArn": dead_arn, "maxReceiveCount": settings.max_receives}),
            after=self.dead_letters,
        )
        self._refuse_plain(self, f"{name}-dead", self.dead_letters, dead_arn, ())
        self.register_outputs({"url": self.queue.url})

    def grant(self, user: str, detail: str = "") -> Grant:
        """Let a function send messages, or with ``receive`` work on them; ``QUEUE_<NAME>`` is the queue's address.

        Args:
            user: The function's name.
            detail: ``receive`` for the queue's worker.
        """
        del user  # every user of a kind has the same rights
        actions = list(_RECEIVE) if detail == "receive" else ["sqs:SendMessage"]
        return Grant(
            addresses={f"QUEUE_{self._queue.replace('-', '_').upper()}": self.queue.url},
            statements=[
                Statement(sid="UseQueue", actions=actions, resources=[self.arn]),
                *key_statements(self._names, self._kms_key_arn, "sqs", READ_WRITE),
            ],
            depends_on=[self.queue],
        )

    def admit(self, parent: Component, rules: Mapping[str, pulumi.Input[str]]) -> None:
        """Write the queue's policy: TLS only, and rules of EventBridge may send.

        Args:
            parent: The component that owns the rules, or the queue itself.
            rules: ARNs of the rules, by name.
        """
        statements = tuple(
            {
                "Sid": f"Events{place}",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": self.arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
            }
            for place, arn in enumerate(rules[key] for key in sorted(rules))
        )
        name = self.logical_name if parent is self else f"{parent.logical_name}-to-{self.logical_name}"
        self._refuse_plain(parent, name, self.queue, self.arn, statements)

    def _create(
        self, name: str, queue_name: str, *, retention: int, after: sqs.Queue | None = None, **more: Any
    ) -> sqs.Queue:
        return sqs.Queue(
            name,
            name=queue_name,
            fifo_queue=True if self._settings.fifo else None,
            content_based_deduplication=True if self._settings.fifo else None,
            visibility_timeout_seconds=self._settings.visibility_seconds,
            message_retention_seconds=retention * _DAY,
            receive_wait_time_seconds=20,
            sqs_managed_sse_enabled=True if self._kms_key_arn is None else None,
            kms_master_key_id=self._kms_key_arn,
            tags=self.tags,
            opts=self.child(depends_on=None if after is None else [after]),
            **more,
        )

    @staticmethod
    def _refuse_plain(
        parent: Component, name: str, queue: sqs.Queue, arn: pulumi.Input[str], more: tuple[dict[str, Any], ...]
    ) -> None:
        sqs.QueuePolicy(name, queue_url=queue.url, policy=queue_policy(arn, more), opts=parent.child())


def queue_policy(arn: pulumi.Input[str], more: tuple[dict[str, Any], ...] = ()) -> pulumi.Input[str]:
    """A policy that refuses senders without TLS.

    Args:
        arn: The queue's ARN.
        more: Further statements.
    """
    refuse = {
        "Sid": "RefusePlainText",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json_document({"Version": "2012-10-17", "Statement": [refuse, *more]})
