"""AWS Backup: vaults that nobody can empty early, and plans that leave nothing out.

A stack without AWS Backup is not told to buy it: RDS and DynamoDB keep backups of their own (RDS.11, DynamoDB.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from guardrails.checks import has_value, is_block, is_set, number
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, On, Outcome, Scope, declare, undecided

VAULT: Final = "aws:backup/vault:Vault"
LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
SELECTION: Final = "aws:backup/selection:Selection"
HOLDERS: Final = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
)


def _locked(vault: Resource, scope: Scope) -> Iterator[Outcome]:
    locks = scope.attached(vault, LOCK, "backupVaultName", "name")
    if not locks:
        yield "has no VaultLockConfiguration"
    for lock in locks:
        least = lock.get("minRetentionDays")
        if least is UNKNOWN:
            yield On(lock, undecided("minRetentionDays"))
        elif least is ABSENT or not number(least):
            yield On(lock, "minRetentionDays is not set, so a recovery point may be deleted at once")


declare(
    "P.Backup.vault-lock",
    "medium",
    Kind.PRODUCTION,
    "Backup vaults should be locked",
    types=VAULT,
    reads=("name",),
    related={LOCK: ("backupVaultName", "minRetentionDays", "changeableForDays")},
    check=_locked,
    why="Whoever takes over the account deletes the backups first.",
    fix="VaultLockConfiguration(backup_vault_name=vault.name, min_retention_days=7)",
    url="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
)


declare(
    "Backup.1",
    "medium",
    Kind.CUSTOMER_KEY,
    "AWS Backup recovery points should be encrypted at rest",
    types=VAULT,
    check=is_set("kmsKeyArn"),
    why="Recovery points are always encrypted; your own key can be refused and audited, and a copy in another account "
    "needs one.",
    fix="Vault(kms_key_arn=key.arn)",
)


def _covered(holder: Resource, scope: Scope) -> Iterator[Outcome]:
    selections = scope.stack.of_type(SELECTION)
    if not selections or any(_selected(holder, selection, scope) for selection in selections):
        return
    waiting = [(s, path) for s in selections if (path := _not_known(s, scope))]
    if waiting:
        yield Deferred(waiting[0][1], waiting[0][0])
    else:
        yield "is in no backup selection"


def _not_known(selection: Resource, scope: Scope) -> str | None:
    """The property of a selection that nothing is known of, not even which resources of the stack it names."""
    if UNKNOWN in selection.all("resources[]") and not scope.stack.referenced(selection, "resources"):
        return "resources"
    tags = selection.all("selectionTags[]")
    unknown = UNKNOWN in tags or any(is_block(tag) and UNKNOWN in (tag.get("key"), tag.get("value")) for tag in tags)
    return "selectionTags" if unknown else None


def _selected(holder: Resource, selection: Resource, scope: Scope) -> bool:
    if holder in scope.stack.referenced(selection, "resources"):
        return True
    if any(isinstance(arn, str) and _selects_kind(arn, holder) for arn in selection.all("resources[]")):
        return True
    tags: Any = holder.get("tags")
    wanted = [(tag.get("key"), tag.get("value")) for tag in selection.all("selectionTags[]") if is_block(tag)]
    return is_block(tags) and any(
        isinstance(key, str) and has_value(value) and tags.get(key) == value for key, value in wanted
    )


def _selects_kind(arn: str, holder: Resource) -> bool:
    """Whether an ARN pattern such as ``*`` or ``arn:aws:rds:*:*:db:*`` selects everything of the holder's service."""
    parts = arn.split(":")
    service = holder.type.split(":")[1].split("/")[0]
    return arn == "*" or (arn.endswith("*") and len(parts) > 2 and fnmatchcase(service, parts[2]))


declare(
    "P.Backup.coverage",
    "medium",
    Kind.PRODUCTION,
    "A stack that makes backup plans should select everything that holds data",
    types=HOLDERS,
    reads=("tags",),
    related={SELECTION: ("resources", "selectionTags[].key", "selectionTags[].value")},
    check=_covered,
    references=("tags",),
    why="The database that was added last is the one that the plan forgot.",
    fix='backup.Selection(selection_tags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}], ...)',
    url="https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
)
