"""How many tasks of a service run: between two limits, by load and by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import appautoscaling, ecs

from components.component import Component
from settings.services import Scaling

_Tracking = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
_Metric = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs

#: Seconds after adding or removing tasks before the next change; removing is slow on purpose.
_SCALE_OUT_COOLDOWN: Final = 60
_SCALE_IN_COOLDOWN: Final = 300


class ServiceScaling(Component):
    """Application Auto Scaling of one ECS service.

    Creates the scalable target, a target-tracking policy for average CPU, one for load-balancer requests a task in each
    target group, and the scheduled changes of the limits.

    Costs at rest: two alarms a policy, 0.10 USD a month each after the account's first ten.

    Replaced by: another cluster or service name.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html

    Args:
        name: Logical name.
        settings: Limits, targets and schedule.
        cluster_name: The cluster's name.
        service_name: The service's name.
        service: The service, which must exist first.
        resource_labels: By role (``blue``, ``green``), the load balancer and target group whose requests count, as
            ``app/<name>/<id>/targetgroup/<name>/<id>``. A blue-green service has two, because the switch moves its
            traffic from one to the other.
        opts: Options of the component.
    """

    token = "compute:ServiceScaling"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Scaling,
        cluster_name: str,
        service_name: str,
        service: ecs.Service,
        resource_labels: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._resource_id = f"service/{cluster_name}/{service_name}"
        self.target = self._create_target(service)
        self._track_cpu()
        self._track_requests(resource_labels)
        self._follow_clock()
        self.register_outputs({})

    def _create_target(self, service: ecs.Service) -> appautoscaling.Target:
        return appautoscaling.Target(
            self.logical_name,
            min_capacity=self._settings.min_tasks,
            max_capacity=self._settings.max_tasks,
            resource_id=self._resource_id,
            scalable_dimension="ecs:service:DesiredCount",
            service_namespace="ecs",
            tags=self.tags,
            opts=self.child(depends_on=[service]),
        )

    def _track_cpu(self) -> None:
        if self._settings.cpu_percent is not None:
            self._track("cpu", "ECSServiceAverageCPUUtilization", self._settings.cpu_percent)

    def _track_requests(self, resource_labels: Mapping[str, pulumi.Input[str]]) -> None:
        if self._settings.requests_per_task is None:
            return
        for role, label in sorted(resource_labels.items()):
            self._track(
                f"requests-{role}",
                "ALBRequestCountPerTarget",
                self._settings.requests_per_task,
                resource_label=label,
                # The group without traffic reports nothing, which would keep the others from removing tasks.
                disable_scale_in=len(resource_labels) > 1 and self._settings.cpu_percent is not None,
            )

    def _track(
        self,
        role: str,
        metric: str,
        target: int,
        *,
        resource_label: pulumi.Input[str] | None = None,
        disable_scale_in: bool = False,
    ) -> None:
        appautoscaling.Policy(
            f"{self.logical_name}-{role}",
            policy_type="TargetTrackingScaling",
            resource_id=self.target.resource_id,
            scalable_dimension=self.target.scalable_dimension,
            service_namespace=self.target.service_namespace,
            target_tracking_scaling_policy_configuration=_Tracking(
                target_value=target,
                predefined_metric_specification=_Metric(predefined_metric_type=metric, resource_label=resource_label),
                scale_in_cooldown=_SCALE_IN_COOLDOWN,
                scale_out_cooldown=_SCALE_OUT_COOLDOWN,
                disable_scale_in=disable_scale_in,
            ),
            opts=self.child(),
        )

    def _follow_clock(self) -> None:
        for action in self._settings.scheduled:
            appautoscaling.ScheduledAction(
                f"{self.logical_name}-{action.name}",
                schedule=action.schedule,
                timezone=action.timezone,
                resource_id=self.target.resource_id,
                scalable_dimension=self.target.scalable_dimension,
                service_namespace=self.target.service_namespace,
                scalable_target_action={"min_capacity": action.min_tasks, "max_capacity": action.max_tasks},
                opts=self.child(),
            )
