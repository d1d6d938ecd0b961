"""A bus of EventBridge, its rules, and what becomes of events that could not be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, sqs

from components.component import Component
from components.documents import json_document
from components.events.event_queue import EventQueue, queue_policy
from components.functions.lambda_function import LambdaFunction
from components.grant import Grant, Statement
from components.names import Names
from settings.event_bus import EventBus as EventBusSettings
from settings.event_bus import Rule, Target

#: Fourteen days, the longest that SQS keeps a message.
_KEPT_SECONDS: Final = 1_209_600
_PRINCIPAL: Final = "events.amazonaws.com"


class EventBus(Component):
    """A bus for the system's own events: its rules and targets, an archive, and a queue for events that were given up.

    An event is tried again with growing pauses for a day; then it waits fourteen days in the dead-letter queue. The
    archive keeps all of them and replays them on demand.

    Costs at rest: nothing; a million events cost 1 USD, archiving 0.10 USD a GB. Another name replaces the bus.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html

    Args:
        name: Logical name.
        settings: Rules, and how long events are kept.
        names: Names of the stack.
        functions: The stack's functions, by name.
        queues: The stack's queues, by name.
        kms_key_arn: Key that encrypts events and the dead-letter queue; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        arn: ARN, known before deployment where the account is.
        bus: The bus.
        dead_letters: Where events go that were given up; None without rules.
        rules: The rules by name.
    """

    token = "events:EventBus"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: EventBusSettings,
        names: Names,
        functions: Mapping[str, LambdaFunction],
        queues: Mapping[str, EventQueue],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._functions = functions
        self._queues = queues
        self.physical_name = bus_name(names)
        self.arn: pulumi.Input[str] = names.arn("events", f"event-bus/{self.physical_name}")
        self.bus = cloudwatch.EventBus(
            name,
            name=self.physical_name,
            description=f"What happens in {names.system}, {names.stage}",
            kms_key_identifier=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )
        self._admit_account()
        self._archive(settings.archive_days)
        rules = {key: rule for key, rule in settings.rules.items() if self._told(rule)}
        self.dead_letters = self._keep_undelivered(rules, kms_key_arn) if rules else None
        self.rules = {key: self._create_rule(key, rule) for key, rule in rules.items()}
        self._open_queues(rules)
        self.register_outputs({"name": self.physical_name})

    def _told(self, rule: Rule) -> dict[str, Target]:
        """The targets that exist in this stack."""
        return {
            key: target
            for key, target in rule.targets.items()
            if target.function in self._functions or target.queue in self._queues
        }

    def _rule_arn(self, rule: str) -> pulumi.Input[str]:
        return self._names.arn("events", f"rule/{self.physical_name}/{self._rule_name(rule)}")

    def _rule_name(self, rule: str) -> str:
        return self._names.physical(rule, limit=64)

    def _admit_account(self) -> None:
        """Say that this account's identities alone put events, by rights of their own."""
        root = self._names.arn("iam", "root", region="")
        cloudwatch.EventBusPolicy(
            self.logical_name,
            event_bus_name=self.bus.name,
            policy=json_document(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "OwnAccount",
                            "Effect": "Allow",
                            "Principal": {"AWS": root},
                            "Action": "events:PutEvents",
                            "Resource": self.arn,
                        }
                    ],
                }
            ),
            opts=self.child(),
        )

    def _archive(self, days: int | None) -> None:
        if days is None:
            return
        cloudwatch.EventArchive(
            self.logical_name,
            name=self._names.physical("events", limit=48),
            description="Every event, to be replayed",
            event_source_arn=self.bus.arn,
            retention_days=days,
            opts=self.child(),
        )

    def _keep_undelivered(self, rules: Mapping[str, Rule], kms_key_arn: pulumi.Input[str] | None) -> sqs.Queue:
        queue_name = self._names.physical("events-undelivered", limit=80)
        arn = self._names.arn("sqs", queue_name)
        queue = sqs.Queue(
            f"{self.logical_name}-undelivered",
            name=queue_name,
            message_retention_seconds=_KEPT_SECONDS,
            sqs_managed_sse_enabled=True if kms_key_arn is None else None,
            kms_master_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )
        may_send = {
            "Sid": "Undelivered",
            "Effect": "Allow",
            "Principal": {"Service": _PRINCIPAL},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": [self._rule_arn(rule) for rule in sorted(rules)]}},
        }
        sqs.QueuePolicy(
            f"{self.logical_name}-undelivered",
            queue_url=queue.url,
            policy=queue_policy(arn, (may_send,)),
            opts=self.child(),
        )
        return queue

    def _create_rule(self, key: str, settings: Rule) -> cloudwatch.EventRule:
        rule = cloudwatch.EventRule(
            f"{self.logical_name}-{key}",
            name=self._rule_name(key),
            description=settings.description,
            event_bus_name=self.bus.name,
            event_pattern=json_document(settings.pattern),
            state="ENABLED" if settings.enabled else "DISABLED",
            tags=self.tags,
            opts=self.child(),
        )
        for place, target in self._told(settings).items():
            self._tell(key, rule, place, target)
        return rule

    def _tell(self, key: str, rule: cloudwatch.EventRule, place: str, target: Target) -> None:
        name = f"{self.logical_name}-{key}-{place}"
        after: list[pulumi.Resource] = []
        if target.function is not None:
            function = self._functions[target.function]
            arn: pulumi.Input[str] = function.alias.arn
            after.append(function.admit(self, name, principal=_PRINCIPAL, source_arn=self._rule_arn(key)))
        else:
            assert target.queue is not None
            arn = self._queues[target.queue].queue.arn
        assert self.dead_letters is not None
        cloudwatch.EventTarget(
            name,
            rule=rule.name,
            event_bus_name=self.bus.name,
            target_id=place,
            arn=arn,
            retry_policy=cloudwatch.EventTargetRetryPolicyArgs(
                maximum_retry_attempts=target.retries, maximum_event_age_in_seconds=target.max_age_seconds
            ),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=self.dead_letters.arn),
            opts=self.child(depends_on=after),
        )

    def _open_queues(self, rules: Mapping[str, Rule]) -> None:
        for key, queue in self._queues.items():
            senders = {
                name: self._rule_arn(name)
                for name, rule in rules.items()
                if any(target.queue == key for target in rule.targets.values())
            }
            queue.admit(self, senders)


def bus_name(names: Names) -> str:
    """The exact name of the stack's bus."""
    return names.physical("events", limit=256)


def bus_grant(names: Names) -> Grant:
    """Let a function put events on the stack's bus, whose name it finds in ``EVENT_BUS``.

    The bus calls functions, and functions put events on it: so the right is known before the bus exists.

    Args:
        names: Names of the stack.
    """
    name = bus_name(names)
    return Grant(
        environment={"EVENT_BUS": name},
        statements=[
            Statement(
                sid="PutEvents", actions=["events:PutEvents"], resources=[names.arn("events", f"event-bus/{name}")]
            )
        ],
    )
