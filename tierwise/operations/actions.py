"""Which IAM actions a call of an AWS API needs.

Most are named after the call; what is not stands in a table.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: boto3's name of a service → prefix of its actions, where they differ.
_PREFIXES: Final[Mapping[str, str]] = {
    "apigatewayv2": "apigateway",
    "bedrock-runtime": "bedrock",
    "elbv2": "elasticloadbalancing",
    "lexv2-models": "lex",
    "opensearchserverless": "aoss",
    "resourcegroupstaggingapi": "tag",
}

_NAMED_OTHERWISE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("apigateway", "GetApiKeys"): ("apigateway:GET",),
    ("apigateway", "GetRestApi"): ("apigateway:GET",),
    ("apigatewayv2", "GetApi"): ("apigateway:GET",),
    ("ecs", "RegisterTaskDefinition"): ("ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"),
    ("ecs", "RunTask"): ("ecs:RunTask", "ecs:TagResource", "iam:PassRole"),
    ("kms", "CreateKey"): ("kms:CreateKey", "kms:TagResource"),
    ("lambda", "Invoke"): ("lambda:InvokeFunction",),
    ("lambda", "GetFunctionConcurrency"): ("lambda:GetFunctionConcurrency",),
    ("s3", "CopyObject"): ("s3:GetObjectVersion", "s3:PutObject"),
    ("s3", "CreateBucket"): ("s3:CreateBucket",),
    ("s3", "DeleteObjects"): ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3", "DeletePublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "GetBucketLifecycleConfiguration"): ("s3:GetLifecycleConfiguration",),
    ("s3", "GetBucketEncryption"): ("s3:GetEncryptionConfiguration",),
    ("s3", "GetPublicAccessBlock"): ("s3:GetBucketPublicAccessBlock",),
    ("s3", "HeadBucket"): ("s3:ListBucket",),
    ("s3", "HeadObject"): ("s3:GetObject",),
    ("s3", "ListObjectVersions"): ("s3:ListBucketVersions",),
    ("s3", "ListObjectsV2"): ("s3:ListBucket",),
    ("s3", "PutBucketEncryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "PutBucketLifecycleConfiguration"): ("s3:PutLifecycleConfiguration",),
    ("s3", "PutPublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
}

#: How the names of calls begin that change nothing.
_READING: Final = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search")


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    """The IAM actions that a call needs.

    Args:
        service: boto3's name of the service, such as ``elbv2``.
        operation: The API's name of the call, such as ``DescribeServices``.
    """
    special = _NAMED_OTHERWISE.get((service, operation))
    return special if special is not None else (f"{_PREFIXES.get(service, service)}:{operation}",)


def reads_only(operation: str) -> bool:
    """Whether a call changes nothing, by its name."""
    return operation.startswith(_READING)
