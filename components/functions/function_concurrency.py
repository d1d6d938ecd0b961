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
        function: The function, whose published version holds them where the settings say so.
        alias: The alias; ``$LATEST`` can have none.
        opts: Options of the component.
    """

    token = "compute:ProvisionedConcurrency"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        function: lambda_.Function,
        alias: lambda_.Alias,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        by_version = settings.held_by == "version"
        self._qualifier: pulumi.Output[str] = function.version if by_version else alias.name
        scaled = settings.max is not None and settings.max > settings.min
        self.ready = lambda_.ProvisionedConcurrencyConfig(
            name,
            function_name=function.name,
            qualifier=self._qualifier,
            provisioned_concurrent_executions=settings.min,
            # The version before stays warm until the last caller has left it.
            skip_destroy=True if by_version else None,
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
            resource_id=pulumi.Output.concat("function:", alias.function_name, ":", self._qualifier),
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
