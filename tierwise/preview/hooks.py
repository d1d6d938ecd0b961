"""The program's own steps before and after a resource is created, as far as a preview takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi.runtime.proto import resource_pb2

from tierwise.preview.errors import EngineError
from tierwise.preview.plan import PlannedResource
from tierwise.preview.recording import Recording
from tierwise.preview.transforms import InProcessCallbacks
from tierwise.preview.values import encode_struct

_MOMENTS: Final = {
    "before_create": "beforeCreate",
    "after_create": "afterCreate",
    "before_update": "beforeUpdate",
    "after_update": "afterUpdate",
    "before_delete": "beforeDelete",
    "after_delete": "afterDelete",
    "on_error": "onError",
}


class Hooks:
    """The hooks that a program registered, by name.

    Args:
        callbacks: Calls the program.
        recording: Takes the warnings of hooks whose errors are ignored.
    """

    def __init__(self, callbacks: InProcessCallbacks, recording: Recording) -> None:
        self._callbacks = callbacks
        self._recording = recording
        self._by_name: dict[str, resource_pb2.RegisterResourceHookRequest] = {}

    def add(self, request: resource_pb2.RegisterResourceHookRequest) -> None:
        """Accept a hook.

        Raises:
            EngineError: Another has its name.
        """
        if request.name in self._by_name:
            raise EngineError(f"resource hook already registered for name {request.name!r}")
        hook = resource_pb2.RegisterResourceHookRequest()
        hook.CopyFrom(request)
        self._by_name[request.name] = hook

    def run_in_preview(self, binding: Any) -> bool:
        """Whether a resource with these hooks has one that runs in a preview."""
        names = [*binding.before_create, *binding.after_create]
        return any(self._by_name[name].on_dry_run for name in names if name in self._by_name)

    async def around_creation(self, planned: PlannedResource) -> None:
        """Run what asks to run in a preview, before and after the creation of a resource.

        Raises:
            EngineError: A hook failed, or was not registered.
        """
        await self._run(planned, "beforeCreate", {})
        if planned.custom:
            await self._run(planned, "afterCreate", planned.outputs)

    async def _run(self, planned: PlannedResource, moment: str, outputs: Mapping[str, Any]) -> None:
        for name in planned.hooks.get(moment, ()):
            hook = self._by_name.get(name)
            if hook is None:
                raise EngineError(f'hook "{name}" was not registered', planned.urn, planned.source_position)
            if not hook.on_dry_run:
                continue
            request = resource_pb2.ResourceHookRequest(
                urn=planned.urn,
                id=planned.id if isinstance(planned.id, str) else "",
                name=planned.name,
                type=planned.type,
                new_inputs=encode_struct(planned.inputs),
                new_outputs=encode_struct(outputs),
            )
            response: Any = await self._callbacks.call(hook.callback, request)  # type: ignore[reportUnknownMemberType]
            if response.error and hook.ignore_errors:
                self._recording.warn(f'{moment} hook "{name}" failed: {response.error}', planned.urn)
            elif response.error:
                when = "before" if moment.startswith("before") else "after"
                raise EngineError(
                    f'{when} hook "{name}" failed: {response.error}', planned.urn, planned.source_position
                )


def hook_names(binding: Any) -> dict[str, tuple[str, ...]]:
    """The names of a resource's hooks by moment, as the engine writes them."""
    if binding is None:
        return {}
    return {moment: tuple(getattr(binding, name)) for name, moment in _MOMENTS.items() if getattr(binding, name)}
