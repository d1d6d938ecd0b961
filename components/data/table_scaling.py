"""How much capacity a provisioned table has: between two limits, by use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import appautoscaling, dynamodb

from components.component import Component
from settings.tables import ProvisionedCapacity

_Tracking = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
_Metric = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs

_METRICS: Final = {"read": "DynamoDBReadCapacityUtilization", "write": "DynamoDBWriteCapacityUtilization"}


class TableScaling(Component):
    """Application Auto Scaling of a table and its indexes, reads and writes apart.

    An index without scaling of its own would throttle the table's writes, so each index gets the same range.

    Costs at rest: four alarms a target, 0.10 USD a month each after the account's first ten. A change of limits is an
    update; another table or index replaces its target.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html

    Args:
        name: Logical name.
        settings: Limits and aim.
        table: The table.
        indexes: Names of its indexes.
        opts: Options of the component.
    """

    token = "data:TableScaling"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: ProvisionedCapacity,
        table: dynamodb.Table,
        indexes: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._follow(name, "table", pulumi.Output.concat("table/", table.name))
        for index in indexes:
            self._follow(f"{name}-{index}", "index", pulumi.Output.concat("table/", table.name, "/index/", index))
        self.register_outputs({})

    def _follow(self, name: str, kind: str, resource_id: pulumi.Output[str]) -> None:
        for side, limits in (("read", self._settings.read), ("write", self._settings.write)):
            target = appautoscaling.Target(
                f"{name}-{side}",
                min_capacity=limits.min,
                max_capacity=limits.max,
                resource_id=resource_id,
                scalable_dimension=f"dynamodb:{kind}:{side.title()}CapacityUnits",
                service_namespace="dynamodb",
                tags=self.tags,
                opts=self.child(),
            )
            appautoscaling.Policy(
                f"{name}-{side}",
                policy_type="TargetTrackingScaling",
                resource_id=target.resource_id,
                scalable_dimension=target.scalable_dimension,
                service_namespace=target.service_namespace,
                target_tracking_scaling_policy_configuration=_Tracking(
                    target_value=self._settings.utilization_percent,
                    predefined_metric_specification=_Metric(predefined_metric_type=_METRICS[side]),
                ),
                opts=self.child(),
            )
