"""The plan as a deployment file, the form of ``pulumi stack export``, for tools that read one.

``pulumi policy analyze --file`` judges it, with any policy pack. Nothing in it has been deployed: ids are missing, what
AWS decides bears the engine's mark for unknown values, and secrets are marked as such but their text is not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.plan import Plan, PlannedResource
from tierwise.preview.state import state_json
from tierwise.preview.urns import PROVIDER_PREFIX
from tierwise.preview.values import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL, Secret

#: The schema of ``deployment``: https://github.com/pulumi/pulumi, sdk/go/common/apitype.
_VERSION: Final = 3


def deployment_json(plan: Plan) -> dict[str, Any]:
    """The version-3 deployment of a plan: every resource after those that it refers to, default providers included."""
    version = f"v{metadata.version('pulumi')}"
    return {
        "version": _VERSION,
        "deployment": {
            "manifest": {
                "time": datetime.now(UTC).isoformat(),
                "magic": hashlib.sha256(version.encode()).hexdigest(),
                "version": version,
            },
            "resources": [_state(resource) for resource in _ordered(plan)],
            "metadata": {},
        },
    }


def _state(resource: PlannedResource) -> dict[str, Any]:
    state = state_json(resource, _sealed)
    if resource.type.startswith(PROVIDER_PREFIX):
        # What a resource names as its provider is this id.
        state["id"] = UNKNOWN_SENTINEL
    return state


def _sealed(secret: Secret) -> dict[str, str]:
    """A secret without its text, which a file on a disk has no business to hold; that it is unknown may be told."""
    text = UNKNOWN_SENTINEL if secret.value is UNKNOWN else "[secret]"
    return {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": json.dumps(text)}


def _ordered(plan: Plan) -> list[PlannedResource]:
    """The resources in the plan's order as far as it can be kept with each after what it refers to."""
    found: dict[str, PlannedResource] = {}
    for resource in plan.resources:
        stack = [resource]
        waiting: set[str] = set()
        while stack:
            current = stack[-1]
            missing = [
                plan.by_urn[urn]
                for urn in _references(current)
                if urn in plan.by_urn and urn not in found and urn not in waiting
            ]
            if current.urn in waiting or not missing:
                found.setdefault(current.urn, current)
                stack.pop()
            else:
                waiting.add(current.urn)
                stack.extend(reversed(missing))
    return list(found.values())


def _references(resource: PlannedResource) -> Iterable[str]:
    if resource.parent:
        yield resource.parent
    if resource.provider:
        yield resource.provider.rpartition("::")[0]
    yield from resource.dependencies
    for urns in resource.property_dependencies.values():
        yield from urns
    if resource.deleted_with:
        yield resource.deleted_with
    yield from resource.replace_with
