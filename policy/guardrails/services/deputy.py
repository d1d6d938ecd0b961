"""The confused deputy: a service or an account that acts for anybody, unless the policy says for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardrails import documents
from guardrails.documents import Statement
from guardrails.rule import Kind, Scope, declare
from guardrails.services.iam import ROLE

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


def _for_anybody(statement: Statement, _scope: Scope) -> Iterator[str]:
    services = sorted({value for kind, value in statement.principals if kind == "Service"})
    if services and not _bound(statement):
        yield f"lets {', '.join(services)} act for any account"


declare(
    "P.IAM.deputy",
    "medium",
    Kind.IAM,
    "Policies that admit an AWS service should say for whom it acts",
    types=TYPES,
    reads=("policy",),
    check=documents.allowing("policy", _for_anybody),
    why="Somebody else's trail, topic or distribution would write to or read from yours: the service is let in, "
    "whoever asked it.",
    fix='"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}, or ArnLike on aws:SourceArn',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
)

#: Services whose own guide asks for aws:SourceAccount or aws:SourceArn in the trust of the roles that they take; the
#: others do not tell for whom they take one, so a condition would lock them out.
_TELLING: Final = (
    "bedrock.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "pipes.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


def _taken_for_anybody(statement: Statement, _scope: Scope) -> Iterator[str]:
    services = sorted({value for kind, value in statement.principals if kind == "Service" and value in _TELLING})
    if services and not _bound(statement):
        yield f"lets {', '.join(services)} take it for any account"


declare(
    "P.IAM.deputy-role",
    "low",
    Kind.ADVICE,
    "Roles that an AWS service takes should say for whom, where the service tells",
    types=ROLE,
    reads=("assumeRolePolicy",),
    check=documents.allowing("assumeRolePolicy", _taken_for_anybody),
    why="Somebody else's task or schedule that names the role would have its rights. Advisory: passing a role between "
    "accounts is already refused by most services.",
    fix='"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}, and ArnLike on aws:SourceArn',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
)

#: Account ids in a principal: an ARN's fifth field, or the bare id.
_ACCOUNT: Final = re.compile(r"^(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::.*)?$")
#: Condition keys by which a trusted account proves on whose behalf it calls, or who in it may.
_PROOFS: Final = (
    "sts:externalid",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:multifactorauthpresent",
    "aws:sourceidentity",
)


def _foreign_accounts(statement: Statement, scope: Scope) -> Iterator[str]:
    named = {match[1] for kind, value in statement.principals if kind == "AWS" and (match := _ACCOUNT.match(value))}
    foreign = sorted(named - {scope.config.account})
    proven = any(key in _PROOFS and any(v.strip("*") for v in values) for _, key, values in statement.conditions)
    if foreign and not proven:
        yield f"trusts account {', '.join(foreign)} whoever it acts for"


declare(
    "P.IAM.external-id",
    "medium",
    Kind.ADVICE,
    "Roles that another account may take should ask it on whose behalf",
    types=ROLE,
    reads=("assumeRolePolicy",),
    check=documents.allowing("assumeRolePolicy", _foreign_accounts),
    why="A vendor that takes roles for many customers can be talked into taking yours for another. Advisory: accounts "
    "of one's own organisation need none; <project>:account tells which account is this one.",
    fix='"Condition": {"StringEquals": {"sts:ExternalId": external_id}}, or aws:PrincipalOrgID for your own accounts',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
)
