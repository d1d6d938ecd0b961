"""The key of the account's Pulumi state: it encrypts the bucket, and the secrets in configuration and state.

One key an account and region, 1 USD a month, found by its alias. Between making a key and naming it a run can die; so a
key carries a tag, by which the next run finds it instead of making, and paying for, another.
https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tierwise.operations.answers import part
from tierwise.operations.bootstrap.documents import Admitted, key_policy, same
from tierwise.operations.bootstrap.settle import Report, Setting
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation

#: What the key is tagged with, and by what it is found again.
TAG: Final = "tierwise:bootstrap"
MARK: Final = "pulumi-state"
#: What a dry run calls the key that it would have made.
_UNMADE: Final = "the key above"


@dataclass(frozen=True)
class Key:
    """The key.

    Attributes:
        arn: Its ARN; a word for it where a dry run would make it.
        fresh: Whether this run made it.
    """

    arn: str
    fresh: bool


def settle_key(operation: Operation, alias: str, tags: Mapping[str, str], admitted: Admitted, report: Report) -> Key:
    """The key as it should be: made, named, rotated, and open to whom it should.

    Args:
        operation: The command.
        alias: Its alias, with ``alias/``.
        tags: Tags of everything that the command makes.
        admitted: Who may use it.
        report: Where to note what was done.

    Raises:
        OperationError: The alias names a key that is disabled, about to be deleted, or of another kind.
    """
    policy = key_policy(operation.aws.account, admitted)
    found = _named(operation, alias)
    fresh = found is None
    if found is None:
        found = _unnamed(operation)
        if found is None:
            found = _make(operation, policy, tags)
            report.add(f"key {alias}", "made")
        else:
            report.add(f"key {alias}", "found without its name, and named")
        operation.aws.change("kms", "CreateAlias", AliasName=alias, TargetKeyId=found)
    else:
        report.add(f"key {alias}", "as it should be")
    arn = found
    unmade = arn == _UNMADE
    report.settle(
        operation,
        [
            Setting(
                "its rotation once a year",
                lambda: operation.aws.read("kms", "GetKeyRotationStatus", KeyId=arn).get("KeyRotationEnabled"),
                bool,
                lambda: operation.aws.change("kms", "EnableKeyRotation", KeyId=arn),
            ),
            Setting(
                "its policy",
                lambda: operation.aws.read("kms", "GetKeyPolicy", KeyId=arn, PolicyName="default").get("Policy"),
                lambda text: unmade or same(text, policy),
                lambda: operation.aws.change(
                    "kms", "PutKeyPolicy", KeyId=arn, PolicyName="default", Policy=json.dumps(policy)
                ),
            ),
        ],
        fresh=fresh,
    )
    return Key(arn, fresh)


def _named(operation: Operation, alias: str) -> str | None:
    try:
        found = part(operation.aws.read("kms", "DescribeKey", KeyId=alias), "KeyMetadata")
    except AwsError as error:
        if error.missing:
            return None
        raise
    _usable(operation, alias, found)
    return str(found["Arn"])


def _usable(operation: Operation, alias: str, found: Mapping[str, Any]) -> None:
    state, region = str(found.get("KeyState", "")), operation.aws.region
    if state == "PendingDeletion":
        raise OperationError(
            f"{alias} in {region}  its key is about to be deleted, and with it every secret in the state: "
            f"`aws kms cancel-key-deletion --key-id {found['KeyId']}` keeps it, then repeat"
        )
    if state == "Disabled":
        raise OperationError(
            f"{alias} in {region}  its key was disabled by somebody: ask why; "
            f"`aws kms enable-key --key-id {found['KeyId']}` switches it on, then repeat"
        )
    if found.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT" or found.get("KeyManager") == "AWS":
        raise OperationError(f"{alias} in {region}  is no symmetric key of this account: name another with --alias")


def _unnamed(operation: Operation) -> str | None:
    """A key that a run has made and could not name any more."""
    filters = [{"Key": TAG, "Values": [MARK]}]
    for found in operation.aws.pages(
        "resourcegroupstaggingapi",
        "GetResources",
        "ResourceTagMappingList",
        TagFilters=filters,
        ResourceTypeFilters=["kms:key"],
    ):
        arn = str(found["ResourceARN"])
        described = part(operation.aws.read("kms", "DescribeKey", KeyId=arn), "KeyMetadata")
        if described.get("KeyState") == "Enabled":
            return arn
    return None


def _make(operation: Operation, policy: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    made = operation.aws.change(
        "kms",
        "CreateKey",
        Description="Pulumi's state, and the secrets in it",
        Policy=json.dumps(policy),
        Tags=[{"TagKey": key, "TagValue": value} for key, value in {**tags, TAG: MARK}.items()],
    )
    return str(part(made, "KeyMetadata").get("Arn") or _UNMADE)
