"""The provider on the wire: Pulumi's ``ResourceProvider`` protocol over gRPC."""

# gRPC calls its methods with two positional arguments; the generated base class names them.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any, Final

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from tierwise.preview.invokes import CallError
from tierwise.preview.values import encode_struct
from tierwise.sandbox.base import Plugin, answering
from tierwise.sandbox.diff import Change
from tierwise.sandbox.provider import Provider
from tierwise.sandbox.wire import WireDecoder

_KINDS: Final = {"add": 0, "delete": 2, "update": 4}


class Service(Plugin):
    """The service of a plugin that makes resources.

    Args:
        provider: Does the work.
        package: The Pulumi package that it stands in for, such as ``aws``.
    """

    def __init__(self, provider: Provider, package: str) -> None:
        super().__init__(package)
        self._provider = provider
        self._decoder = WireDecoder()

    @answering
    def DiffConfig(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        """A change of configuration never replaces what the provider made."""
        old = self._decoder.inputs(request.old_inputs if request.HasField("old_inputs") else request.olds)
        new = self._decoder.inputs(request.news)
        changed = provider_pb2.DiffResponse.DIFF_SOME if old != new else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changed)

    @answering
    def Check(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        """Defaults filled in, and what AWS would refuse."""
        inputs, failures = self._provider.check(
            request.urn, self._decoder.inputs(request.olds), self._decoder.inputs(request.news)
        )
        return provider_pb2.CheckResponse(
            inputs=encode_struct(inputs),
            failures=[
                provider_pb2.CheckFailure(property=failure.path, reason=_reason(failure)) for failure in failures
            ],
        )

    @answering
    def Diff(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        """Property by property, what an update would do."""
        old = self._decoder.inputs(request.old_inputs)
        new = self._decoder.inputs(request.news)
        _ignore(request.ignoreChanges, old, new)
        difference = self._provider.diff(request.urn, request.id, old, new, self._decoder.inputs(request.olds))
        replaced = [change for change in difference.changes if change.replaces]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if difference.changes else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=sorted({_top(change) for change in difference.changes}),
            replaces=sorted({_top(change) for change in replaced}),
            deleteBeforeReplace=bool(replaced) and difference.delete_first,
            hasDetailedDiff=True,
            detailedDiff={
                change.path: provider_pb2.PropertyDiff(
                    kind=_KINDS[change.kind] + change.replaces,  # pyright: ignore[reportArgumentType]
                    inputDiff=True,
                )
                for change in difference.changes
            },
        )

    @answering
    def Create(self, request: Any, _context: Any) -> provider_pb2.CreateResponse:  # noqa: N802
        """Make a resource, or say what would be known of it."""
        inputs = self._decoder.inputs(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode_struct(self._provider.planned(request.urn, inputs)))
        id_, outputs = self._provider.create(request.urn, inputs)
        return provider_pb2.CreateResponse(id=id_, properties=encode_struct(outputs))

    @answering
    def Read(self, request: Any, _context: Any) -> provider_pb2.ReadResponse:  # noqa: N802
        """What the cloud has; an empty id when it is gone."""
        found = self._provider.read(request.urn, request.id, self._decoder.inputs(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        id_, inputs, outputs = found
        known = self._decoder.inputs(request.inputs)
        if "__defaults" in known:
            inputs = {**inputs, "__defaults": known["__defaults"]}
        return provider_pb2.ReadResponse(id=id_, properties=encode_struct(outputs), inputs=encode_struct(inputs))

    @answering
    def Update(self, request: Any, _context: Any) -> provider_pb2.UpdateResponse:  # noqa: N802
        """Change a resource in place."""
        inputs, state = self._decoder.inputs(request.news), self._decoder.inputs(request.olds)
        if request.preview:
            outputs = self._provider.planned(request.urn, inputs, state)
        else:
            outputs = self._provider.update(request.urn, request.id, inputs, state)
        return provider_pb2.UpdateResponse(properties=encode_struct(outputs))

    @answering
    def Delete(self, request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        """Remove a resource."""
        self._provider.delete(request.urn, request.id, self._decoder.inputs(request.properties))
        return empty_pb2.Empty()

    @answering
    def Invoke(self, request: Any, _context: Any) -> provider_pb2.InvokeResponse:  # noqa: N802
        """Answer a function."""
        response = provider_pb2.InvokeResponse()
        try:
            result = self._provider.invoke(request.tok, self._decoder.inputs(request.args))
        except CallError as error:
            response.failures.append(provider_pb2.CheckFailure(property=error.property, reason=error.reason))
            return response
        getattr(response, "return").CopyFrom(encode_struct(result))
        return response

    def _configure(self, request: Any) -> None:
        self._provider.configure(self._decoder.inputs(request.args))

    def _cancel(self) -> None:
        self._provider.cancel()


def _top(change: Change) -> str:
    return change.path.partition(".")[0].partition("[")[0]


def _reason(failure: Any) -> str:
    text = failure.message
    if failure.value is not None:
        text = f"{failure.value}: {text}"
    if failure.allowed:
        text += f"; allowed: {failure.allowed}"
    return f'{text}; did you mean "{failure.nearest}"?' if failure.nearest else text


def _ignore(paths: Any, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Take over the old values of ignored top-level properties; the engine has done so for nested ones already."""
    for path in paths:
        if path in old:
            new[path] = old[path]
        else:
            new.pop(path, None)
