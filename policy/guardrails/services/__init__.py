"""The rules, one module a service. Importing the package registers them all."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Final

from guardrails.rule import REGISTRY, Rule

#: Each module's heading in the catalogue, in the catalogue's order.
MODULES: Final[Mapping[str, str]] = {
    "pack": "The pack itself",
    "s3": "Amazon S3",
    "rds": "Amazon RDS and Aurora",
    "network": "Amazon VPC",
    "ec2": "Amazon EC2 and Auto Scaling",
    "elb": "Elastic Load Balancing",
    "containers": "Amazon ECS and ECR",
    "cache": "Amazon ElastiCache",
    "iam": "AWS IAM",
    "keys": "AWS KMS, Secrets Manager and Systems Manager",
    "edge": "CloudFront, WAF, ACM and Route 53",
    "messaging": "SNS, SQS and EventBridge",
    "observability": "Amazon CloudWatch",
    "serverless": "AWS Lambda and DynamoDB",
    "api": "API Gateway and Cognito",
    "account": "What an account has once",
    "trail": "AWS CloudTrail",
    "backup": "AWS Backup",
    "search": "Amazon OpenSearch",
    "workflow": "Step Functions, Lex and Synthetics",
    "deputy": "The confused deputy",
    "project": "Budget, tags and the project's own",
}

_headings: dict[str, str] = {}


def rules() -> Iterable[Rule]:
    """Every rule, in the order of the catalogue."""
    return tuple(REGISTRY)


def title_of(rule: Rule) -> str:
    """The heading that a rule stands under in the catalogue."""
    return _headings[rule.id]


# Here and not on demand: whichever module is wanted first, the order is this one.
for _name, _heading in MODULES.items():
    importlib.import_module(f"{__name__}.{_name}")
    for _rule in REGISTRY:
        _headings.setdefault(_rule.id, _heading)
