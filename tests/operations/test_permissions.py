"""The least permissions of each command: in the documentation, and within what the pipeline's role may do."""

from __future__ import annotations

import functools
import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from components.governance.deploy_rights import AREAS
from tierwise.operations.actions import actions_of
from tierwise.operations.page import operations_page, recovery_page
from tierwise.operations.rights import COMMANDS

ROOT = Path(__file__).parents[2]


@functools.cache
def reading() -> list[str]:
    """What AWS's SecurityAudit policy lets one read; moto carries AWS's own text of it."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    document = json.loads(aws_managed_policies_data)["SecurityAudit"]["Document"]
    statements = document["Statement"]
    return [
        action.lower()
        for statement in (statements if isinstance(statements, list) else [statements])
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]


def allowed(action: str) -> bool:
    own = [
        f"{right.service}:{verb}"
        for rights in AREAS.values()
        for right in rights
        for verb in (*right.verbs, *right.unscoped)
    ]
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in (*own, *reading()))


@pytest.mark.parametrize("command", sorted(name for name, needs in COMMANDS.items() if needs.by == "pipeline"))
def test_the_pipeline_may_do_what_its_commands_need(command: str) -> None:
    assert [action for action in COMMANDS[command].actions if not allowed(action)] == []


def test_no_command_asks_for_a_whole_service() -> None:
    assert [a for needs in COMMANDS.values() for a in needs.actions if "*" in a] == []


def test_the_pages_are_as_generated() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    assert operations_page(guide) == guide, "run make generate"
    assert recovery_page() == (ROOT / "docs" / "recovery.md").read_text(), "run make generate"


@pytest.mark.parametrize(
    ("service", "operation", "actions"),
    [
        ("ecs", "UpdateService", ("ecs:UpdateService",)),
        ("elbv2", "DescribeLoadBalancers", ("elasticloadbalancing:DescribeLoadBalancers",)),
        ("s3", "ListObjectVersions", ("s3:ListBucketVersions",)),
        ("s3", "CopyObject", ("s3:GetObjectVersion", "s3:PutObject")),
        ("resourcegroupstaggingapi", "GetResources", ("tag:GetResources",)),
    ],
)
def test_calls_and_their_actions(service: str, operation: str, actions: tuple[str, ...]) -> None:
    assert actions_of(service, operation) == actions
