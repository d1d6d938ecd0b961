"""The topic: who may publish, who is told, and the key that it must not have."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names

SLACK = {"teamId": "T0123456789", "channelId": "C0123456789"}


@functools.cache
def _planned(described: str, key: str | None, region: str | None) -> Sample:
    def create() -> None:
        from components.observability.notifications import Notifications

        Notifications(
            "notifications",
            settings=data.notifications(**json.loads(described)),
            names=names(),
            kms_key_arn=key,
            region=region,
        )

    return sample_of(create)


def planned(key: str | None = None, region: str | None = None, **overrides: Any) -> Sample:
    """The plan of the topic, made once."""
    return _planned(json.dumps(overrides), key, region)


@pytest.mark.requirement("PIKA-84")
def test_every_address_is_subscribed() -> None:
    sample = planned(emails=["a@shop.example", "b@shop.example"])
    found = sample.all("aws:sns/topicSubscription:TopicSubscription", protocol="email")
    assert [s.get("endpoint") for s in found] == ["a@shop.example", "b@shop.example"]
    assert all(sample.refers(s, "topic") == {"notifications"} for s in found)


def test_the_topic_never_has_the_key_that_would_silence_alarms() -> None:
    assert planned().one("aws:sns/topic:Topic").get("kmsMasterKeyId") is ABSENT
    assert planned(data.KEY).one("aws:sns/topic:Topic").get("kmsMasterKeyId") == data.KEY


def test_alarms_and_budgets_of_this_account_may_publish_and_over_tls_alone() -> None:
    policy = json.loads(planned().one("aws:sns/topicPolicy:TopicPolicy").get("policy"))
    by_id = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_id["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    publishers = {sid: s["Principal"]["Service"] for sid, s in by_id.items() if s["Effect"] == "Allow"}
    assert publishers == {"Alarms": "cloudwatch.amazonaws.com", "Budgets": "budgets.amazonaws.com"}
    for sid in publishers:
        assert by_id[sid]["Action"] == "sns:Publish"
        assert by_id[sid]["Resource"] == "arn:aws:sns:us-east-1:123456789012:shop-prod-notifications"
        assert by_id[sid]["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_a_topic_for_health_checks_lives_where_they_report() -> None:
    sample = planned(region="us-west-2")
    for token in (
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    ):
        assert sample.one(token).get("region") == "us-west-2"
    policy = sample.one("aws:sns/topicPolicy:TopicPolicy").get("policy")
    assert "arn:aws:sns:us-west-2:123456789012:shop-prod-notifications" in policy
    assert "us-east-1" not in policy


def test_slack_can_look_at_this_stacks_alarms_and_do_nothing_else() -> None:
    sample = planned(slack=SLACK)
    channel = sample.one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    assert channel.get("slackTeamId") == "T0123456789"
    assert sample.refers(channel, "snsTopicArns") == {"notifications"}
    assert sample.refers(channel, "guardrailPolicyArns") == {"notifications-slack"}
    assert channel.get("userAuthorizationRequired") is True
    for token in ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"):
        (statement,) = json.loads(sample.one(token).get("policy"))["Statement"]
        assert statement["Action"] == ["cloudwatch:DescribeAlarms"]
        assert statement["Resource"] == ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop-prod-*"]
    assert planned().all("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration") == []
