"""AWS Cost Anomaly Detection: told when the system suddenly costs more than it used to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import costexplorer

from components.component import Component
from components.documents import json_document
from components.governance.budget import amount
from components.names import Names
from settings.governance import CostAnomalies as CostAnomaliesSettings

#: What tells of anomalies.
PUBLISHER = "costalerts.amazonaws.com"


class CostAnomalies(Component):
    """A monitor of what carries the system's ``project`` tag, and a subscription that tells the topic at once.

    A monitor reads one tag, so it counts every stage of the system in the account; the billing console must know
    ``project`` as a cost allocation tag. AWS learns from ten days or more.

    Costs nothing. A change of what is counted replaces the monitor.

    https://docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html

    Args:
        name: Logical name.
        settings: What is worth a message.
        names: Names of the stack.
        topic_arn: Topic that is told.
        topic_policy: The topic's policy; AWS tries the topic when the subscription is made.
        opts: Options of the component.

    Attributes:
        monitor: The monitor.
        subscription: The subscription.
    """

    token = "governance:CostAnomalies"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: CostAnomaliesSettings,
        names: Names,
        topic_arn: pulumi.Input[str],
        topic_policy: pulumi.Resource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.monitor = costexplorer.AnomalyMonitor(
            name,
            name=names.physical("cost-anomalies", limit=1024),
            monitor_type="CUSTOM",
            monitor_specification=json_document(
                {
                    # AWS answers with every key, so every key is named.
                    **dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or")),
                    "Tags": {"Key": "project", "MatchOptions": None, "Values": [names.system]},
                }
            ),
            tags=self.tags,
            opts=self.child(),
        )
        self.subscription = costexplorer.AnomalySubscription(
            name,
            name=names.physical("cost-spike", limit=1024),
            frequency="IMMEDIATE",
            monitor_arn_lists=[self.monitor.arn],
            subscribers=[costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=topic_arn)],
            threshold_expression=costexplorer.AnomalySubscriptionThresholdExpressionArgs(
                dimension=costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
                    key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    match_options=["GREATER_THAN_OR_EQUAL"],
                    values=[amount(settings.above_usd)],
                )
            ),
            tags=self.tags,
            opts=self.child(depends_on=[topic_policy]),
        )
        self.register_outputs({})


def publisher_statement(names: Names, topic_arn: pulumi.Input[str]) -> Mapping[str, Any]:
    """What a topic's policy must say so that anomalies of this account are told.

    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html

    Args:
        names: Names of the stack.
        topic_arn: The topic.
    """
    return {
        "Sid": "CostAnomalies",
        "Effect": "Allow",
        "Principal": {"Service": PUBLISHER},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
    }


def key_statement(names: Names) -> Mapping[str, Any]:
    """What the key of an encrypted topic must say for the same.

    Args:
        names: Names of the stack.
    """
    return {
        "Sid": "CostAnomalies",
        "Effect": "Allow",
        "Principal": {"Service": PUBLISHER},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
    }
