"""The record of a VPC's traffic."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2

from components.component import Component
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from settings.network import FlowLogs as FlowLogSettings

#: Folder of the log bucket that receives the records; its lifecycle rule ends them.
FLOW_LOG_PREFIX = "flow-logs"


class FlowLogs(Component):
    """Flow logs of a VPC, in S3 or in CloudWatch Logs.

    Costs by the GB: 0.25 USD to S3, 0.50 to CloudWatch Logs. In S3 the log bucket's policy must admit
    ``delivery.logs.amazonaws.com`` and its lifecycle ends the records; in CloudWatch Logs the group's retention does.
    Any change replaces the flow log, never the records.
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3.html

    Args:
        name: Logical name.
        settings: Destination, retention and kind of traffic.
        names: Names of the stack.
        vpc_id: The VPC.
        log_bucket_arn: Bucket for records in S3.
        log_access: What must exist before AWS may write there: the bucket's policy.
        opts: Options of the component.

    Raises:
        ValueError: The destination is S3 and no bucket was given.
    """

    token = "network:FlowLogs"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: FlowLogSettings,
        names: Names,
        vpc_id: pulumi.Input[str],
        log_bucket_arn: pulumi.Input[str] | None = None,
        log_access: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.flow_log = (
            self._to_s3(vpc_id, log_bucket_arn, log_access)
            if settings.destination == "s3"
            else self._to_cloudwatch(vpc_id)
        )
        self.register_outputs({"id": self.flow_log.id})

    def _to_s3(
        self, vpc_id: pulumi.Input[str], bucket_arn: pulumi.Input[str] | None, access: Sequence[pulumi.Resource]
    ) -> ec2.FlowLog:
        if bucket_arn is None:
            raise ValueError("flow logs go to S3 and no bucket receives logs")
        return ec2.FlowLog(
            self.logical_name,
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic_type,
            log_destination_type="s3",
            log_destination=pulumi.Output.concat(bucket_arn, "/", FLOW_LOG_PREFIX, "/"),
            tags={**self.tags, "Name": self.logical_name},
            opts=self.child(depends_on=list(access)),
        )

    def _to_cloudwatch(self, vpc_id: pulumi.Input[str]) -> ec2.FlowLog:
        # Only this destination needs CloudWatch; loading it costs time that the other need not spend.
        from pulumi_aws import cloudwatch

        group_name = self._names.path("flow-logs")
        group = cloudwatch.LogGroup(
            f"{self.logical_name}-group",
            name=group_name,
            retention_in_days=self._settings.retention_days,
            tags=self.tags,
            opts=self.child(),
        )
        role = create_service_role(
            self,
            f"{self.logical_name}-role",
            service="vpc-flow-logs.amazonaws.com",
            description="Delivers VPC flow logs",
            names=self._names,
            statements=[
                Statement(
                    sid="WriteFlowLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    resources=[self._names.arn("logs", f"log-group:{group_name}:*")],
                ),
                Statement(
                    sid="FindLogGroup",
                    actions=["logs:DescribeLogGroups"],
                    resources=[self._names.arn("logs", "log-group:*")],
                ),
            ],
        )
        return ec2.FlowLog(
            self.logical_name,
            vpc_id=vpc_id,
            traffic_type=self._settings.traffic_type,
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={**self.tags, "Name": self.logical_name},
            opts=self.child(depends_on=role.resources),
        )
