"""Blue-green deployment of a service behind the load balancer: by ECS itself, or by CodeDeploy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import codedeploy, ecs, iam

from components.component import Component
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from components.network.load_balancer_target import LoadBalancerTarget

#: AWS keeps it in step with what ECS needs of the load balancer.
#: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
_ECS_POLICY: Final = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"


class EcsBlueGreen(Component):
    """The role with which ECS shifts a service's requests from one target group to the other.

    Costs at rest: nothing.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html

    Args:
        name: Logical name.
        service: The service's name.
        names: Names of the stack.
        opts: Options of the component.
    """

    token = "compute:EcsBlueGreen"  # noqa: S105 - a type token

    def __init__(self, name: str, *, service: str, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        role = create_service_role(
            self,
            name,
            service="ecs.amazonaws.com",
            description=f"ECS shifts the requests of {service} to its new version",
            names=names,
        )
        attachment = iam.RolePolicyAttachment(name, role=role.role.name, policy_arn=_ECS_POLICY, opts=self.child())
        self.role_arn: pulumi.Output[str] = role.arn
        #: What must exist before the service.
        self.requirements: list[pulumi.Resource] = [role.role, attachment]
        self.register_outputs({"roleArn": self.role_arn})


class CodeDeployBlueGreen(Component):
    """A CodeDeploy application and deployment group for one service, whose new versions come through CodeDeploy alone.

    Costs at rest: nothing.

    Replaced by: another service or cluster name.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-create-ecs.html

    Args:
        name: Logical name.
        service_name: The service's name in ECS.
        cluster_name: The cluster's name.
        service: The service, which must exist first.
        names: Names of the stack.
        listener_arn: Listener that serves requests.
        target: Target groups and rule of the service.
        passed_roles: ARNs of the roles that its tasks take.
        bake_minutes: Minutes that the old version stays ready after the switch.
        opts: Options of the component.

    Raises:
        ValueError: The target has one target group only.
    """

    token = "compute:CodeDeployBlueGreen"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        service_name: str,
        cluster_name: str,
        service: ecs.Service,
        names: Names,
        listener_arn: pulumi.Input[str],
        target: LoadBalancerTarget,
        passed_roles: Sequence[pulumi.Input[str]],
        bake_minutes: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if target.alternate is None:
            raise ValueError(f"{service_name}: CodeDeploy needs two target groups")
        super().__init__(name, opts=opts)
        task_sets = names.arn("ecs", f"task-set/{cluster_name}/{service_name}/*")
        role = create_service_role(
            self,
            name,
            service="codedeploy.amazonaws.com",
            description=f"CodeDeploy brings in new versions of {service_name}",
            names=names,
            statements=[
                Statement(
                    sid="ReplaceTasks",
                    actions=[
                        "ecs:CreateTaskSet",
                        "ecs:DeleteTaskSet",
                        "ecs:DescribeServices",
                        "ecs:UpdateServicePrimaryTaskSet",
                    ],
                    resources=[names.arn("ecs", f"service/{cluster_name}/{service_name}"), task_sets],
                ),
                Statement(
                    sid="ReadLoadBalancer",
                    actions=[
                        "elasticloadbalancing:DescribeListeners",
                        "elasticloadbalancing:DescribeRules",
                        "elasticloadbalancing:DescribeTargetGroups",
                        "elasticloadbalancing:DescribeTargetHealth",
                    ],
                    resources=["*"],
                ),
                Statement(
                    sid="ShiftRequests",
                    actions=["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"],
                    resources=[listener_arn, target.rule.arn],
                ),
                Statement(
                    sid="PassTaskRoles",
                    actions=["iam:PassRole"],
                    resources=passed_roles,
                    conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
            ],
        )
        self.application = codedeploy.Application(
            name, compute_platform="ECS", name=service_name, tags=self.tags, opts=self.child()
        )
        self.deployment_group = codedeploy.DeploymentGroup(
            name,
            app_name=self.application.name,
            deployment_group_name=service_name,
            service_role_arn=role.arn,
            deployment_config_name="CodeDeployDefault.ECSAllAtOnce",
            deployment_style={"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
            auto_rollback_configuration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
            blue_green_deployment_config={
                "deployment_ready_option": {"action_on_timeout": "CONTINUE_DEPLOYMENT"},
                "terminate_blue_instances_on_deployment_success": {
                    "action": "TERMINATE",
                    "termination_wait_time_in_minutes": bake_minutes,
                },
            },
            ecs_service={"cluster_name": cluster_name, "service_name": service_name},
            load_balancer_info={
                "target_group_pair_info": {
                    "prod_traffic_route": {"listener_arns": [listener_arn]},
                    "target_groups": [{"name": target.target_group.name}, {"name": target.alternate.name}],
                }
            },
            tags=self.tags,
            opts=self.child(depends_on=[service, *role.resources]),
        )
        self.register_outputs({"deploymentGroup": self.deployment_group.deployment_group_name})
