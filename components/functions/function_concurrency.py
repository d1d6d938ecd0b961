"""Instances of a function that are kept ready."""

from __future__ import annotations

import pulumi
from pulumi_aws import appautoscaling, lambda_

from components.component import Component
from settings.functions import ProvisionedConcurrency as Settings

_Tracking = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
_Metric = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs


class ProvisionedConcurrency(Component):
    """Instances kept ready behind an alias, and their scaling by use where the settings name a maximum.

    Costs at rest: about 9 USD a month for each GB and instance on ARM, whether it is called or not.

    Replaced by: another alias.

    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html

    Args:
        name: Logical name.
        settings: How many.
        alias: The alias; ``$LATEST`` can have none.
        opts: Options of the component.
    """

    token = "compute:ProvisionedConcurrency"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        alias: lambda_.Alias,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        scaled = settings.max is not None and settings.max > settings.min
        self.ready = lambda_.ProvisionedConcurrencyConfig(
            name,
            function_name=alias.function_name,
            qualifier=alias.name,
            provisioned_concurrent_executions=settings.min,
            # Scaling changes the number from then on.
            opts=self.child(ignore_changes=["provisionedConcurrentExecutions"] if scaled else None),
        )
        if scaled and settings.max is not None:
            self._scale(settings, settings.max, alias)
        self.register_outputs({})

    def _scale(self, settings: Settings, most: int, alias: lambda_.Alias) -> None:
        target = appautoscaling.Target(
            self.logical_name,
            service_namespace="lambda",
            scalable_dimension="lambda:function:ProvisionedConcurrency",
            resource_id=pulumi.Output.concat("function:", alias.function_name, ":", alias.name),
            min_capacity=settings.min,
            max_capacity=most,
            tags=self.tags,
            opts=self.child(depends_on=[self.ready]),
        )
        appautoscaling.Policy(
            self.logical_name,
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=_Tracking(
                target_value=settings.utilization,
                predefined_metric_specification=_Metric(
                    predefined_metric_type="LambdaProvisionedConcurrencyUtilization"
                ),
            ),
            opts=self.child(),
        )
