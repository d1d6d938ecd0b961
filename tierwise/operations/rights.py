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
    "lex:DescribeBotAlias",
    "lex:ListBotAliases",
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
)

_OBJECTS: Final = ("s3:DeleteObject", "s3:GetObjectVersion", "s3:ListBucketVersions", "s3:PutObject")

_COPIES: Final = (
    "dynamodb:CreateBackup",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:ListBackups",
    "elasticache:CreateSnapshot",
    "elasticache:DescribeSnapshots",
    "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
)

_RESTORE: Final = (
    "dynamodb:DescribeTable",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:Scan",
    "elasticache:CreateReplicationGroup",
    "elasticache:DescribeReplicationGroups",
    "rds:CreateDBInstance",
    "rds:RestoreDBClusterToPointInTime",
    "rds:RestoreDBInstanceToPointInTime",
)

_SCRATCH: Final = (
    "dynamodb:DeleteTable",
    "dynamodb:ListTables",
    "elasticache:DeleteReplicationGroup",
    "rds:DeleteDBCluster",
    "rds:DeleteDBInstance",
)

#: Reading over the Data API as one of the database's users; the API reads the secret on the caller's behalf.
_SELECT: Final = ("rds-data:ExecuteStatement", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")

#: A task that runs once, and what it said; handing it its roles is a right of its own.
_ONE_OFF: Final = (
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:RunTask",
    "ecs:StopTask",
    "ecs:TagResource",
    "iam:PassRole",
    "logs:GetLogEvents",
)

COMMANDS: Final[Mapping[str, Needs]] = {
    "bootstrap": Needs(
        "makes what Pulumi needs in an account before its first deployment: bucket for the state, key for secrets",
        (
            "iam:GetRole",
            "kms:CreateAlias",
            "kms:CreateKey",
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:PutKeyPolicy",
            "kms:TagResource",
            "s3:CreateBucket",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:ListBucket",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "ssm:DeleteParameter",
            "ssm:GetParameter",
            "ssm:PutParameter",
            "tag:GetResources",
        ),
        by="operator",
    ),
    "history": Needs("lists what was done to a stack", ("ssm:GetParameterHistory", "ssm:GetParametersByPath")),
    "schedule": Needs(
        "stops and starts services and databases of stages that may sleep",
        tuple(
            sorted(
                {
                    *lock.RIGHTS,
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:RegisterScalableTarget",
                    "ecs:DescribeServices",
                    "ecs:UpdateService",
                    "rds:DescribeDBClusters",
                    "rds:DescribeDBInstances",
                    "rds:StartDBCluster",
                    "rds:StartDBInstance",
                    "rds:StopDBCluster",
                    "rds:StopDBInstance",
                }
            )
        ),
    ),
    "smoke": Needs("looks whether what runs is what was asked for, and answers", _SMOKE),
    "backup": Needs("lists the copies of each store, or makes one", tuple(sorted({*_CHANGES, *_COPIES}))),
    "backup-check": Needs(
        "tells CloudWatch how many stores could not be brought back",
        (
            "cloudwatch:PutMetricData",
            "dynamodb:DescribeContinuousBackups",
            "elasticache:DescribeSnapshots",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
        ),
    ),
    "cleanup": Needs(
        "deletes what nobody needs: old copies, versions and interfaces; ephemeral stacks past their time",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "lambda:DeleteFunction",
                    "lambda:ListAliases",
                    "lambda:ListVersionsByFunction",
                    "rds:DeleteDBClusterSnapshot",
                    "rds:DeleteDBSnapshot",
                    "rds:DescribeDBClusterSnapshots",
                    "rds:DescribeDBSnapshots",
                    "tag:GetResources",
                }
            )
        ),
    ),
    "db-bootstrap": Needs(
        "gives a database its extensions, roles, schemas and grants",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    *_ONE_OFF,
                    "ecs:DeleteTaskDefinitions",
                    "ecs:DeregisterTaskDefinition",
                    "ecs:DescribeServices",
                    "ecs:ListTaskDefinitions",
                    "ecs:ListTasks",
                    "ecs:RegisterTaskDefinition",
                    "iam:DeleteRolePolicy",
                    "iam:GetRolePolicy",
                    "iam:PutRolePolicy",
                    "rds-data:BeginTransaction",
                    "rds-data:CommitTransaction",
                    "rds-data:ExecuteStatement",
                    "rds-data:RollbackTransaction",
                    "rds:DescribeDBClusters",
                    "rds:DescribeDBInstances",
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                }
            )
        ),
        by="operator",
    ),
    "db-dump": Needs(
        "dumps the database now, and looks whether it landed",
        tuple(sorted({*_CHANGES, *_ONE_OFF, "s3:ListBucket", "scheduler:GetSchedule", "scheduler:ListSchedules"})),
        by="operator",
    ),
    "deploy": Needs(
        "moves callers of functions to the versions that the stack published",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    "codedeploy:CreateDeployment",
                    "codedeploy:GetDeployment",
                    "codedeploy:ListDeployments",
                    "lambda:GetAlias",
                }
            )
        ),
    ),
    "failover": Needs(
        "makes the second region the one that is written and that the name leads to",
        (
            "rds:DescribeDBClusters",
            "rds:DescribeGlobalClusters",
            "rds:FailoverGlobalCluster",
            "route53:UpdateHealthCheck",
        ),
        by="operator",
    ),
    "refresh-instances": Needs(
        "replaces servers, one after the other",
        tuple(sorted({*_CHANGES, "autoscaling:DescribeInstanceRefreshes", "autoscaling:StartInstanceRefresh"})),
    ),
    "scale": Needs(
        "keeps instances of a function ready, or pays a table by request",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    "dynamodb:DescribeTable",
                    "dynamodb:UpdateTable",
                    "lambda:GetAlias",
                    "lambda:PutProvisionedConcurrencyConfig",
                }
            )
        ),
    ),
    "dr-report": Needs("compares measured recovery times with the objectives", ("ssm:GetParameterHistory",)),
    "drift": Needs(
        "compares AWS with the plan, without the CLI",
        (
            "autoscaling:DescribeAutoScalingGroups",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "elasticache:DescribeReplicationGroups",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "lambda:GetFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
        ),
    ),
    "release": Needs("tells whether a stack may be released now", (*_CHANGES, "ssm:GetParameterHistory")),
    "restore": Needs(
        "makes a store again beside the old one",
        tuple(sorted({*_SMOKE, *_CHANGES, *_COPIES, *_RESTORE, *_ROLLBACK, *_OBJECTS})),
        by="operator",
    ),
    "restore-drill": Needs(
        "restores each store under a scratch name, compares, measures, deletes it",
        tuple(sorted({*_CHANGES, *_COPIES, *_RESTORE, *_SCRATCH})),
        by="operator",
    ),
    "rollback": Needs(
        "brings the release before back, and smokes it",
        tuple(sorted({*_SMOKE, *_CHANGES, *_ROLLBACK, *_OBJECTS})),
    ),
    "lex publish": Needs(
        "builds a bot, makes a version, and points its alias to it",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    "lex:BuildBotLocale",
                    "lex:CreateBotAlias",
                    "lex:CreateBotVersion",
                    "lex:DescribeBotAlias",
                    "lex:DescribeBotLocale",
                    "lex:DescribeBotVersion",
                    "lex:DescribeIntent",
                    "lex:ListBotAliases",
                    "lex:ListIntents",
                    "lex:ListSlotTypes",
                    "lex:ListSlots",
                    "lex:UpdateBotAlias",
                    "lex:UpdateIntent",
                }
            )
        ),
    ),
    "lex remove": Needs(
        "deletes a bot's alias and the versions that publishing made",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    "lex:DeleteBotAlias",
                    "lex:DeleteBotVersion",
                    "lex:DescribeBotAlias",
                    "lex:ListBotAliases",
                    "lex:ListBotVersions",
                }
            )
        ),
    ),
    "search bootstrap": Needs(
        "makes the indexes of a search collection, from inside its VPC",
        tuple(sorted({*_CHANGES, "aoss:APIAccessAll"})),
        by="operator",
    ),
    "search rebuild": Needs(
        "makes indexes anew and fills them from the database, from inside the VPC",
        tuple(sorted({*_CHANGES, *_SELECT, "aoss:APIAccessAll", "bedrock:InvokeModel"})),
        by="operator",
    ),
    "migrate": Needs(
        "turns rows into items, or items into a newer form, and compares",
        tuple(
            sorted(
                {
                    *_CHANGES,
                    *_SELECT,
                    "dynamodb:BatchGetItem",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:CreateTable",
                    "dynamodb:DeleteTable",
                    "dynamodb:DescribeContinuousBackups",
                    "dynamodb:DescribeTable",
                    "dynamodb:Scan",
                    "dynamodb:UpdateItem",
                    "s3:GetObject",
                    "ssm:GetParameterHistory",
                }
            )
        ),
        by="operator",
    ),
    "isolate": Needs(
        "takes the outbound rules of a stack's security groups away, and gives them back",
        (
            *_CHANGES,
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "ec2:RevokeSecurityGroupEgress",
        ),
        by="operator",
    ),
    "revoke-sessions": Needs(
        "signs users out everywhere",
        (*_CHANGES, "cognito-idp:AdminDisableUser", "cognito-idp:AdminUserGlobalSignOut", "cognito-idp:ListUsers"),
        by="operator",
    ),
    "rotate-origin-secret": Needs(
        "draws the header anew by which the origin knows its distribution",
        (
            *_CHANGES,
            "secretsmanager:GetRandomPassword",
            "secretsmanager:PutSecretValue",
            "secretsmanager:RotateSecret",
        ),
        by="operator",
    ),
    "secret-rollback": Needs(
        "brings the value of a secret before the current one back",
        (
            *_CHANGES,
            "secretsmanager:DescribeSecret",
            "secretsmanager:UpdateSecretVersionStage",
            "ssm:GetParameterHistory",
        ),
        by="operator",
    ),
    "gdpr-erase": Needs(
        "erases what a system keeps of one person, as the stack's erasure role",
        (
            "dynamodb:DeleteItem",
            "dynamodb:Query",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
        ),
        by="operator",
    ),
    "cost actual": Needs("compares what AWS charged with the estimate", ("ce:GetCostAndUsage",), by="operator"),
    "slo-report": Needs("compares availability with the promise", ("cloudwatch:GetMetricData",)),
    "load-check": Needs("compares latency with the promise", ("apigateway:GET", "cloudwatch:GetMetricData")),
    "review-check": Needs(
        "tells whether the design is due for a review",
        ("apigateway:GET", "ce:GetCostAndUsage", "cloudwatch:GetMetricData"),
        by="operator",
    ),
    "rightsize": Needs("names what is larger or smaller than its load", ("cloudwatch:GetMetricData",)),
}


def rights_of(command: str) -> tuple[str, ...]:
    """The IAM actions that a command may use."""
    return COMMANDS[command].actions
