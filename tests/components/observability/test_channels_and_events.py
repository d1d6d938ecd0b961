"""Further ways to people, the events that take them, certificates that expire, and widgets of a system's own."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from components.observability.metric_alarms import Target
from components.observability.own_widgets import own_widgets
from guardrails.resource import ABSENT
from settings.events import EventRule
from settings.metric_alarms import MetricAlarm
from settings.observability import Channel
from settings.widgets import Widget
from tests.support.program import Sample, sample_of
from tests.support.sections import names

TOPIC, SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SLACK = {"teamId": "T0123ABCD", "channelId": "C0123ABCD"}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1f0c3b9a-7e24-68d0-c1b3-f5a7986e4d2c"


@functools.cache
def planned() -> Sample:
    def program() -> None:
        from components.observability.certificate_alarms import CertificateAlarms
        from components.observability.event_rules import EventRules
        from components.observability.metric_alarms import MetricAlarms
        from components.observability.notifications import Notifications

        mail = Notifications(
            "notifications",
            settings=Channel.model_validate({"emails": ["team@example.com"]}),
            names=names(),
            kms_key_arn=KEY,
        )
        page = Notifications(
            "notifications-page",
            settings=Channel.model_validate({"webhook": "https://page.example.com/key-1234", "slack": SLACK}),
            names=names(),
            channel="page",
            kms_key_arn=KEY,
        )
        alarm = {"description": "Too slow", "watches": "functions", "metric": "Duration", "threshold": 1}
        MetricAlarms(
            "alarms",
            settings={
                "loud": MetricAlarm.model_validate({**alarm, "channel": "page"}),
                "calm": MetricAlarm.model_validate(alarm),
            },
            names=names(),
            targets={"functions": Target(namespace="AWS/Lambda", dimensions={})},
            topic_arn=mail.arn,
            channels={"page": page.arn},
        )
        EventRules(
            "events",
            settings={
                "failed": EventRule.model_validate(
                    {"description": "A document failed", "detailTypes": ["DocumentFailed"]}
                )
            },
            names=names(),
            topics={"failed": page},
            kms_key_arn=KEY,
        )
        CertificateAlarms(
            "certificates",
            names=names(),
            days=30,
            certificate_arns={"us-east-1": "arn:aws:acm:us-east-1:123456789012:certificate/1f0c3b9a"},
            topic_arns={"us-east-1": mail.arn},
        )

    return sample_of(program)


def test_each_channel_is_a_topic_of_its_own() -> None:
    topics = {topic.get("name"): topic.get("kmsMasterKeyId") for topic in planned().all(TOPIC)}
    assert topics == {"shop-prod-notifications": KEY, "shop-prod-notifications-page": KEY}


def test_a_webhook_is_called_over_https_and_its_address_kept_secret() -> None:
    sample = planned()
    hook = sample.one(SUBSCRIPTION, protocol="https")
    assert sample.refers(hook, "topic") == {"notifications-page"}
    assert hook.get("endpointAutoConfirms") is True
    assert "key-1234" not in json.dumps(sample.planned(hook).inputs, default=str)
    assert [s.get("endpoint") for s in sample.all(SUBSCRIPTION, protocol="email")] == ["team@example.com"]


def test_slack_hears_the_channel_that_names_it() -> None:
    sample = planned()
    slack = sample.one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    assert sample.refers(slack, "snsTopicArns") == {"notifications-page"}


def test_an_alarm_tells_the_channel_that_it_chose() -> None:
    sample = planned()
    loud, calm = sample.one(ALARM, name="shop-prod-loud"), sample.one(ALARM, name="shop-prod-calm")
    for prop in ("alarmActions", "okActions"):
        assert sample.refers(loud, prop) == {"notifications-page"}
        assert sample.refers(calm, prop) == {"notifications"}
    assert calm.get("dimensions") is ABSENT


def test_an_event_reaches_its_topic_through_a_role_that_may_publish_there_alone() -> None:
    sample = planned()
    rule = sample.one("aws:cloudwatch/eventRule:EventRule")
    assert json.loads(rule.get("eventPattern")) == {"source": ["shop"], "detail-type": ["DocumentFailed"]}
    target = sample.one("aws:cloudwatch/eventTarget:EventTarget")
    assert sample.refers(target, "arn") == {"notifications-page"}
    assert sample.refers(target, "roleArn") == {"events-publish"}
    role = sample.one("aws:iam/role:Role", description="Hands events of the application to the topics of this stack")
    assert '"events.amazonaws.com"' in role.get("assumeRolePolicy")


def test_a_certificate_rings_thirty_days_before_it_expires() -> None:
    alarm = planned().one(ALARM, metricName="DaysToExpiry")
    assert (alarm.get("namespace"), alarm.get("threshold")) == ("AWS/CertificateManager", 30)
    assert alarm.get("comparisonOperator") == "LessThanThreshold"
    assert alarm.get("region") == "us-east-1"


def widget(**overrides: Any) -> Widget:
    return Widget.model_validate(
        {
            "title": "Calls of a user",
            "metrics": {"calls": {"watches": "functions", "metric": "Invocations"}},
            **overrides,
        }
    )


TARGETS = {
    "functions": Target(namespace="AWS/Lambda", dimensions={}),
    "bucket:documents": Target(namespace="AWS/S3", dimensions={"BucketName": "docs"}),
}


def test_a_widget_shows_its_metrics() -> None:
    metrics = {
        "wait": {"watches": "bucket:documents", "metric": "FirstByteLatency", "stat": "p95"}
        | {"dimensions": {"FilterId": "EntireBucket"}}
    }
    (graph,) = own_widgets({"a": widget(metrics=metrics, limit=5)}, TARGETS, "us-east-1")["service-health"]
    (line,) = graph["properties"]["metrics"]
    assert line[:-1] == ["AWS/S3", "FirstByteLatency", "BucketName", "docs", "FilterId", "EntireBucket"]
    assert line[-1] == {"id": "wait", "stat": "p95"}
    assert graph["properties"]["annotations"]["horizontal"][0]["value"] == 5


def test_arithmetic_hides_what_it_calculates_with() -> None:
    placed = own_widgets({"a": widget(expressions={"twice": "2*calls"}, dashboard="api")}, TARGETS, "eu-west-1")
    (graph,) = placed["api"]
    shown, hidden = graph["properties"]["metrics"]
    assert shown == [{"expression": "2*calls", "id": "e1", "label": "twice"}]
    assert hidden[-1] == {"id": "calls", "stat": "Sum", "visible": False}
    assert graph["properties"]["region"] == "eu-west-1"
    assert own_widgets({"a": widget(enabled=False)}, TARGETS, "eu-west-1") == {}


def test_an_expression_over_no_metric_is_refused() -> None:
    with pytest.raises(ValueError, match='"users" is none of its metrics'):
        widget(expressions={"each": "calls/users"})
