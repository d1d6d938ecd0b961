"""The plan in the shape of ``pulumi preview --json``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guardrails.resource import UNKNOWN
from tierwise.preview.plan import CustomTimeouts, Diagnostic, Plan, PlannedResource
from tierwise.preview.registration import duration_seconds
from tierwise.preview.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    RESOURCE_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN_SENTINEL,
    Archive,
    Asset,
    ResourceReference,
    Secret,
)

_SECRET_TEXT = "[secret]"  # noqa: S105 - what is shown instead of a secret


def preview_json(plan: Plan) -> dict[str, Any]:
    """What ``pulumi preview --json`` prints for a stack that does not exist yet.

    Default providers take no step of their own, as with the CLI. A read is a step, but is not counted as a change.
    """
    steps = [_step(resource) for resource in plan.resources if not resource.is_default_provider]
    summary: dict[str, int] = {}
    for step in steps:
        if step["op"] != "read":
            summary[step["op"]] = summary.get(step["op"], 0) + 1
    # The CLI leaves out what is empty; a reader of this file may count on every key.
    return {
        "config": {
            key: _SECRET_TEXT if key in plan.secret_keys else value for key, value in sorted(plan.config.items())
        },
        "steps": steps,
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
        "duration": round(plan.duration * 1e9),
        "changeSummary": summary,
    }


def operation(resource: PlannedResource) -> str:
    """What a stack without state does with a resource: ``create``, ``read`` or ``import``."""
    if resource.external:
        return "read"
    return "import" if resource.import_id else "create"


def state_json(resource: PlannedResource, secret: Callable[[Secret], Any] | None = None) -> dict[str, Any]:
    """A resource's state, with the members that are empty left out.

    Args:
        resource: The resource.
        secret: What is written for a secret; ``[secret]`` when None.
    """

    def _value(value: Any) -> Any:
        return _written(value, secret)

    written: dict[str, Any] = {
        "urn": resource.urn,
        "custom": resource.custom,
        "id": _value(resource.id) if resource.id else None,
        "type": resource.type,
        "inputs": {} if resource.remote else {key: _value(value) for key, value in sorted(resource.inputs.items())},
        "outputs": {key: _value(value) for key, value in sorted(resource.outputs.items())},
        "parent": resource.parent,
        "protect": resource.protect,
        "external": resource.external,
        "dependencies": list(resource.dependencies),
        "provider": resource.provider,
        # A component that a provider expands is registered by that provider, without the program's inputs.
        "propertyDependencies": {}
        if resource.remote
        else {key: list(urns) for key, urns in sorted(resource.property_dependencies.items())},
        "additionalSecretOutputs": list(resource.additional_secret_outputs),
        "customTimeouts": _timeouts(resource.custom_timeouts),
        "importID": resource.import_id,
        "retainOnDelete": resource.retain_on_delete,
        "deletedWith": resource.deleted_with,
        "replaceWith": list(resource.replace_with),
        "sourcePosition": resource.source_position,
        "stackTrace": [{"sourcePosition": position} if position else {} for position in resource.stack_trace],
        "ignoreChanges": list(resource.ignore_changes),
        "replaceOnChanges": list(resource.replace_on_changes),
        "resourceHooks": {moment: list(names) for moment, names in resource.hooks.items()},
    }
    return {key: value for key, value in written.items() if value or key == "custom"}


def _step(resource: PlannedResource) -> dict[str, Any]:
    step: dict[str, Any] = {"op": operation(resource), "urn": resource.urn}
    if resource.provider:
        step["provider"] = resource.provider
    return {**step, "newState": state_json(resource), "detailedDiff": None}


def _timeouts(timeouts: CustomTimeouts | None) -> dict[str, float]:
    if timeouts is None:
        return {}
    texts = {
        "create": timeouts.create,
        "update": timeouts.update,
        "delete": timeouts.delete,
        "read": timeouts.read,
    }
    return {name: duration_seconds(text) for name, text in texts.items() if text}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, str]:
    prefix = f"{diagnostic.severity}: " if diagnostic.severity in ("warning", "error") else ""
    written = {"message": f"{prefix}{diagnostic.message}\n", "severity": diagnostic.severity}
    return {"urn": diagnostic.urn, **written} if diagnostic.urn else written


def _written(value: Any, secret: Callable[[Secret], Any] | None) -> Any:
    """A property value as the CLI writes it: unknowns as the sentinel, secrets blinded, assets with their signature."""
    if value is UNKNOWN:
        return UNKNOWN_SENTINEL
    match value:
        case Secret():
            return _SECRET_TEXT if secret is None else secret(value)
        case dict():
            return {key: _written(member, secret) for key, member in value.items()}  # type: ignore[reportUnknownVariableType]
        case list():
            return [_written(member, secret) for member in value]  # type: ignore[reportUnknownVariableType]
        case Asset():
            return _signed(ASSET_SIGNATURE, value.hash, {value.kind: value.value})
        case Archive():
            return _signed(ARCHIVE_SIGNATURE, value.hash, {value.kind: _written(value.value, secret)})
        case ResourceReference():
            reference = {SIGNATURE_KEY: RESOURCE_SIGNATURE, "urn": value.urn, "packageVersion": ""}
            return reference if value.id is None else {**reference, "id": "" if value.id is UNKNOWN else value.id}
        case _:
            return value


def _signed(signature: str, digest: str | None, content: dict[str, Any]) -> dict[str, Any]:
    return {SIGNATURE_KEY: signature, **({"hash": digest} if digest else {}), **content}
