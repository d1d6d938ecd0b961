"""What a pipeline may do to deploy the stacks of an account: verbs, on kinds of things, in some regions.

A pure table. A verb ends in an asterisk where every action that begins so is meant *and* the kinds beside it hold it
back: ``ec2:Create*`` on ``vpc/*`` and ``subnet/*`` makes no peering and no VPN. What AWS cannot limit to a kind stands
by name in ``unscoped``. Reading is not here: AWS's own SecurityAudit policy covers it without any data.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.documents import concat
from components.names import Names

#: Longest text of a managed policy, white space aside.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_MANAGED_POLICY: Final = 6_144
#: Global services answer in this region, whatever the stack's is.
_GLOBAL_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done in one service.

    Attributes:
        service: Prefix of its actions.
        verbs: Actions without the prefix.
        kinds: What they apply to: the part of an ARN after the account, or a whole ARN.
        unscoped: Actions that AWS limits to nothing.
        regional: Whether its ARNs name a region.
        owned: Whether its ARNs name the account.
    """

    service: str
    verbs: tuple[str, ...]
    kinds: tuple[str, ...]
    unscoped: tuple[str, ...] = ()
    regional: bool = True
    owned: bool = True


#: What the stacks are made of, by area; each area is one managed policy. Queues and topics have no kind in their ARNs;
#: every name that a stack gives holds a hyphen.
AREAS: Final[Mapping[str, tuple[Right, ...]]] = {
    "network": (
        Right(
            "ec2",
            (
                "Allocate*", "Associate*", "Attach*", "Authorize*", "Create*", "Delete*", "Detach*", "Disassociate*",
                "Modify*", "Release*", "Replace*", "Revoke*", "RunInstances", "StartInstances", "StopInstances",
                "TerminateInstances", "UpdateSecurityGroupRuleDescriptions*",
            ),
            (
                "elastic-ip/*", "instance/*", "internet-gateway/*", "launch-template/*", "natgateway/*",
                "network-acl/*", "network-interface/*", "route-table/*", "security-group/*", "security-group-rule/*",
                "subnet/*", "volume/*", "vpc/*", "vpc-endpoint/*", "vpc-flow-log/*", "arn:aws:ec2:*::image/*",
            ),
        ),
        Right(
            "elasticloadbalancing",
            ("AddTags", "Create*", "Delete*", "DeregisterTargets", "Modify*", "RegisterTargets", "RemoveTags", "Set*"),
            ("listener/*", "listener-rule/*", "loadbalancer/*", "targetgroup/*"),
            unscoped=("SetWebACL",),
        ),
        Right(
            "servicediscovery",
            ("Create*", "Delete*", "Update*"),
            ("namespace/*", "service/*"),
            unscoped=("CreatePrivateDnsNamespace", "TagResource", "UntagResource"),
        ),
    ),
    "compute": (
        Right(
            "ecs",
            ("Create*", "Delete*", "Put*", "RegisterTaskDefinition", "RunTask", "StopServiceDeployment",
             "TagResource", "UntagResource", "Update*"),
            ("cluster/*", "service/*", "service-deployment/*", "task-definition/*", "task-set/*",
             "capacity-provider/*"),
            unscoped=("DeregisterTaskDefinition",),
        ),
        Right(
            "ecr",
            ("Batch*", "CompleteLayerUpload", "CreateRepository", "Delete*", "GetDownloadUrlForLayer",
             "InitiateLayerUpload", "Put*", "SetRepositoryPolicy", "StartImageScan", "StartLifecyclePolicyPreview",
             "TagResource", "UntagResource", "UploadLayerPart"),
            ("repository/*",),
            unscoped=("GetAuthorizationToken",),
        ),
        Right(
            "lambda",
            ("Add*", "Create*", "Delete*", "GetAlias", "GetFunction*", "InvokeFunction", "Publish*", "Put*", "Remove*",
             "TagResource", "UntagResource", "Update*"),
            ("function:*", "event-source-mapping:*", "layer:*"),
            unscoped=("CreateEventSourceMapping",),
        ),
        Right("autoscaling", ("Attach*", "Create*", "Delete*", "Detach*", "Put*", "RollbackInstanceRefresh",
                              "StartInstanceRefresh", "Update*"),
              ("autoScalingGroup:*",)),
        Right("application-autoscaling", ("Delete*", "Deregister*", "Put*", "Register*", "TagResource",
                                          "UntagResource"), ("scalable-target/*",)),
        Right("codedeploy", ("Create*", "Delete*", "StopDeployment", "TagResource", "UntagResource", "Update*"),
              ("application:*", "deploymentconfig:*", "deploymentgroup:*")),
        Right("events", ("Create*", "Delete*", "Put*", "Remove*", "TagResource", "UntagResource", "Update*"),
              ("archive/*", "event-bus/*", "rule/*")),
        Right("scheduler", ("Create*", "Delete*", "TagResource", "UntagResource", "Update*"),
              ("schedule/*", "schedule-group/*")),
    ),
    "data": (
        Right(
            "rds",
            ("AddTagsToResource", "Create*", "Delete*", "Modify*", "RebootDBInstance", "RegisterDBProxyTargets",
             "DeregisterDBProxyTargets", "RemoveTagsFromResource", "Reset*", "Restore*", "StartDB*", "StopDB*"),
            ("cluster:*", "cluster-pg:*", "cluster-snapshot:*", "db:*", "db-proxy:*", "es:*", "og:*", "pg:*",
             "snapshot:*", "subgrp:*", "target-group:*"),
            unscoped=("CreateDBProxy",),
        ),
        Right("rds", ("CreateGlobalCluster", "DeleteGlobalCluster", "ModifyGlobalCluster", "RemoveFromGlobalCluster"),
              ("global-cluster:*",), regional=False),
        Right("elasticache", ("AddTagsToResource", "Create*", "Decrease*", "Delete*", "Increase*", "Modify*",
                              "RemoveTagsFromResource"),
              ("cluster:*", "parametergroup:*", "replicationgroup:*", "serverlesscache:*", "snapshot:*",
               "subnetgroup:*", "user:*", "usergroup:*")),
        Right("dynamodb", ("Create*", "Delete*", "RestoreTable*", "TagResource", "UntagResource", "Update*",
                           "PutResourcePolicy"), ("table/*",)),
        # Bucket names end in the account's id. The rights to objects, and to empty a bucket, are a person's.
        Right("s3", ("CreateBucket", "DeleteBucket*", "GetBucket*", "Get*Configuration", "ListBucket*", "PutBucket*",
                     "Put*Configuration", "TagResource", "UntagResource"),
              ("arn:aws:s3:::*-{account}",), regional=False, owned=False),
        Right("secretsmanager", ("CancelRotateSecret", "CreateSecret", "DeleteResourcePolicy", "DeleteSecret",
                                 "GetSecretValue", "PutResourcePolicy", "PutSecretValue",
                                 "RemoveRegionsFromReplication", "ReplicateSecretToRegions", "RestoreSecret",
                                 "RotateSecret", "TagResource", "UntagResource", "Update*"), ("secret:*",)),
        Right("ssm", ("AddTagsToResource", "DeleteParameter*", "GetParameter*", "PutParameter",
                      "RemoveTagsFromResource"), ("parameter/*",)),
        Right("kms", ("CreateAlias", "CreateGrant", "DeleteAlias", "Enable*", "PutKeyPolicy", "ScheduleKeyDeletion",
                      "TagResource", "UntagResource", "Update*"), ("alias/*", "key/*"), unscoped=("CreateKey",)),
        Right("sqs", ("AddPermission", "CreateQueue", "DeleteQueue", "RemovePermission", "SetQueueAttributes",
                      "TagQueue", "UntagQueue"), ("*-*",)),
    ),
    "edge": (
        Right(
            "cloudfront",
            ("Create*", "Delete*", "Publish*", "TagResource", "UntagResource", "Update*"),
            ("cache-policy/*", "distribution/*", "function/*", "origin-access-control/*", "origin-request-policy/*",
             "response-headers-policy/*", "vpcorigin/*"),
            unscoped=("CreateCachePolicy", "CreateDistribution", "CreateFunction", "CreateMonitoringSubscription",
                      "CreateOriginAccessControl", "CreateOriginRequestPolicy", "CreateResponseHeadersPolicy",
                      "CreateVpcOrigin", "DeleteMonitoringSubscription"),
            regional=False,
        ),
        Right("wafv2", ("Associate*", "Create*", "Delete*", "Disassociate*", "Put*", "TagResource", "UntagResource",
                        "Update*"),
              ("*/webacl/*", "*/ipset/*", "*/managedruleset/*",
               "arn:aws:elasticloadbalancing:*:{account}:loadbalancer/app/*", "arn:aws:apigateway:*::/restapis/*",
               "arn:aws:cognito-idp:*:{account}:userpool/*")),
        Right("route53", ("Associate*", "Change*", "Delete*", "GetChange", "Update*"),
              ("change/*", "healthcheck/*", "hostedzone/*", "arn:aws:ec2:*:{account}:vpc/*"),
              unscoped=("CreateHealthCheck", "CreateHostedZone"), regional=False, owned=False),
        Right("acm", ("AddTagsToCertificate", "DeleteCertificate", "RemoveTagsFromCertificate",
                      "UpdateCertificateOptions"), ("certificate/*",), unscoped=("RequestCertificate",)),
        Right("apigateway", ("DELETE", "GET", "PATCH", "POST", "PUT"),
              ("/apikeys*", "/apis*", "/domainnames*", "/restapis*", "/tags/*", "/usageplans*", "/vpclinks*"),
              owned=False),
        Right("cognito-idp", ("Create*", "Delete*", "Set*", "TagResource", "UntagResource", "Update*"),
              ("userpool/*",), unscoped=("CreateUserPool",)),
    ),
    "watching": (
        Right("logs", ("AssociateKmsKey", "Create*", "Delete*", "Disassociate*", "Put*", "TagResource",
                       "UntagResource"),
              ("delivery:*", "delivery-destination:*", "delivery-source:*", "destination:*", "log-group:*"),
              unscoped=("CreateLogDelivery", "DeleteLogDelivery", "DeleteQueryDefinition", "DeleteResourcePolicy",
                        "PutQueryDefinition", "PutResourcePolicy", "UpdateLogDelivery")),
        Right("cloudwatch", ("DeleteAlarms", "DisableAlarmActions", "EnableAlarmActions", "PutCompositeAlarm",
                             "PutMetricAlarm", "TagResource", "UntagResource"), ("alarm:*",)),
        Right("cloudwatch", ("DeleteDashboards", "PutDashboard"), ("dashboard/*",), regional=False),
        # What a scheduled check has found; a metric has a namespace and no ARN.
        Right("cloudwatch", (), (), unscoped=("PutMetricData",)),
        # Publish: a release tells the stack's own topic how it ended.
        Right("sns", ("AddPermission", "CreateTopic", "DeleteTopic", "Publish", "RemovePermission",
                      "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe", "TagResource", "UntagResource"),
              ("*-*",)),
        Right("budgets", ("ModifyBudget", "TagResource", "UntagResource"), ("budget/*",), regional=False),
        Right("ce", ("DeleteAnomaly*", "UpdateAnomaly*", "TagResource", "UntagResource"),
              ("anomalymonitor/*", "anomalysubscription/*"),
              unscoped=("CreateAnomalyMonitor", "CreateAnomalySubscription"), regional=False),
        Right("config", ("DeleteConfigRule", "PutConfigRule", "TagResource", "UntagResource"), ("config-rule/*",)),
        Right("xray", ("CreateSamplingRule", "DeleteSamplingRule", "TagResource", "UntagResource",
                       "UpdateSamplingRule"), ("sampling-rule/*",)),
        Right("synthetics", ("Delete*", "StartCanary", "StopCanary", "TagResource", "UntagResource", "Update*"),
              ("canary:*",), unscoped=("CreateCanary",)),
        # The code of a canary, and the layers of the function that Synthetics makes of it for the caller.
        Right("s3", ("DeleteObject", "GetObject*", "PutObject", "PutObjectTagging"),
              ("arn:aws:s3:::*-{account}/canaries/*/code-*",), regional=False, owned=False),
        Right("lambda", ("GetLayerVersion",), ("arn:aws:lambda:*:*:layer:*",)),
        Right("chatbot", ("Delete*", "TagResource", "UntagResource", "Update*"), ("chat-configuration/*",),
              unscoped=("CreateSlackChannelConfiguration",), regional=False),
    ),
    "further": (
        Right("aoss", ("Batch*", "Delete*", "Update*"), ("collection/*", "collection-group/*"),
              unscoped=("CreateAccessPolicy", "CreateCollection", "CreateCollectionGroup", "CreateLifecyclePolicy",
                        "CreateSecurityPolicy", "CreateVpcEndpoint", "DeleteAccessPolicy", "DeleteLifecyclePolicy",
                        "DeleteSecurityPolicy", "DeleteVpcEndpoint", "TagResource", "UntagResource",
                        "UpdateAccessPolicy", "UpdateLifecyclePolicy", "UpdateSecurityPolicy", "UpdateVpcEndpoint")),
        Right("backup", ("Create*", "Delete*", "PutBackupVault*", "TagResource", "UntagResource", "Update*"),
              ("backup-plan:*", "backup-vault:*")),
        Right("backup-storage", (), (), unscoped=("MountCapsule",)),
        Right("cloudformation", ("CreateStack", "DeleteStack", "DescribeStack*", "GetTemplate", "SetStackPolicy",
                                 "UpdateStack"), ("stack/*",)),
        Right("dax", ("CreateCluster", "DecreaseReplicationFactor", "DeleteCluster", "IncreaseReplicationFactor",
                      "TagResource", "UntagResource", "UpdateCluster"), ("cache/*",),
              unscoped=("CreateParameterGroup", "CreateSubnetGroup", "DeleteParameterGroup", "DeleteSubnetGroup",
                        "UpdateParameterGroup", "UpdateSubnetGroup")),
        # AWS's SecurityAudit policy does not read bots.
        Right("lex", ("Build*", "Create*", "Delete*", "Describe*", "List*", "TagResource", "UntagResource", "Update*"),
              ("bot/*", "bot-alias/*")),
    ),
}  # fmt: skip

