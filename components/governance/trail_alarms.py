"""Alarms on what the account's trail records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from components.observability import runbooks

#: What rings: the pattern that finds it in an event, and what the alarm says.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "root-user": (
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
        "Somebody used the root user, which nobody needs",
    ),
    "trail-changed": (
        "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || "
        "($.eventName=StartLogging) || ($.eventName=StopLogging)}",
        "Somebody changed or stopped the trail",
    ),
}


class TrailAlarms(Component):
    """An alarm each on the use of the root user and on a change of the trail itself.

    Costs at rest: 0.20 USD a month for two alarms and the metrics of their filters, where something rang.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html

    Args:
        name: Logical name.
        names: Names of the stack.
        log_group_name: Log group that receives the trail's events.
        topic_arn: Topic that is told.
        opts: Options of the component.
    """

    token = "governance:TrailAlarms"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        log_group_name: pulumi.Input[str],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        namespace = names.physical("trail")
        for event, (pattern, description) in EVENTS.items():
            cloudwatch.LogMetricFilter(
                f"{name}-{event}",
                name=names.physical(event),
                log_group_name=log_group_name,
                pattern=pattern,
                metric_transformation={"name": event, "namespace": namespace, "value": "1"},
                opts=self.child(delete_before_replace=True),
            )
            cloudwatch.MetricAlarm(
                f"{name}-{event}",
                name=names.physical(event, limit=255),
                alarm_description=f"{description}. {runbooks.shared(event)}",
                namespace=namespace,
                metric_name=event,
                statistic="Sum",
                period=300,
                comparison_operator="GreaterThanOrEqualToThreshold",
                threshold=1,
                evaluation_periods=1,
                # Nothing is recorded while nothing happens.
                treat_missing_data="notBreaching",
                alarm_actions=[topic_arn],
                tags=self.tags,
                opts=self.child(),
            )
        self.register_outputs({})
