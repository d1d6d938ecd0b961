"""IAM documents and roles: what each part of a system may do, and nothing more.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.documents import is_known, json_document
from components.grant import Statement
from components.names import Names

#: Actions that AWS cannot limit to a resource: the service authorization reference lists no resource type for them.
UNSCOPED_ACTIONS: Final = frozenset(
    {
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "cloudwatch:PutMetricData",
        "ec2:DescribeInstances",
        "ecr:GetAuthorizationToken",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "logs:DescribeLogGroups",
        "s3:ListAllMyBuckets",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)
#: Longest policy text that a role holds inline, white space aside.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_ROLE_POLICY: Final = 10_240

#: Services that name the account and the thing they act for when they take a role, and the form of that ARN.
_SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    "ecs-tasks.amazonaws.com": ("ecs", "*"),
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    "monitoring.rds.amazonaws.com": ("rds", "db:*"),
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    "scheduler.amazonaws.com": ("scheduler", "schedule-group/default"),
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    "vpc-flow-logs.amazonaws.com": ("ec2", "vpc-flow-log/*"),
}


class PolicyError(ValueError):
    """A statement allows more than it may, or a document is too long."""


def policy_document(statements: Sequence[Statement]) -> pulumi.Input[str]:
    """The JSON policy that allows what ``statements`` say; a plain string when every ARN is known.

    Statements of one id become one where they share resources and conditions, then where they share actions and
    conditions. Order of the input does not matter.

    Args:
        statements: At least one statement.

    Raises:
        PolicyError: A wildcard action; a bare ``*`` resource with an action that AWS can scope; no statement, action or
            resource; or a document that a role cannot hold. Where an ARN is decided by AWS, raised on deployment.
    """
    if not statements:
        raise PolicyError("a policy needs at least one statement")
    for statement in statements:
        _check_actions(statement)
    plain = [
        {
            "sid": statement.sid,
            "actions": tuple(statement.actions),
            "resources": list(statement.resources),
            "conditions": {
                operator: {
                    key: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
                    for key, value in keys.items()
                }
                for operator, keys in statement.conditions.items()
            },
        }
        for statement in statements
    ]
    if is_known(plain):
        return _render(plain)
    return pulumi.Output.from_input(plain).apply(_render)


def trust_document(service: str, names: Names | None = None) -> pulumi.Input[str]:
    """The trust policy that lets an AWS service take a role.

    Args:
        service: Service principal, such as ``ecs-tasks.amazonaws.com``.
        names: With it, only calls on behalf of this account are trusted, where the service tells on whose behalf.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if names is not None and service in _SOURCES:
        arn_service, resource = _SOURCES[service]
        statement["Condition"] = {
            "StringEquals": {"aws:SourceAccount": names.account},
            "ArnLike": {"aws:SourceArn": names.arn(arn_service, resource)},
        }
    return json_document({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True, kw_only=True)
class ServiceRole:
    """A role that an AWS service takes, with its inline policy.

    Attributes:
        role: The role.
        later: The policy of statements whose ARNs AWS has yet to make, or None; apart, so that the rest can be read
            before deployment.
        known_arn: Its ARN, known before deployment where the role has an exact name and the account is configured.
        policy: Its policy; a user of the role depends on it so that nothing starts without its rights. None when the
            role may do nothing.
    """

    role: iam.Role
    known_arn: pulumi.Input[str]
    policy: iam.RolePolicy | None
    later: iam.RolePolicy | None = None

    @property
    def arn(self) -> pulumi.Output[str]:
        """The role's ARN."""
        return self.role.arn

    @property
    def resources(self) -> list[pulumi.Resource]:
        """Everything that must exist before the role is of use."""
        return [self.role, *(policy for policy in (self.policy, self.later) if policy is not None)]


def create_service_role(
    parent: Component,
    name: str,
    *,
    service: str,
    description: str,
    names: Names,
    statements: Sequence[Statement] = (),
    role_name: str | None = None,
) -> ServiceRole:
    """Create a role for an AWS service, and its inline policy.

    Args:
        parent: The component that owns the role.
        name: Logical name.
        service: Service principal that takes the role.
        description: What the role is for.
        names: Account and region of the stack.
        statements: What the role allows; none for a role without rights.
        role_name: Exact name, for a role that another policy must name before it exists.
    """
    role = iam.Role(
        name,
        name=role_name,
        assume_role_policy=trust_document(service, names),
        description=description,
        tags=parent.tags,
        opts=parent.child(),
    )
    policy, later = create_role_policies(parent, name, role=role, names=names, statements=statements)
    # IAM is global: its ARNs name no region.
    known_arn = role.arn if role_name is None else names.arn("iam", f"role/{role_name}", region="")
    return ServiceRole(role=role, known_arn=known_arn, policy=policy, later=later)


def create_role_policies(
    parent: Component, name: str, *, role: iam.Role, names: Names, statements: Sequence[Statement]
) -> tuple[iam.RolePolicy | None, iam.RolePolicy | None]:
    """Create the inline policies of a role: one that can be read before deployment, and one with what AWS decides.

    Args:
        parent: The component that owns the role.
        name: Logical name of the first; the second's ends in ``-made``.
        role: The role.
        names: Account and region of the stack.
        statements: What the role allows; none for a role without rights.
    """
    readable = [statement for statement in statements if _is_readable(statement)]
    decided_later = [statement for statement in statements if not _is_readable(statement)]
    if not readable or not isinstance(names.account, str):
        # Nothing could be read before deployment: one policy is enough.
        readable, decided_later = [*statements], []
    policy = later = None
    if readable:
        policy = iam.RolePolicy(name, role=role.name, policy=policy_document(readable), opts=parent.child())
    if decided_later:
        later = iam.RolePolicy(
            f"{name}-made", role=role.name, policy=policy_document(decided_later), opts=parent.child()
        )
    return policy, later


def _is_readable(statement: Statement) -> bool:
    return is_known([list(statement.resources), statement.conditions])


def _check_actions(statement: Statement) -> None:
    if not statement.actions or not statement.resources:
        raise PolicyError(f"statement {statement.sid}: needs at least one action and one resource")
    for action in statement.actions:
        if "*" in action or ":" not in action:
            raise PolicyError(
                f'statement {statement.sid}: "{action}" is not one action; name each, such as s3:GetObject'
            )


def _check_resources(statement: Mapping[str, Any]) -> None:
    scopable = sorted(set(statement["actions"]) - UNSCOPED_ACTIONS)
    for resource in statement["resources"]:
        # The part of an ARN after service, region and account names the thing; an asterisk alone names everything.
        if not resource.split(":", 5)[-1].strip("*/") and scopable:
            raise PolicyError(
                f'statement {statement["sid"]}: resource "{resource}" with {", ".join(scopable)}, which AWS can limit: '
                "name the resources"
            )


def _render(statements: Sequence[Mapping[str, Any]]) -> str:
    for statement in statements:
        _check_resources(statement)
    flat = sorted(
        _Flat(
            sid=statement["sid"],
            actions=tuple(sorted(set(statement["actions"]))),
            resources=tuple(sorted(set(statement["resources"]))),
            conditions=_frozen(statement["conditions"]),
        )
        for statement in statements
    )
    merged = _merged(flat, lambda s: (s.sid, s.resources, s.conditions))
    merged = sorted(_merged(merged, lambda s: (s.sid, s.actions, s.conditions)))
    document = json_document({"Version": "2012-10-17", "Statement": [*_rendered(merged)]})
    assert isinstance(document, str)
    if len(document) > MAX_ROLE_POLICY:
        largest = max(merged, key=lambda s: sum(map(len, s.resources)))
        raise PolicyError(
            f"the policy has {len(document)} characters and a role holds {MAX_ROLE_POLICY}; "
            f"statement {largest.sid} is the largest"
        )
    return document


@dataclass(frozen=True, slots=True, order=True)
class _Flat:
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]


