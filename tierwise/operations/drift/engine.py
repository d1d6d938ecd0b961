"""Drift by Pulumi itself: ``pulumi refresh --preview-only``, made readable.

Each step of its JSON holds a resource before and after the refresh; what differs between the two is the drift.
https://www.pulumi.com/docs/iac/cli/commands/pulumi_refresh/
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.drift.findings import Difference, Matter
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation

#: What AWS changes by itself, all the time.
_VOLATILE: Final = frozenset(
    {"__defaults", "id", "latestRestorableTime", "lastModified", "qualifiedInvokeArn", "replicas", "tagsAll", "version"}
)
_SECURITY: Final = (
    "acl", "cidr", "egress", "encrypt", "ingress", "kms", "mfa", "policy", "public", "securityGroup", "ssl", "tls",
)  # fmt: skip
_SAFETY: Final = ("backup", "deletionProtection", "protect", "retention", "versioning", "pointInTime")
_MONEY: Final = (
    "capacity",
    "class",
    "count",
    "desired",
    "instance",
    "memory",
    "multiAz",
    "node",
    "size",
    "storage",
    "cpu",
)


def engine_differences(operation: Operation) -> list[Difference]:
    """What a refresh would change in the state.

    Args:
        operation: The command.

    Raises:
        OperationError: Pulumi fails.
    """
    stack = operation.stack
    command = ["pulumi", "refresh", "--preview-only", "--json", "--non-interactive", "--stack", stack.stage]
    try:
        done = subprocess.run(  # noqa: S603
            [*command, "-C", str(stack.target.directory)],
            capture_output=True,
            text=True,
            check=False,
            timeout=operation.options.timeout,
        )
    except subprocess.TimeoutExpired:
        raise OperationError(f"{stack.key}  pulumi refresh took too long: raise --timeout, or pass --no-cli") from None
    try:
        digest: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise OperationError(f"{stack.key}  pulumi refresh: {reason[-1] if reason else 'no answer'}") from None
    errors = [str(d.get("message", "")) for d in listed(digest, "diagnostics") if d.get("severity") == "error"]
    if done.returncode != 0:
        raise OperationError(f"{stack.key}  pulumi refresh: {' '.join((errors or ['failed'])[0].split())}")
    return differences_of(digest)


def differences_of(digest: Mapping[str, Any]) -> list[Difference]:
    """The differences in what ``pulumi refresh --json`` printed."""
    found: list[Difference] = []
    for step in listed(digest, "steps"):
        urn = str(step.get("urn", ""))
        if "pulumi:providers" in urn or "pulumi:pulumi:Stack" in urn:
            continue
        resource = f"{urn.split('::')[2].split('$')[-1]} {urn.rpartition('::')[2]}" if urn.count("::") >= 3 else urn
        old, new = part(step, "oldState"), part(step, "newState")
        if not old:
            continue
        if not new or step.get("op") == "delete":
            found.append(Difference(resource, "", "exists", "gone", "safety"))
            continue
        before, after = part(old, "outputs"), part(new, "outputs")
        found += [
            Difference(resource, name, before.get(name), after.get(name), matter_of(name))
            for name in sorted({*before, *after} - _VOLATILE)
            if before.get(name) != after.get(name)
        ]
    return found


def matter_of(name: str) -> Matter:
    """Why a property matters, by its name."""
    lower = name.lower()
    for matter, words in (("security", _SECURITY), ("safety", _SAFETY), ("money", _MONEY)):
        if any(word.lower() in lower for word in words):
            return matter  # pyright: ignore[reportReturnType]
    return "other"
