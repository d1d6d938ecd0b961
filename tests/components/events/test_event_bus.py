"""The bus of events, its rules and queues: who is told, and what becomes of what could not be told."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

import guardrails
from components.grant import Grant
from guardrails.resource import ABSENT, Resource
from guardrails.stack_config import StackConfig
from tests.support.data import KEY
from tests.support.functions import function
from tests.support.happenings import RULE, event_bus, queue
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tierwise.preview.checks import check

BUS, RULE_TYPE = "aws:cloudwatch/eventBus:EventBus", "aws:cloudwatch/eventRule:EventRule"
TARGET, ARCHIVE = "aws:cloudwatch/eventTarget:EventTarget", "aws:cloudwatch/eventArchive:EventArchive"
QUEUE, POLICY = "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"
RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/shop-prod-events/shop-prod-order-placed"


@functools.cache
def _planned(bus: str, queues: str, kms_key_arn: str | None) -> tuple[Sample, dict[str, Grant]]:
    grants: dict[str, Grant] = {}

    def create() -> None:
        from components.events.event_bus import EventBus, bus_grant
        from components.events.event_queue import EventQueue
        from components.functions.lambda_function import LambdaFunction

        orders = LambdaFunction(
            "orders", function="orders", settings=function(asyncCalls={}), names=names(), kms_key_arn=kms_key_arn
        )
        made = {
            key: EventQueue(
                f"queue-{key}", queue=key, settings=queue(**settings), names=names(), kms_key_arn=kms_key_arn
            )
            for key, settings in json.loads(queues).items()
        }
        EventBus(
            "events",
            settings=event_bus(**json.loads(bus)),
            names=names(),
            functions={"orders": orders},
            queues=made,
            kms_key_arn=kms_key_arn,
        )
        grants["bus"] = bus_grant(names())
        for key, item in made.items():
            grants[f"{key}-send"], grants[f"{key}-receive"] = item.grant("orders"), item.grant("orders", "receive")

    return sample_of(create), grants


def planned(queues: dict[str, Any] | None = None, kms_key_arn: str | None = None, **overrides: Any) -> Sample:
    """The plan of a bus with queues, made once."""
    return _planned(json.dumps(overrides), json.dumps(queues or {}), kms_key_arn)[0]


def statements(policy: Resource) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(policy.get("policy"))["Statement"]}


def test_a_rule_tells_the_function_that_callers_use() -> None:
    sample = planned()
    rule = sample.one(RULE_TYPE)
    assert json.loads(rule.get("eventPattern")) == RULE["pattern"]
    assert rule.get("state") == "ENABLED"
    assert sample.refers(rule, "eventBusName") == {"events"}
    target = sample.one(TARGET)
    assert any("alias:Alias::orders" in urn for urn in target.property_dependencies["arn"])
    permission = sample.one("aws:lambda/permission:Permission")
    assert permission.get("principal") == "events.amazonaws.com"
    assert permission.get("sourceArn") == RULE_ARN
    assert permission.urn in target.dependencies


def test_what_cannot_be_told_is_tried_again_and_then_kept() -> None:
    target = planned().one(TARGET)
    assert target.get("retryPolicy") == {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 86400}
    assert planned().refers(target, "deadLetterConfig") == {"events-undelivered"}
    rule = {**RULE, "targets": {"record": {"function": "orders", "retries": 3, "maxAgeSeconds": 600}}}
    other = planned(rules={"order-placed": rule}).one(TARGET)
    assert other.get("retryPolicy") == {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 600}
    queue_ = planned().one(QUEUE, name="shop-prod-events-undelivered")
    assert queue_.get("messageRetentionSeconds") == 1_209_600


def test_only_the_rules_of_this_bus_send_to_the_dead_letter_queue() -> None:
    (policy,) = [p for p in planned().all(POLICY) if p.name == "events-undelivered"]
    found = statements(policy)
    assert found["Undelivered"]["Condition"] == {"ArnEquals": {"aws:SourceArn": [RULE_ARN]}}
    assert found["RefusePlainText"]["Effect"] == "Deny"


def test_events_are_kept_to_be_replayed_or_not() -> None:
    archive = planned().one(ARCHIVE)
    assert archive.get("retentionDays") == 30
    assert planned().refers(archive, "eventSourceArn") == {"events"}
    assert planned(archiveDays=None).all(ARCHIVE) == []


def test_a_rule_in_this_stack_needs_a_target_in_this_stack() -> None:
    rule = {**RULE, "targets": {"elsewhere": {"function": "invoices"}}}
    sample = planned(rules={"order-placed": rule})
    assert sample.all(RULE_TYPE) == []
    assert sample.all(QUEUE, name="shop-prod-events-undelivered") == []


def test_a_rule_can_rest() -> None:
    assert planned(rules={"order-placed": {**RULE, "enabled": False}}).one(RULE_TYPE).get("state") == "DISABLED"


def test_a_rule_fills_a_queue_that_admits_it_and_no_other() -> None:
    rule = {**RULE, "targets": {"later": {"queue": "grants"}}}
    sample = planned({"grants": {}, "other": {}}, rules={"order-placed": rule})
    assert sample.refers(sample.one(TARGET), "arn") == {"queue-grants"}
    policies = {p.name: statements(p) for p in sample.all(POLICY)}
    assert policies["events-to-queue-grants"]["Events0"]["Condition"] == {"ArnEquals": {"aws:SourceArn": RULE_ARN}}
    assert set(policies["events-to-queue-other"]) == {"RefusePlainText"}


def test_a_queue_gives_up_a_message_after_some_tries() -> None:
    sample = planned({"grants": {"maxReceives": 3, "retentionDays": 2, "visibilitySeconds": 60}})
    found = sample.one(QUEUE, name="shop-prod-grants")
    redrive = json.loads(found.get("redrivePolicy"))
    assert redrive == {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:shop-prod-grants-dead",
        "maxReceiveCount": 3,
    }
    assert (found.get("messageRetentionSeconds"), found.get("visibilityTimeoutSeconds")) == (172_800, 60)
    dead = sample.one(QUEUE, name="shop-prod-grants-dead")
    assert dead.get("messageRetentionSeconds") == 1_209_600
    assert json.loads(dead.get("redriveAllowPolicy"))["sourceQueueArns"] == [
        "arn:aws:sqs:us-east-1:123456789012:shop-prod-grants"
    ]
    assert {q.get("sqsManagedSseEnabled") for q in sample.all(QUEUE)} == {True}


def test_a_queue_that_keeps_order_says_so_in_its_name() -> None:
    sample = planned({"grants": {"fifo": True}})
    assert sample.one(QUEUE, name="shop-prod-grants.fifo").get("fifoQueue") is True
    assert sample.one(QUEUE, name="shop-prod-grants-dead.fifo").get("fifoQueue") is True


def test_senders_send_and_workers_receive() -> None:
    grants = _planned("{}", json.dumps({"grants": {}}), None)[1]
    (send,) = grants["grants-send"].statements
    (receive,) = grants["grants-receive"].statements
    assert list(send.actions) == ["sqs:SendMessage"]
    assert "sqs:ReceiveMessage" in receive.actions
    assert "sqs:SendMessage" not in receive.actions
    assert set(grants["grants-send"].addresses) == {"QUEUE_GRANTS"}
    (put,) = grants["bus"].statements
    assert list(put.resources) == ["arn:aws:events:us-east-1:123456789012:event-bus/shop-prod-events"]
    assert grants["bus"].environment == {"EVENT_BUS": "shop-prod-events"}


def test_a_customer_key_encrypts_events_and_messages() -> None:
    sample = planned({"grants": {}}, KEY)
    assert sample.one(BUS).get("kmsKeyIdentifier") == KEY
    assert {q.get("kmsMasterKeyId") for q in sample.all(QUEUE)} == {KEY}
    assert {q.get("sqsManagedSseEnabled") for q in sample.all(QUEUE)} == {ABSENT}


@pytest.mark.parametrize("queues", [{}, {"grants": {}}])
def test_aws_accepts_every_input_and_no_rule_is_broken(queues: dict[str, Any]) -> None:
    sample = planned(queues)
    assert check(sample.plan.resources) == []
    config = StackConfig.from_pulumi({"sample:tier": "prod"}, "sample", "test")
    judged = ("EventBridge", "SQS", "P.SQS", "P.Lambda.dlq", "Lambda.1")
    broken = [
        f"{f.policy} {f.message}"
        for f in guardrails.evaluate(sample.stack, config)
        if f.level == "mandatory" and f.policy.startswith(judged)
    ]
    assert broken == []
