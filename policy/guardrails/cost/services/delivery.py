"""CodeDeploy. https://aws.amazon.com/codedeploy/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import free

SERVICE: Final = "Delivery"

free(
    SERVICE,
    "deployments to Lambda, ECS and EC2 are free",
    "aws:codedeploy/application:Application",
    "aws:codedeploy/deploymentConfig:DeploymentConfig",
    "aws:codedeploy/deploymentGroup:DeploymentGroup",
)
