"""Amazon SNS, SQS and EventBridge: encrypted, closed to strangers, and no message lost without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails import documents
from guardrails.checks import has_value, is_set, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Check, Kind, Outcome, Scope, declare, undecided

TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"
BUS: Final = "aws:cloudwatch/eventBus:EventBus"
BUS_POLICY: Final = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"


_closed: Final = documents.public("policy", "gives everybody access")


def _tls(policy_type: str, prop: str, publish: str) -> Check:
    """A policy of the resource denies what does not come over TLS."""

    def run(resource: Resource, scope: Scope) -> Iterator[Outcome]:
        waiting: Outcome | None = None
        for holder in (resource, *scope.attached(resource, policy_type, prop)):
            found, instead = documents.statements(holder, "policy")
            waiting = waiting or instead
            for statement in found:
                plain = [values for _, values in statement.conditions_on("aws:SecureTransport")]
                denied = any(
                    action in ("*", publish.lower(), f"{publish[:3].lower()}:*") for action in statement.actions
                )
                if not statement.allow and denied and ("false",) in plain:
                    return
        yield waiting or f"no policy denies {publish} without TLS"

    return run


declare(
    "SNS.1",
    "medium",
    Kind.ADVICE,
    "SNS topics should be encrypted at-rest using AWS KMS",
    types=TOPIC,
    check=is_set("kmsMasterKeyId"),
    why="Messages wait in plain text on AWS's disks. Advisory: CloudWatch alarms can only publish to a topic with your "
    "own key ($1 a month), and an alarm holds no customer data.",
    fix="kms_master_key_id=key.id",
    frameworks="NIST",
)

declare(
    "SNS.4",
    "high",
    Kind.EXPOSURE,
    "SNS topic access policies should not allow public access",
    types=(TOPIC, TOPIC_POLICY),
    reads=("policy",),
    check=_closed,
    why="Anybody could read the messages, or send ones that look like yours.",
    fix='"Principal": {"Service": "cloudwatch.amazonaws.com"} with a condition on aws:SourceAccount',
)

declare(
    "P.SNS.tls",
    "medium",
    Kind.ADVICE,
    "Topics should refuse messages without TLS",
    types=TOPIC,
    reads=("policy",),
    related={TOPIC_POLICY: ("arn", "policy")},
    check=_tls(TOPIC_POLICY, "arn", "sns:Publish"),
    why="The endpoint also answers over plain HTTP.",
    fix='TopicPolicy with Deny sns:Publish to "*" when {"Bool": {"aws:SecureTransport": "false"}}',
    url="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
)


def _queue_encrypted(queue: Resource, _scope: Scope) -> Iterator[Outcome]:
    managed = queue.get("sqsManagedSseEnabled")
    if has_value(queue.get("kmsMasterKeyId")):
        return
    if managed is UNKNOWN:
        yield undecided("sqsManagedSseEnabled")
    elif managed is not ABSENT and managed is not True:
        yield "sqsManagedSseEnabled is false and kmsMasterKeyId is not set"


declare(
    "SQS.1",
    "medium",
    Kind.ENCRYPTION,
    "Amazon SQS queues should be encrypted at rest",
    types=QUEUE,
    reads=("sqsManagedSseEnabled", "kmsMasterKeyId"),
    check=_queue_encrypted,
    references=("kmsMasterKeyId",),
    why="Messages would wait in plain text. Left out, the setting is on: AWS's default since 2022.",
    fix="sqs_managed_sse_enabled=True",
)

declare(
    "SQS.3",
    "high",
    Kind.EXPOSURE,
    "SQS queue access policies should not allow public access",
    types=(QUEUE, QUEUE_POLICY),
    reads=("policy",),
    check=_closed,
    why="Anybody could read the messages, or send ones that look like yours.",
    fix='"Principal": {"Service": "events.amazonaws.com"} with a condition on aws:SourceArn',
    waivable=False,
)

declare(
    "P.SQS.tls",
    "medium",
    Kind.FREE,
    "Queues should refuse messages without TLS",
    types=QUEUE,
    reads=("policy",),
    related={QUEUE_POLICY: ("queueUrl", "policy")},
    check=_tls(QUEUE_POLICY, "queueUrl", "sqs:SendMessage"),
    why="The endpoint also answers over plain HTTP.",
    fix='QueuePolicy with Deny sqs:* to "*" when {"Bool": {"aws:SecureTransport": "false"}}',
    url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
)


def _dead_letters(queue: Resource, scope: Scope) -> Iterator[Outcome]:
    has_one = has_value(queue.get("redrivePolicy")) or scope.stack.referring(queue, REDRIVE, "queueUrl")
    is_one = has_value(queue.get("redriveAllowPolicy")) or any(
        scope.stack.referring(queue, token, prop)
        for token, prop in (
            (QUEUE, "redrivePolicy"),
            (REDRIVE, "redrivePolicy"),
            ("aws:lambda/function:Function", "deadLetterConfig"),
            ("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "destinationConfig"),
            ("aws:cloudwatch/eventTarget:EventTarget", "deadLetterConfig"),
            ("aws:sns/topicSubscription:TopicSubscription", "redrivePolicy"),
            ("aws:scheduler/schedule:Schedule", "target"),
        )
    )
    if not has_one and not is_one:
        yield "has no dead-letter queue and is none"


declare(
    "P.SQS.dlq",
    "medium",
    Kind.PRODUCTION,
    "Queues should have a dead-letter queue",
    types=QUEUE,
    reads=("redrivePolicy", "redriveAllowPolicy"),
    related={REDRIVE: ("queueUrl", "redrivePolicy"), "aws:lambda/function:Function": ("deadLetterConfig",)},
    check=_dead_letters,
    references=("redrivePolicy", "redriveAllowPolicy"),
    why="A message that always fails is tried until it expires, and then is gone without a word.",
    fix='redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}))',
    url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)


def _bus_policy(bus: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.attached(bus, BUS_POLICY, "eventBusName", "name"):
        yield "has no resource policy"


declare(
    "EventBridge.3",
    "low",
    Kind.ADVICE,
    "EventBridge custom event buses should have a resource-based policy attached",
    types=BUS,
    reads=("name",),
    related={BUS_POLICY: ("eventBusName",)},
    check=_bus_policy,
    why="Advisory: without a policy only the account's own identities may send, which is what most buses want.",
    fix="cloudwatch.EventBusPolicy(event_bus_name=bus.name, policy=...)",
)

declare(
    "EventBridge.4",
    "medium",
    Kind.PRODUCTION,
    "EventBridge global endpoints should have event replication enabled",
    types="aws:cloudwatch/eventEndpoint:EventEndpoint",
    check=one_of("replicationConfig.state", ("ENABLED",), absent=True),
    why="Without replication events are lost when the endpoint fails over.",
    fix='replication_config={"state": "ENABLED"}',
    frameworks="NIST",
)

declare(
    "P.EB.open-bus",
    "high",
    Kind.EXPOSURE,
    "Event buses should not take events from everybody",
    types=BUS_POLICY,
    reads=("policy",),
    check=_closed,
    why="Anybody could start your functions, with events of their making.",
    fix='"Principal": {"AWS": "arn:aws:iam::123456789012:root"}',
    url="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
)

declare(
    "P.EB.kms",
    "medium",
    Kind.CUSTOMER_KEY,
    "Event buses should use a customer-managed key",
    types=BUS,
    check=is_set("kmsKeyIdentifier"),
    why="Events are encrypted with a key of AWS's; your own can be refused and audited.",
    fix="kms_key_identifier=key.arn",
    url="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption.html",
)