def _frozen(conditions: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (operator, key, tuple(sorted(value)) if isinstance(value, list) else (value,))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        for operator, keys in sorted(conditions.items())
        for key, value in sorted(keys.items())
    )


def _merged(statements: Sequence[_Flat], key: Callable[[_Flat], Any]) -> list[_Flat]:
    groups: dict[Any, list[_Flat]] = {}
    for statement in statements:
        groups.setdefault(key(statement), []).append(statement)
    return [
        _Flat(
            sid=group[0].sid,
            actions=tuple(sorted({action for s in group for action in s.actions})),
            resources=tuple(sorted({resource for s in group for resource in s.resources})),
            conditions=group[0].conditions,
        )
        for group in groups.values()
    ]


def _rendered(statements: Sequence[_Flat]) -> list[dict[str, Any]]:
    rendered: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for statement in statements:
        # A statement id must be unique in its document.
        seen[statement.sid] = seen.get(statement.sid, 0) + 1
        number = seen[statement.sid]
        entry: dict[str, Any] = {
            "Sid": statement.sid if number == 1 else f"{statement.sid}{number}",
            "Effect": "Allow",
            "Action": list(statement.actions),
            "Resource": list(statement.resources),
        }
        for operator, key, values in statement.conditions:
            keys = entry.setdefault("Condition", {}).setdefault(operator, {})
            keys[key] = values[0] if len(values) == 1 else list(values)
        rendered.append(entry)
    return rendered
