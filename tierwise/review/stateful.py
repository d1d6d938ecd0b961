"""Refuses a change that would lose data: the replacement or deletion of what holds it, unless it was approved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from guardrails.stack_config import merge
from tierwise.preview.errors import ConfigError
from tierwise.review.diff import ResourceDiff
from tierwise.review.values_diff import SECRET

#: What holds data, by type.
KINDS: Final[Mapping[str, str]] = {
    "aws:rds/instance:Instance": "database",
    "aws:rds/cluster:Cluster": "database",
    "aws:docdb/cluster:Cluster": "database",
    "aws:neptune/cluster:Cluster": "database",
    "aws:redshift/cluster:Cluster": "database",
    "aws:memorydb/cluster:Cluster": "database",
    "aws:opensearch/domain:Domain": "search index",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "search index",
    "aws:dynamodb/table:Table": "table",
    "aws:dynamodb/globalTable:GlobalTable": "table",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
    "aws:efs/fileSystem:FileSystem": "file system",
    "aws:ebs/volume:Volume": "volume",
    "aws:kms/key:Key": "key",
    "aws:kms/replicaKey:ReplicaKey": "key",
    "aws:cognito/userPool:UserPool": "user pool",
    "aws:backup/vault:Vault": "backup vault",
}
#: Caches hold data when they are snapshotted.
_CACHES: Final = ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster")
_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
#: Logs that are kept this long, in days, are kept because somebody has to be able to read them.
_ARCHIVE_DAYS: Final = 365
_OPERATIONS: Final = {"delete": "deleted", "replace": "replaced"}


@dataclass(frozen=True, slots=True)
class Approval:
    """An agreed loss of what a resource holds.

    Attributes:
        resource: Logical name or glob.
        operation: What may happen to it.
        reason: Why.
        owner: Who answers for it.
        expires: The last day on which it holds.
    """

    resource: str
    operation: Literal["replace", "delete"]
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class DataLoss:
    """The replacement or deletion of a resource that holds data.

    Attributes:
        diff: What happens to the resource.
        kind: What it is, such as ``database``.
        message: What happens, and why.
        ways_out: What to do instead, one sentence each.
        approval: The approval that lets it pass, or None: it blocks.
    """

    diff: ResourceDiff
    kind: str
    message: str
    ways_out: tuple[str, ...]
    approval: Approval | None = None

    @property
    def blocks(self) -> bool:
        """Whether it stops the deployment."""
        return self.approval is None

    def to_json(self) -> dict[str, Any]:
        """The entry of ``diff.dataLoss``."""
        approval = self.approval
        return {
            "urn": self.diff.urn,
            "resource": self.diff.name,
            "type": self.diff.type,
            "op": self.diff.op,
            "kind": self.kind,
            "message": self.message,
            "waysOut": list(self.ways_out),
            "blocks": self.blocks,
            "approval": approval
            and {"reason": approval.reason, "owner": approval.owner, "expires": approval.expires.isoformat()},
        }


def approvals(config: Mapping[str, str], project: str) -> tuple[Approval, ...]:
    """The stack's ``approvals`` section.

    Args:
        config: The flat configuration of the plan.
        project: The project, whose namespace holds the section.

    Raises:
        ConfigError: An entry is not an approval. (The shipped program's settings have told so before.)
    """
    section = _json(config.get(f"{project}:approvals"), [])
    overrides = _json(config.get(f"{project}:overrides"), {})
    if "approvals" in overrides:
        section = merge(section, overrides["approvals"])
    return tuple(_approval(entry, f"{project}:approvals[{index}]") for index, entry in enumerate(section))


def _approval(entry: Any, path: str) -> Approval:
    try:
        return Approval(
            entry["resource"],
            entry["operation"],
            entry["reason"],
            entry["owner"],
            # YAML turns an unquoted date into a timestamp.
            date.fromisoformat(entry["expires"][:10]),
        )
    except (KeyError, TypeError, ValueError):
        raise ConfigError([f"{path}  must be {{resource, operation, reason, owner, expires}}"]) from None


def data_losses(resources: Sequence[ResourceDiff], granted: Iterable[Approval], today: date) -> tuple[DataLoss, ...]:
    """Every change that loses data, approved or not.

    A resource that is retained when deleted stays in AWS, so that its deletion loses nothing; its replacement does,
    because the new one begins empty.

    Args:
        resources: What the change touches.
        granted: The stack's approvals.
        today: The day that they are judged at; an approval still holds on its last day.
    """
    granted = tuple(granted)
    found: list[DataLoss] = []
    for item in resources:
        if item.op not in _OPERATIONS or item.old is None:
            continue
        kind = kind_of(item.type, item.old.get("inputs", {}))
        if kind is None or (item.op == "delete" and item.old.get("retainOnDelete")):
            continue
        matching = [g for g in granted if g.operation == item.op and fnmatchcase(item.name, g.resource)]
        approval = next((g for g in matching if g.expires >= today), None)
        found.append(
            DataLoss(item, kind, _message(item, kind), tuple(_ways_out(item, resources, matching, today)), approval)
        )
    return tuple(found)


def kind_of(token: str, inputs: Mapping[str, Any]) -> str | None:
    """What a resource that holds data is, or None when it holds none.

    Args:
        token: The resource's type.
        inputs: Its inputs as the preview's JSON writes them.
    """
    if token in _CACHES:
        return "cache with snapshots" if inputs.get("snapshotRetentionLimit") else None
    if token == _LOG_GROUP:
        days = inputs.get("retentionInDays") or 0
        return "log archive" if isinstance(days, int) and (days == 0 or days >= _ARCHIVE_DAYS) else None
    return KINDS.get(token)


def _message(item: ResourceDiff, kind: str) -> str:
    if item.op == "delete":
        return f"the {kind} {item.name} is deleted, with everything in it"
    return f"the {kind} {item.name} is replaced by an empty one, forced by {', '.join(item.forced_by)}"


def _ways_out(
    item: ResourceDiff, resources: Sequence[ResourceDiff], lapsed: Sequence[Approval], today: date
) -> Iterable[str]:
    state = item.old or {}
    if item.op == "delete":
        for other in resources:
            if other.op == "create" and other.type == item.type:
                same = "" if other.parent == item.parent else f', parent="{item.parent}"'
                yield f'alias: if it is {other.name} now, give that aliases=[pulumi.Alias(name="{item.name}"{same})]'
        yield "retain: deploy it with retain_on_delete=True first, then remove it; it stays in AWS, unmanaged"
    else:
        for change in item.changes:
            if change.forces:
                old = SECRET if change.old == SECRET else change.old
                yield f"keep {change.path} as it is ({_short(old)})"
        yield (
            "import: make the new one under another name, move the data, then import or alias it; "
            "the old one goes in a later change"
        )
    if state.get("protect"):
        yield "it is protected, so pulumi up refuses as well until a deployment with protect=False has been made"
    for approval in lapsed:
        if approval.expires < today:
            yield f"its approval by {approval.owner} expired on {approval.expires}"
    yield (
        f"approve: approvals: [{{resource: {item.name}, operation: {item.op}, reason: …, owner: …, expires: …}}] "
        "in the stack's overrides"
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _json(text: str | None, default: Any) -> Any:
    return default if text is None else json.loads(text)
