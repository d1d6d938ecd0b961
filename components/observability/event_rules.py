"""Events of the application that people are told of."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.documents import json_document
from components.grant import Grant, Statement
from components.iam import create_service_role
from components.names import Names
from components.observability.notifications import Notifications
from components.secrets.key_access import READ_WRITE, key_statements
from settings.events import EventRule

#: The bus that every account has.
BUS = "default"


class EventRules(Component):
    """A rule on the account's event bus for each kind of event, which hands it to a topic.

    The rules take a role to publish, so that the topic's policy needs no statement for EventBridge.

    Costs at rest: nothing; an event costs a dollar a million.

    Replaced by: another name of a rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html

    Args:
        name: Logical name.
        settings: Rules by name.
        names: Names of the stack.
        topics: Topic that each rule tells, by the rule's name.
        kms_key_arn: Key that encrypts the topics; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        rules: The rules by name.
    """

    token = "observability:EventRules"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, EventRule],
        names: Names,
        topics: Mapping[str, Notifications],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        role = create_service_role(
            self,
            f"{name}-publish",
            service="events.amazonaws.com",
            description="Hands events of the application to the topics of this stack",
            names=names,
            statements=[
                Statement(
                    sid="Publish",
                    actions=["sns:Publish"],
                    resources=[topic.known_arn for topic in topics.values()],
                ),
                *key_statements(names, kms_key_arn, "sns", READ_WRITE),
            ],
        )
        self.rules = {
            key: cloudwatch.EventRule(
                f"{name}-{key}",
                name=names.physical(key, limit=64),
                description=rule.description,
                event_pattern=json_document({"source": [names.system], "detail-type": list(rule.detail_types)}),
                state="ENABLED",
                tags=self.tags,
                opts=self.child(),
            )
            for key, rule in settings.items()
        }
        for key, rule in self.rules.items():
            cloudwatch.EventTarget(
                f"{name}-{key}",
                rule=rule.name,
                arn=topics[key].arn,
                role_arn=role.arn,
                opts=self.child(depends_on=role.resources),
            )
        self.register_outputs({})


def events_grant(names: Names) -> Grant:
    """What the link ``events`` gives: to put events of this system on the account's bus, and of no other.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    return Grant(
        environment={"EVENT_SOURCE": names.system},
        statements=[
            Statement(
                sid="PutEvents",
                actions=["events:PutEvents"],
                resources=[names.arn("events", f"event-bus/{BUS}")],
                conditions={"StringEquals": {"events:source": names.system}},
            )
        ],
    )
