"""The program's calls of provider functions and methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]

from guardrails.resource import UNKNOWN
from tierwise.preview import invokes
from tierwise.preview.errors import EngineError
from tierwise.preview.inheritance import Inheritance
from tierwise.preview.packages import Packages
from tierwise.preview.providers import Providers
from tierwise.preview.recording import Recording
from tierwise.preview.sdk import is_prompt_invoke, result_type
from tierwise.preview.transforms import InProcessCallbacks, TransformChain
from tierwise.preview.urns import package_of, urn_is_provider
from tierwise.preview.values import Decoder, contains_unknown, encode_struct


class Functions:
    """Answers calls as far as that is possible with no account.

    Args:
        decoder: Reads arguments.
        packages: Packages that the program registered.
        providers: Whose region and account a call is made in.
        inheritance: Finds the provider of a call's parent.
        transforms: What the program makes of its own calls.
        callbacks: Calls the program.
        recording: Resources that a call may wait for, and warnings.
    """

    def __init__(
        self,
        *,
        decoder: Decoder,
        packages: Packages,
        providers: Providers,
        inheritance: Inheritance,
        transforms: TransformChain,
        callbacks: InProcessCallbacks,
        recording: Recording,
    ) -> None:
        self._decoder = decoder
        self._packages = packages
        self._providers = providers
        self._inheritance = inheritance
        self._transforms = transforms
        self._callbacks = callbacks
        self._recording = recording

    def invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Answer a function; see ``invokes``."""
        options = resource_pb2.TransformInvokeOptions(
            provider=self._inheritance.provider(request.provider, {}, request.parent, package_of(request.tok)),
            version=request.version,
            plugin_download_url=request.pluginDownloadURL,
        )
        arguments = request.args
        for callback in self._transforms.invoke:
            transformed: Any = _sync_await(
                self._callbacks.call(
                    callback,
                    resource_pb2.TransformInvokeRequest(token=request.tok, args=arguments, options=options),
                )
            )
            if transformed.HasField("args"):
                arguments = transformed.args
            if transformed.HasField("options"):
                options = transformed.options
        values = self._decoder.struct(arguments)
        if request.tok == "pulumi:pulumi:getResource":
            return _invoke_response(self._get_resource(values))
        package = self._packages.of(request.packageRef, request.tok, options.version, options.plugin_download_url)
        provider = self._providers.reference(package, options.provider, request.tok)
        if self._is_pending(request.dependsOn) or contains_unknown(values):
            result: Mapping[str, Any] = invokes.Lookup(_known(values))
        else:
            region = values.get("region")
            call = invokes.Call(
                token=request.tok,
                args=values,
                region=region if isinstance(region, str) and region else self._providers.region(provider),
                account=self._providers.account(provider),
                warn=self._recording.warn,
            )
            try:
                result = invokes.answer(call)
            except invokes.CallError as error:
                failure = provider_pb2.CheckFailure(property=error.property, reason=error.reason)
                return resource_pb2.ResourceInvokeResponse(failures=[failure])
        if isinstance(result, invokes.Lookup) and not is_prompt_invoke():
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        return _invoke_response(invokes.placeholders(result, result_type()))

    def call(self, request: resource_pb2.ResourceCallRequest) -> provider_pb2.CallResponse:
        """Answer a provider's method: unknown, with a warning."""
        self._recording.warn(
            f"{request.tok}: the result of this method is not known in a preview without the Pulumi CLI"
        )
        response = provider_pb2.CallResponse()
        getattr(response, "return").CopyFrom(encode_struct({"result": UNKNOWN}))
        return response

    def _is_pending(self, urns: Any) -> bool:
        """Whether an awaited resource, or one inside an awaited component, is yet to be created."""
        if not urns:
            return False
        resources = self._recording.resources
        wanted = set(urns)
        for planned in resources.values():
            parent = resources.get(planned.parent or "")
            if parent is not None and parent.urn in wanted and not parent.custom:
                wanted.add(planned.urn)
        return any(
            urn in resources and resources[urn].custom and resources[urn].id is None and not urn_is_provider(urn)
            for urn in wanted
        )

    def _get_resource(self, values: Mapping[str, Any]) -> dict[str, Any]:
        planned = self._recording.resources.get(str(values.get("urn")))
        if planned is None:
            raise EngineError(f"unknown resource {values.get('urn')}")
        state = {key: value for key, value in planned.outputs.items() if value is not UNKNOWN}
        return {"urn": planned.urn, "id": planned.id if isinstance(planned.id, str) else "", "state": state}


def _invoke_response(result: Mapping[str, Any]) -> resource_pb2.ResourceInvokeResponse:
    response = resource_pb2.ResourceInvokeResponse()
    getattr(response, "return").CopyFrom(encode_struct(result))
    return response


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not contains_unknown(value)}
