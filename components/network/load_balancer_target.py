"""One service behind the load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pulumi
from pulumi_aws import lb

from components.component import Component
from components.edge.origin_header import ORIGIN_HEADER
from components.names import Names

#: Values that all conditions of one rule may hold together.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
MAX_CONDITION_VALUES = 5


class LoadBalancerTarget(Component):
    """Target group and listener rule of a service; for blue-green deployment a second group that ECS shifts traffic to.

    Costs nothing. A change of port replaces the target groups, whose names carry the port so that old and new can
    exist at once. ECS owns the rule's weights under blue-green, so Pulumi ignores its actions; a service that changes
    its kind of deployment gets another rule, at a priority of its own, before the old one goes.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html

    Args:
        name: Logical name.
        names: Names of the stack.
        service: The service's name.
        vpc_id: The VPC.
        listener_arn: The listener that serves.
        port: Port on which tasks listen.
        paths: Path patterns that are sent to it.
        health_path: Path that must answer 200.
        priority: Place among the listener's targets, 1 first; unique.
        blue_green: Whether a second target group takes new versions.
        target_type: Whether targets are addresses of tasks or instances.
        origin_secret: Value that requests must carry in ``ORIGIN_HEADER``.
        opts: Options of the component.

    Attributes:
        target_group: The (blue) target group.
        alternate: The green target group; None without blue-green.
        rule: The production listener rule; a service depends on it, for ECS refuses a target group without listener.
        port: Port on which tasks listen.

    Raises:
        ValueError: More path patterns than one rule holds.
    """

    token = "network:LoadBalancerTarget"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        service: str,
        vpc_id: pulumi.Input[str],
        listener_arn: pulumi.Input[str],
        port: int,
        paths: Sequence[str],
        health_path: str,
        priority: int,
        blue_green: bool,
        target_type: Literal["ip", "instance"] = "ip",
        origin_secret: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        room = MAX_CONDITION_VALUES - (0 if origin_secret is None else 1)
        if len(paths) > room:
            raise ValueError(
                f"service {service}: a listener rule has room for {room} paths, and {len(paths)} are given"
            )
        super().__init__(name, opts=opts)
        self._names = names
        self._service = service
        self._vpc_id = vpc_id
        self._health_path = health_path
        self._target_type = target_type
        self.port = port
        self.target_group = self._create_target_group(name, ())
        self.alternate = self._create_target_group(f"{name}-green", ("green",)) if blue_green else None
        self.rule = self._create_rule(listener_arn, paths, priority, origin_secret)
        self.register_outputs({"targetGroupArn": self.target_group.arn, "ruleArn": self.rule.arn})

    def _create_target_group(self, logical_name: str, roles: tuple[str, ...]) -> lb.TargetGroup:
        return lb.TargetGroup(
            logical_name,
            # Exact, because a name has at most 32 characters; it differs by port, whose change replaces.
            name=self._names.physical(self._service, *roles, str(self.port), limit=32),
            vpc_id=self._vpc_id,
            target_type=self._target_type,
            protocol="HTTP",
            port=self.port,
            deregistration_delay=30,
            health_check=lb.TargetGroupHealthCheckArgs(
                path=self._health_path,
                protocol="HTTP",
                matcher="200",
                interval=15,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags={**self.tags, "Name": logical_name},
            opts=self.child(),
        )

    def _create_rule(
        self,
        listener_arn: pulumi.Input[str],
        paths: Sequence[str],
        priority: int,
        origin_secret: pulumi.Input[str] | None,
    ) -> lb.ListenerRule:
        conditions = [
            lb.ListenerRuleConditionArgs(path_pattern=lb.ListenerRuleConditionPathPatternArgs(values=list(paths)))
        ]
        if origin_secret is not None:
            conditions.append(
                lb.ListenerRuleConditionArgs(
                    http_header=lb.ListenerRuleConditionHttpHeaderArgs(
                        http_header_name=ORIGIN_HEADER, values=[origin_secret]
                    )
                )
            )
        rolling = self.alternate is None
        return lb.ListenerRule(
            f"{self.logical_name}-{'rolling' if rolling else 'blue-green'}",
            listener_arn=listener_arn,
            # A listener holds one rule a priority, and both kinds exist for a moment when a service changes from one
            # to the other.
            priority=2 * priority - (0 if rolling else 1),
            conditions=conditions,
            actions=[self._forward()],
            tags=self.tags,
            opts=self.child() if rolling else self.child(ignore_changes=["actions"]),
        )

    def _forward(self) -> lb.ListenerRuleActionArgs:
        if self.alternate is None:
            return lb.ListenerRuleActionArgs(type="forward", target_group_arn=self.target_group.arn)
        return lb.ListenerRuleActionArgs(
            type="forward",
            forward=lb.ListenerRuleActionForwardArgs(
                target_groups=[
                    lb.ListenerRuleActionForwardTargetGroupArgs(arn=self.target_group.arn, weight=100),
                    lb.ListenerRuleActionForwardTargetGroupArgs(arn=self.alternate.arn, weight=0),
                ]
            ),
        )
