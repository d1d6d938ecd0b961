"""The confused deputy: an AWS service that acts for anybody, unless the policy says for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails import documents
from guardrails.documents import Statement
from guardrails.resource import Resource
from guardrails.rule import Kind, Outcome, Scope, declare

TYPES: Final = (
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topic:Topic",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/queue:Queue",
    "aws:kms/key:Key",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
)
#: Condition keys by which a service tells for whom it acts.
_SOURCES: Final = (
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "kms:calleraccount",
    "kms:grantisforawsresource",
)


def _bound(statement: Statement) -> bool:
    return any(
        (key in _SOURCES or key.startswith("kms:encryptioncontext:")) and any(value.strip("*") for value in values)
        for _, key, values in statement.conditions
    )


def _for_anybody(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    found, instead = documents.statements(holder, "policy")
    if instead:
        yield instead
    for index, statement in enumerate(found):
        services = sorted({value for kind, value in statement.principals if kind == "Service"})
        if statement.allow and services and not _bound(statement):
            yield f"policy {statement.label(index)} lets {', '.join(services)} act for any account"


declare(
    "P.IAM.deputy",
    "medium",
    Kind.IAM,
    "Policies that admit an AWS service should say for whom it acts",
    types=TYPES,
    reads=("policy",),
    check=_for_anybody,
    why="Somebody else's trail, topic or distribution would write to or read from yours: the service is let in, "
    "whoever asked it.",
    fix='"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}, or ArnLike on aws:SourceArn',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
)
