"""The role with which RDS publishes what the operating system below a database does."""

from __future__ import annotations

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.iam import create_service_role
from components.names import Names


def create_monitoring_role(
    parent: Component, names: Names, interval: int
) -> tuple[pulumi.Output[str] | None, list[pulumi.Resource]]:
    """The role's ARN and what a database has to wait for, because RDS tries the role when it makes one.

    Args:
        parent: The database's component.
        names: Names of the stack.
        interval: Seconds between two measurements; 0 is off and needs no role.
    """
    if interval == 0:
        return None, []
    role = create_service_role(
        parent,
        f"{parent.logical_name}-monitoring",
        service="monitoring.rds.amazonaws.com",
        description="Lets RDS publish enhanced monitoring",
        names=names,
    )
    # AWS's own policy for this purpose: it reaches the RDSOSMetrics log group alone.
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRDSEnhancedMonitoringRole.html
    attachment = iam.RolePolicyAttachment(
        f"{parent.logical_name}-monitoring",
        role=role.role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        opts=parent.child(),
    )
    return role.arn, [attachment]
