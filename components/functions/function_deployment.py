"""How CodeDeploy moves the callers of a function to a new version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import codedeploy

from components.component import Component
from components.functions.lambda_function import LambdaFunction
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from settings.functions import FunctionDeployment as Settings

_ALL_AT_ONCE: Final = "CodeDeployDefault.LambdaAllAtOnce"


class FunctionDeployment(Component):
    """A CodeDeploy application and deployment group for the alias of one function.

    A new version first gets a share of the calls, or all of them at once; when an alarm rings or the deployment fails,
    every call goes back to the version before. The stack publishes versions; a deployment moves the alias.

    Costs at rest: nothing; deployments to Lambda are free.

    Replaced by: another function name.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html

    Args:
        name: Logical name.
        settings: All at once, linear or canary.
        function: The function.
        names: Names of the stack.
        alarms: Exact names of the alarms that stop a deployment.
        requires: The alarms themselves, which must exist first.
        opts: Options of the component.

    Attributes:
        application: The application.
        group: The deployment group.

    Raises:
        ValueError: The strategy is ``direct``.
    """

    token = "compute:FunctionDeployment"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        function: LambdaFunction,
        names: Names,
        alarms: Sequence[str] = (),
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.strategy == "direct":
            raise ValueError(f"{function.physical_name}: a direct deployment needs no CodeDeploy")
        super().__init__(name, opts=opts)
        role = create_service_role(
            self,
            name,
            service="codedeploy.amazonaws.com",
            description=f"CodeDeploy brings in new versions of {function.physical_name}",
            names=names,
            statements=[
                Statement(
                    sid="MoveAlias",
                    actions=["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
                    resources=[function.arn, function.alias_arn],
                ),
                Statement(
                    sid="SeeAlarms",
                    actions=["cloudwatch:DescribeAlarms"],
                    resources=[names.arn("cloudwatch", "alarm:*")],
                ),
            ],
        )
        self.application = codedeploy.Application(
            name, compute_platform="Lambda", name=function.physical_name, tags=self.tags, opts=self.child()
        )
        self.group = codedeploy.DeploymentGroup(
            name,
            app_name=self.application.name,
            deployment_group_name=function.physical_name,
            service_role_arn=role.arn,
            deployment_config_name=self._config_name(settings, names, function.physical_name),
            deployment_style={"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
            auto_rollback_configuration={
                "enabled": True,
                "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
            },
            alarm_configuration={"enabled": bool(alarms), "alarms": list(alarms)} if alarms else None,
            tags=self.tags,
            opts=self.child(depends_on=[function.alias, *role.resources, *requires]),
        )
        self.register_outputs({"deploymentGroup": self.group.deployment_group_name})

    def _config_name(self, settings: Settings, names: Names, physical_name: str) -> pulumi.Input[str]:
        if settings.strategy == "all-at-once":
            return _ALL_AT_ONCE
        step = {"interval": settings.minutes, "percentage": settings.percent}
        canary = settings.strategy == "canary"
        config = codedeploy.DeploymentConfig(
            self.logical_name,
            # CodeDeploy's own configurations stop at 30 minutes and start at 10 percent.
            deployment_config_name=f"{physical_name}-{settings.strategy}-{settings.percent}-{settings.minutes}",
            compute_platform="Lambda",
            traffic_routing_config=codedeploy.DeploymentConfigTrafficRoutingConfigArgs(
                type="TimeBasedCanary" if canary else "TimeBasedLinear",
                time_based_canary=codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedCanaryArgs(**step)
                if canary
                else None,
                time_based_linear=None
                if canary
                else codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedLinearArgs(**step),
            ),
            opts=self.child(),
        )
        return config.deployment_config_name
