"""What a linked thing gives to its user: variables, access and a way through the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An IAM statement that allows.

    Attributes:
        sid: Statement id, letters and digits.
        actions: Actions without wildcards.
        resources: ARNs.
        conditions: ``{operator: {key: value}}``.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    conditions: Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]] = field(
        default_factory=dict[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]]
    )


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A port of a target that its user must reach.

    Attributes:
        target: The target's logical name.
        security_group_id: The target's security group.
        port: TCP port.
    """

    target: str
    security_group_id: pulumi.Input[str]
    port: int


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one link gives to a service.

    Attributes:
        environment: Plain variables, known before deployment so that the task definition can be judged at preview.
        addresses: Plain variables that AWS decides. Functions take them as they are; a link that gives any is for
            functions alone.
        secrets: Variables that ECS reads when a task starts: variable to parameter name or secret ARN.
        statements: What the task itself may do.
        secret_statements: What ECS may read on behalf of the task.
        openings: Ports to open.
        depends_on: Resources that must exist before a task starts.
    """

    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    addresses: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    statements: Sequence[Statement] = ()
    secret_statements: Sequence[Statement] = ()
    openings: Sequence[Opening] = ()
    depends_on: Sequence[pulumi.Resource] = ()
