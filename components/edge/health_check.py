"""A look at the system from outside."""

from __future__ import annotations

import pulumi
from pulumi_aws import route53

from components.component import Component
from settings.observability import HealthCheck as HealthCheckSettings


class HealthCheck(Component):
    """A Route 53 health check that calls a path over HTTPS from several places in the world.

    At rest 0.50 USD a month for an endpoint in AWS, 1.00 more for HTTPS and 1.00 more for the 10-second interval. A
    change of interval replaces it. Its metric ``AWS/Route53 HealthCheckStatus`` (dimension ``HealthCheckId``) exists
    in us-east-1 only, and so must its alarm.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html

    Args:
        name: Logical name.
        settings: Path and interval.
        host: Name that is called.
        base_path: What stands before every path at the host.
        opts: Options of the component.

    Attributes:
        health_check: The check.
        id: Its id, the dimension of its metric.
    """

    token = "edge:HealthCheck"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: HealthCheckSettings,
        host: pulumi.Input[str],
        base_path: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.health_check = route53.HealthCheck(
            name,
            type="HTTPS",
            fqdn=host,
            port=443,
            resource_path=f"{base_path}{settings.path}",
            enable_sni=True,
            request_interval=settings.interval_seconds,
            failure_threshold=3,
            tags={**self.tags, "Name": name},
            opts=self.child(),
        )
        self.id: pulumi.Output[str] = self.health_check.id
        self.register_outputs({"id": self.id})