#: The AWS-managed policies that the stacks' roles carry; a role made by the pipeline gets no other.
ATTACHABLE: Final = (
    "AmazonECSInfrastructureRolePolicy*",
    "AmazonSSMManagedInstanceCore",
    "AWSCodeDeployRoleFor*",
    "AWSXRayDaemonWriteAccess",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "service-role/*",
)
#: The services that a role may be handed to.
PASSABLE: Final = (
    "apigateway.amazonaws.com",
    "backup.amazonaws.com",
    "chatbot.amazonaws.com",
    "codedeploy.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "events.amazonaws.com",
    "lambda.amazonaws.com",
    "lexv2.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "rds.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
#: The services whose own roles AWS makes on first use.
_LINKED: Final = (
    "autoscaling.amazonaws.com",
    "cloudfront.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "lambda.application-autoscaling.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "rds.amazonaws.com",
    "replicator.lambda.amazonaws.com",
    "vpcorigin.cloudfront.amazonaws.com",
    "wafv2.amazonaws.com",
)


def area_statements(rights: Sequence[Right], names: Names, regions: Sequence[str]) -> list[dict[str, Any]]:
    """The statements of one area.

    Args:
        rights: What may be done.
        names: Names of the stack, for the account.
        regions: Regions that stacks live in; that of global services is added.
    """
    there = {"StringEquals": {"aws:RequestedRegion": list(dict.fromkeys((*regions, _GLOBAL_REGION)))}}
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"{right.service}:{verb}" for verb in right.verbs],
            "Resource": [_arn(right, kind, names) for kind in right.kinds],
            "Condition": there,
        }
        for right in rights
        if right.verbs
    ]
    unscoped = [f"{right.service}:{action}" for right in rights for action in right.unscoped]
    if unscoped:
        statements.append({"Effect": "Allow", "Action": unscoped, "Resource": "*", "Condition": there})
    return statements


