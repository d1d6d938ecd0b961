"""The least permissions of each command: a command cannot call what does not stand in its row.

``docs/operations.md`` prints this table, and a test holds it against what the pipeline's role may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tierwise.operations import lock, record


@dataclass(frozen=True, slots=True)
class Needs:
    """What one command needs.

    Attributes:
        summary: What it does, for the documentation.
        actions: IAM actions.
        by: Who runs it: ``pipeline`` has the deploy role's rights, ``operator`` is a person with more.
    """

    summary: str
    actions: tuple[str, ...]
    by: str = "pipeline"


_CHANGES: Final = tuple(sorted({*lock.RIGHTS, *record.RIGHTS}))

_SMOKE: Final = (
    "apigateway:GET",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "cloudwatch:DescribeAlarms",
    "codedeploy:GetDeployment",
    "codedeploy:ListDeployments",
    "ecs:DescribeServices",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
    "lambda:GetAlias",
    "lambda:GetFunctionConfiguration",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "synthetics:GetCanaryRuns",
)

_ROLLBACK: Final = (
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:RollbackInstanceRefresh",
    "autoscaling:StartInstanceRefresh",
    "cloudfront:CreateInvalidation",
    "codedeploy:CreateDeployment",
    "codedeploy:StopDeployment",
    "ec2:DescribeLaunchTemplateVersions",
    "ecs:DescribeTaskDefinition",
    "ecs:ListServiceDeployments",
    "ecs:ListTaskDefinitions",
    "ecs:StopServiceDeployment",
    "ecs:UpdateService",
    "lambda:ListVersionsByFunction",
    "lambda:UpdateAlias",
    "s3:DeleteObject",
    "s3:GetObjectVersion",
    "s3:ListBucketVersions",
    "s3:PutObject",
)

COMMANDS: Final[Mapping[str, Needs]] = {
    "history": Needs("lists what was done to a stack", ("ssm:GetParameterHistory", "ssm:GetParametersByPath")),
    "smoke": Needs("looks whether what runs is what was asked for, and answers", _SMOKE),
    "rollback": Needs("brings the release before back, and smokes it", tuple(sorted({*_SMOKE, *_CHANGES, *_ROLLBACK}))),
}


def rights_of(command: str) -> tuple[str, ...]:
    """The IAM actions that a command may use."""
    return COMMANDS[command].actions
