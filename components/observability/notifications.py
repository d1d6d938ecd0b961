"""Who is told of alarms and spending: a topic, its subscribers, a Slack channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import iam, sns

from components.component import Component
from components.documents import json_document
from components.grant import Statement
from components.iam import policy_document, trust_document
from components.names import Names
from settings.observability import Channel, Slack


class Notifications(Component):
    """A topic that alarms and budgets publish to, and its subscribers: addresses, a webhook, a Slack channel.

    Costs at rest: nothing; the first 1,000 e-mails a month are free. A change of an address replaces its subscription,
    which must be confirmed again; a change of the region replaces the topic.

    The topic is encrypted with the customer key where the stack has one. AWS's own ``alias/aws/sns`` is no choice: its
    policy admits neither CloudWatch nor Budgets and cannot be changed, so alarms would fail without a sound. Without a
    customer key the topic has no key of its own; SNS encrypts its disks either way.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services

    Args:
        name: Logical name.
        settings: Addresses, webhook and Slack channel.
        channel: Name of the channel, where it is not the one that hears all other news.
        names: Names of the stack.
        kms_key_arn: Customer key, in the topic's region.
        region: Another region than the stack's; Route 53's health checks report to us-east-1 alone.
        cost_anomalies: Whether AWS Cost Anomaly Detection tells it too.
        opts: Options of the component.

    Attributes:
        topic: The topic.
        arn: Its ARN.
        known_arn: The same for documents; plain text where the account is known.
        policy: Its policy; what publishes waits for it.
    """

    token = "observability:Notifications"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Channel,
        names: Names,
        channel: str | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        region: str | None = None,
        cost_anomalies: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._region = region
        self._cost_anomalies = cost_anomalies
        self._roles = () if channel is None else (channel,)
        # The name is exact so that the policy can be judged before the topic exists.
        topic_name = names.physical("notifications", *self._roles, limit=256)
        self.topic = sns.Topic(
            name,
            name=topic_name,
            kms_master_key_id=kms_key_arn,
            region=region,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        self.arn: pulumi.Output[str] = self.topic.arn
        self.known_arn = names.arn("sns", topic_name, region=region)
        self.policy = self._admit_publishers(self.known_arn)
        for address in settings.emails:
            self._subscribe(address)
        if settings.webhook is not None:
            self._call(settings.webhook.get_secret_value())
        self.slack = None if settings.slack is None else self._join_slack(settings.slack)
        self.register_outputs({"arn": self.arn})

    def _admit_publishers(self, topic_arn: pulumi.Input[str]) -> sns.TopicPolicy:
        statements = [*topic_policy_statements(self._names, topic_arn, self._region)]
        if self._cost_anomalies:
            from components.governance.cost_anomalies import publisher_statement

            statements.append(publisher_statement(self._names, topic_arn))
        return sns.TopicPolicy(
            self.logical_name,
            arn=self.arn,
            policy=json_document({"Version": "2012-10-17", "Statement": statements}),
            region=self._region,
            opts=self.child(),
        )

    def _subscribe(self, address: str) -> None:
        sns.TopicSubscription(
            f"{self.logical_name}-{address.replace('@', '-at-')}",
            topic=self.arn,
            protocol="email",
            endpoint=pulumi.Output.secret(address),
            region=self._region,
            opts=self.child(),
        )

    def _call(self, address: str) -> None:
        sns.TopicSubscription(
            f"{self.logical_name}-webhook",
            topic=self.arn,
            protocol="https",
            # It holds a key, so state and plan keep it secret.
            endpoint=pulumi.Output.secret(address),
            endpoint_auto_confirms=True,
            region=self._region,
            opts=self.child(),
        )

    def _join_slack(self, slack: Slack) -> pulumi.Resource:
        # Only a stack with Slack needs the service's module; loading it costs time that the others need not spend.
        from pulumi_aws import chatbot

        may_look = [
            Statement(
                sid="LookAtAlarms",
                actions=["cloudwatch:DescribeAlarms"],
                resources=[self._names.arn("cloudwatch", f"alarm:{self._names.physical('*')}")],
            )
        ]
        role = iam.Role(
            f"{self.logical_name}-slack",
            description="What people can ask for from Slack: the state of this stack's alarms",
            assume_role_policy=trust_document("chatbot.amazonaws.com", self._names),
            tags=self.tags,
            opts=self.child(),
        )
        iam.RolePolicy(
            f"{self.logical_name}-slack", role=role.name, policy=policy_document(may_look), opts=self.child()
        )
        # The guardrail holds whatever role a member of the channel takes.
        guardrail = iam.Policy(
            f"{self.logical_name}-slack",
            description="The most that anybody in the Slack channel can do",
            policy=policy_document(may_look),
            tags=self.tags,
            opts=self.child(),
        )
        return chatbot.SlackChannelConfiguration(
            f"{self.logical_name}-slack",
            configuration_name=self._names.physical("slack", *self._roles, limit=128),
            slack_team_id=slack.team_id,
            slack_channel_id=slack.channel_id,
            iam_role_arn=role.arn,
            guardrail_policy_arns=[guardrail.arn],
            sns_topic_arns=[self.arn],
            logging_level="ERROR",
            user_authorization_required=True,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )


def topic_policy_statements(
    names: Names, topic_arn: pulumi.Input[str], region: str | None = None
) -> Sequence[Mapping[str, Any]]:
    """TLS or nothing; alarms and budgets of this account may publish.

    Args:
        names: Names of the stack.
        topic_arn: The topic.
        region: The topic's region, where it is not the stack's.
    """
    return [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": names.account},
                "ArnLike": {"aws:SourceArn": names.arn("cloudwatch", "alarm:*", region=region)},
            },
        },
        {
            # https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
            "Sid": "Budgets",
            "Effect": "Allow",
            "Principal": {"Service": "budgets.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": names.account},
                "ArnLike": {"aws:SourceArn": names.arn("budgets", "*", region="")},
            },
        },
    ]