def role_statements(names: Names) -> list[dict[str, Any]]:
    """What may be done with roles; ``denied_statements`` keeps AWS's and an administrator's out of it."""
    roles = names.arn("iam", "role/*", region="")
    managed = [f"arn:aws:iam::aws:policy/{name}" for name in ATTACHABLE]
    return [
        {
            "Effect": "Allow",
            "Action": [
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            "Resource": roles,
        },
        {
            "Effect": "Allow",
            "Action": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            "Resource": roles,
            "Condition": {"ArnLike": {"iam:PolicyARN": managed}},
        },
        {
            "Effect": "Allow",
            "Action": [
                "iam:AddRoleToInstanceProfile",
                "iam:CreateInstanceProfile",
                "iam:DeleteInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
                "iam:UntagInstanceProfile",
            ],
            "Resource": names.arn("iam", "instance-profile/*", region=""),
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": [*PASSABLE]}},
        },
        {
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": names.arn("iam", "role/aws-service-role/*", region=""),
            "Condition": {"StringEquals": {"iam:AWSServiceName": [*_LINKED]}},
        },
        {
            # Secrets and parameters that a customer key encrypts are written through their service only.
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": names.arn("kms", "key/*", region="*"),
            "Condition": {"StringLike": {"kms:ViaService": ["secretsmanager.*.amazonaws.com", "ssm.*.amazonaws.com"]}},
        },
    ]


def denied_statements(names: Names, own: Sequence[str], audit: Sequence[Any]) -> list[Any]:
    """What the pipeline may never do, whatever is allowed it later: blind the audit, or widen itself.

    Args:
        names: Names of the stack.
        own: Roles and policies of the baseline, as the part of an ARN after the account.
        audit: ARN of the audit bucket, if this stack has one.
    """
    statements: list[Any] = [
        {
            "Sid": "LeaveTheRecordAlone",
            "Effect": "Deny",
            "Action": [
                "access-analyzer:*",
                "account:*",
                "cloudtrail:*",
                "config:*Recorder*",
                "config:*DeliveryChannel",
                "guardduty:*",
                "organizations:*",
            ],
            "Resource": "*",
        },
        {
            "Sid": "LeaveIdentitiesAlone",
            "Effect": "Deny",
            "Action": [
                "iam:*AccessKey*",
                "iam:*Group*",
                "iam:*LoginProfile*",
                "iam:*OpenIDConnectProvider*",
                "iam:*SAMLProvider*",
                "iam:*User*",
            ],
            "Resource": "*",
        },
        {
            "Sid": "LeaveAdministratorsAlone",
            "Effect": "Deny",
            "Action": "iam:*",
            "Resource": [
                names.arn("iam", thing, region="")
                for thing in (*own, "role/OrganizationAccountAccessRole", "role/aws-reserved/*")
            ],
        },
        {
            # By its tag, since AWS makes up a key's id: the document stays readable before the key exists.
            "Sid": "LeaveTheKeyAlone",
            "Effect": "Deny",
            "Action": [
                "kms:DisableKey*",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UntagResource",
            ],
            "Resource": names.arn("kms", "key/*", region="*"),
            "Condition": {"StringEquals": {"aws:ResourceTag/project": names.system}},
        },
    ]
    for arn in audit:
        statements.append(
            {
                "Sid": "LeaveTheFilesAlone",
                "Effect": "Deny",
                "Action": ["s3:Delete*", "s3:Put*", "s3:BypassGovernanceRetention"],
                "Resource": [arn, concat(arn, "/*")],
            }
        )
    return statements


def _arn(right: Right, kind: str, names: Names) -> Any:
    if kind.startswith("arn:"):
        head, found, tail = kind.partition("{account}")
        return concat(head, names.account, tail) if found else kind
    region = "*" if right.regional else ""
    if right.owned:
        return names.arn(right.service, kind, region=region)
    return f"arn:aws:{right.service}:{region}::{kind}"
