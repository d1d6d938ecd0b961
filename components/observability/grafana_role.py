"""The role with which Grafana reads CloudWatch."""

from __future__ import annotations

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.documents import json_document
from components.grant import Statement
from components.iam import policy_document
from components.names import Names
from settings.outsiders import Grafana


class GrafanaRole(Component):
    """A role that Grafana's account takes with an external id, and that reads metrics and nothing else.

    Costs nothing; each metric that Grafana asks for costs 0.01 USD a thousand.

    Replaced by: another name of system or stage.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html

    Args:
        name: Logical name.
        settings: Grafana's account and external id.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        role: The role.
    """

    token = "observability:GrafanaRole"  # noqa: S105 - a type token

    def __init__(
        self, name: str, *, settings: Grafana, names: Names, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts=opts)
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{settings.account_id}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": settings.external_id}},
        }
        self.role = iam.Role(
            name,
            name=names.physical("grafana", limit=64),
            description="Grafana reads the metrics of CloudWatch",
            assume_role_policy=json_document({"Version": "2012-10-17", "Statement": [trust]}),
            tags=self.tags,
            opts=self.child(),
        )
        reads = Statement(
            sid="ReadMetrics",
            actions=["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
            resources=["*"],
        )
        alarms = Statement(
            sid="ReadAlarms",
            actions=["cloudwatch:DescribeAlarms"],
            resources=[names.arn("cloudwatch", f"alarm:{names.physical('*')}")],
        )
        iam.RolePolicy(name, role=self.role.name, policy=policy_document([reads, alarms]), opts=self.child())
        self.register_outputs({"arn": self.role.arn})
