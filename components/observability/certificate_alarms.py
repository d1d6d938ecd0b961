"""Alarms on certificates that are about to expire."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from components.observability import runbooks

_DAY = 86_400


class CertificateAlarms(Component):
    """An alarm for each certificate, in its region, that rings some days before the certificate expires.

    ACM renews what DNS validates, 45 days ahead; an alarm below that says that renewal fails, for example because
    somebody took the validation record away.

    Costs at rest: 0.10 USD a month each.

    https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html

    Args:
        name: Logical name.
        names: Names of the stack.
        days: Days to the expiry below which it rings.
        certificate_arns: Certificates by region.
        topic_arns: Topic that is told, by region; an alarm tells only its own.
        opts: Options of the component.
    """

    token = "observability:CertificateAlarms"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        days: int,
        certificate_arns: Mapping[str, pulumi.Input[str]],
        topic_arns: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        for region, arn in certificate_arns.items():
            cloudwatch.MetricAlarm(
                f"{name}-{region}",
                name=names.physical("certificate", region, limit=255),
                alarm_description=(
                    f"The certificate expires in less than {days} days: it was not renewed. "
                    f"{runbooks.shared('certificate')}"
                ),
                namespace="AWS/CertificateManager",
                metric_name="DaysToExpiry",
                dimensions={"CertificateArn": arn},
                statistic="Minimum",
                period=_DAY,
                evaluation_periods=1,
                datapoints_to_alarm=1,
                comparison_operator="LessThanThreshold",
                threshold=days,
                # A certificate that nothing uses reports nothing.
                treat_missing_data="notBreaching",
                alarm_actions=[topic_arns[region]],
                ok_actions=[topic_arns[region]],
                region=region,
                tags=self.tags,
                opts=self.child(),
            )
        self.register_outputs({})
