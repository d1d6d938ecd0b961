"""The engine's side of the SDK's resource-monitor protocol, answered in memory.

Method names and messages are those of ``pulumirpc.ResourceMonitor``; each method does what the real engine does for a
stack that has no state yet. A method that has to call back into the program returns a coroutine, which
``InlineEventLoop`` awaits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import empty_pb2
from pulumi.runtime.proto import callback_pb2, provider_pb2, resource_pb2

from guardrails.resource import UNKNOWN
from tierwise.preview import remote
from tierwise.preview.aliases import Aliases
from tierwise.preview.assets import AssetHasher
from tierwise.preview.errors import EngineError
from tierwise.preview.functions import Functions
from tierwise.preview.hooks import Hooks, hook_names
from tierwise.preview.inheritance import Inheritance
from tierwise.preview.outputs import OutputShapes
from tierwise.preview.packages import Packages
from tierwise.preview.plan import PlannedResource
from tierwise.preview.providers import Providers, add_plugin
from tierwise.preview.recording import Recording
from tierwise.preview.registration import (
    Registration,
    apply_transform,
    decode_registration,
    settle_dependencies,
    timeouts_of,
    transform_request,
)
from tierwise.preview.sources import SourcePositions
from tierwise.preview.transforms import InProcessCallbacks, TransformChain
from tierwise.preview.urns import PROVIDER_PREFIX, ROOT_STACK_TYPE, make_urn
from tierwise.preview.values import (
    UNKNOWN_SENTINEL,
    Decoder,
    Secret,
    encode,
    encode_struct,
    flatten,
    output_dependencies,
)

_FEATURES: Final = tuple(resource_pb2.ResourceMonitorFeature.values())
_STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"


class Monitor:
    """Records what a program registers, and answers it as a preview would.

    Args:
        project: The project's name.
        stack: The stack's name.
        organization: The organization's name.
        config: The flat configuration.
        secret_keys: Keys of ``config`` that are secret.
        sources: Translates source positions.
        recording: Where everything goes.
        stack_outputs: Outputs of other stacks by full name, for stack references.
    """

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        organization: str,
        config: Mapping[str, str],
        secret_keys: set[str],
        sources: SourcePositions,
        recording: Recording,
        stack_outputs: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._project = project
        self._stack = stack
        self._organization = organization
        self._config = config
        self._secret_keys = secret_keys
        self._sources = sources
        self._recording = recording
        self._stack_outputs = stack_outputs
        hasher = AssetHasher()
        self._decoder = Decoder(hasher.asset, hasher.archive)
        self._aliases = Aliases(stack, project)
        self._providers = Providers(config, secret_keys, self._register_default_provider)
        self._outputs = OutputShapes()
        self._transforms = TransformChain()
        self._inheritance = Inheritance()
        self._packages = Packages()
        self.callbacks = InProcessCallbacks(self)
        self._hooks = Hooks(self.callbacks, recording)
        self._functions = Functions(
            decoder=self._decoder,
            packages=self._packages,
            providers=self._providers,
            inheritance=self._inheritance,
            transforms=self._transforms,
            callbacks=self.callbacks,
            recording=recording,
        )

    # -- What the engine is and can do ------------------------------------------------------------------------------

    def GetDeploymentInfo(self, _request: empty_pb2.Empty) -> resource_pb2.DeploymentInfo:  # noqa: N802
        """The stack's identity and the protocol features, which are all of them."""
        return resource_pb2.DeploymentInfo(
            project=self._project,
            stack=self._stack,
            organization=self._organization,
            config=dict(self._config),
            configSecretKeys=sorted(self._secret_keys),
            dryRun=True,
            supportedFeatures=_FEATURES,
        )

    def SupportsFeature(self, _request: resource_pb2.SupportsFeatureRequest) -> resource_pb2.SupportsFeatureResponse:  # noqa: N802
        """Yes."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def SignalAndWaitForShutdown(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:  # noqa: N802
        """Nothing is left to wait for."""
        return empty_pb2.Empty()

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> resource_pb2.RegisterPackageResponse:  # noqa: N802
        """Note a parameterized package."""
        return resource_pb2.RegisterPackageResponse(ref=self._packages.register(request))

    # -- Callbacks --------------------------------------------------------------------------------------------------

    def RegisterStackTransform(self, request: callback_pb2.Callback) -> empty_pb2.Empty:  # noqa: N802
        """Apply a transform to every later resource."""
        self._transforms.add_stack(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: callback_pb2.Callback) -> empty_pb2.Empty:  # noqa: N802
        """Apply a transform to every later function call."""
        self._transforms.add_invoke(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(self, request: resource_pb2.RegisterResourceHookRequest) -> empty_pb2.Empty:  # noqa: N802
        """Accept a hook. Only one that asks for it runs in a preview."""
        self._hooks.add(request)
        return empty_pb2.Empty()

    def RegisterErrorHook(self, _request: resource_pb2.RegisterErrorHookRequest) -> empty_pb2.Empty:  # noqa: N802
        """Accept an error hook; nothing fails in a preview."""
        return empty_pb2.Empty()

    # -- Resources --------------------------------------------------------------------------------------------------

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802
        """Record a resource and answer with its URN and what is known of its outputs."""
        registration = decode_registration(request, self._decoder, *self._where(request))
        self._inheritance.hand_down(registration)
        chain = self._transforms.of(registration.transforms, registration.parent)
        if chain:
            return self._register_transformed(registration, chain)
        if registration.remote:
            settle_dependencies(registration, own_transforms=False)
        if registration.hooks is not None and self._hooks.run_in_preview(registration.hooks):
            return self._register_hooked(registration, request)
        return self._register(registration, request)

    def _where(self, request: Any) -> tuple[str, tuple[str, ...]]:
        """Source position and stack trace of a request."""
        return self._sources.position(request.sourcePosition), self._sources.trace(request.stackTrace)

    async def _register_transformed(
        self, registration: Registration, chain: list[callback_pb2.Callback]
    ) -> resource_pb2.RegisterResourceResponse:
        for callback in chain:
            response = await self.callbacks.call(callback, transform_request(registration))
            apply_transform(registration, response, self._decoder)  # type: ignore[reportArgumentType]
        settle_dependencies(registration, own_transforms=bool(registration.transforms))
        return await self._register_hooked(registration, None)

    async def _register_hooked(
        self, registration: Registration, request: resource_pb2.RegisterResourceRequest | None
    ) -> resource_pb2.RegisterResourceResponse:
        response = self._register(registration, request)
        await self._hooks.around_creation(self._recording.resources[response.urn])
        return response

    def _register(
        self, registration: Registration, request: resource_pb2.RegisterResourceRequest | None
    ) -> resource_pb2.RegisterResourceResponse:
        where = registration.source_position or None
        if registration.custom or registration.remote:
            _check_token(registration.type, where)
        is_provider = registration.type.startswith(PROVIDER_PREFIX)
        if registration.env_var_mappings and not is_provider:
            raise EngineError("envVarMappings can only be used with provider resources", source=where)
        if not registration.custom:
            for package, reference in self._inheritance.providers_of(registration.parent).items():
                registration.providers.setdefault(package, reference)
        provider = ""
        if (registration.custom and not is_provider) or registration.remote:
            package = self._packages.of(
                registration.package_ref, registration.type, registration.version, registration.url
            )
            provider = self._providers.reference(package, registration.provider, registration.type)
        if is_provider:
            package = self._packages.registered(registration.package_ref)
            if package is not None:
                add_plugin(registration.props, package.version, package.url)
            add_plugin(registration.props, registration.version, registration.url)
            if registration.env_var_mappings:
                registration.props.setdefault("__internal", {})["envVarMappings"] = registration.env_var_mappings
        planned = self._plan(registration, provider, where)
        if is_provider:
            self._providers.add(planned.urn, planned.inputs)
        self._transforms.remember(planned.urn, registration.parent, registration.transforms)
        self._inheritance.remember(planned.urn, registration, provider)
        if registration.remote:
            return self._construct(registration, planned)
        response = resource_pb2.RegisterResourceResponse(urn=planned.urn)
        if registration.custom:
            self._answer(planned, response, request)
        return response

    def _plan(self, registration: Registration, provider: str, where: str | None) -> PlannedResource:
        """Record the resource."""
        urn = self._claim(registration.parent, registration.type, registration.name, where)
        planned = PlannedResource(
            urn=urn,
            type=registration.type,
            name=registration.name,
            custom=registration.custom,
            parent=registration.parent or None,
            inputs=flatten(registration.props) if registration.remote else registration.props,
            outputs={},
            provider="" if registration.remote else provider,
            protect=bool(registration.protect),
            retain_on_delete=bool(registration.retain_on_delete),
            dependencies=tuple(sorted(registration.dependencies)),
            property_dependencies={
                key: tuple(sorted(urns)) for key, urns in registration.property_dependencies.items()
            },
            aliases=self._aliases.resolve(
                urn, registration.parent, registration.type, registration.name, registration.aliases
            ),
            ignore_changes=tuple(registration.ignore_changes),
            replace_on_changes=tuple(registration.replace_on_changes),
            additional_secret_outputs=tuple(registration.additional_secret_outputs),
            delete_before_replace=registration.delete_before_replace,
            import_id=registration.import_id,
            deleted_with=registration.deleted_with,
            replace_with=tuple(registration.replace_with),
            custom_timeouts=timeouts_of(registration.custom_timeouts, urn),
            remote=registration.remote,
            region=self._region(registration.props, provider),
            hooks=hook_names(registration.hooks),
            source_position=registration.source_position or None,
            stack_trace=registration.stack_trace,
        )
        self._recording.add(planned)
        return planned

    def _claim(self, parent: str, type_: str, name: str, where: str | None) -> str:
        if parent and parent not in self._recording.resources:
            raise EngineError(f"could not find parent resource {parent}", source=where)
        urn = make_urn(self._stack, self._project, parent, type_, name)
        if urn in self._recording.resources:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn, where)
        return urn

    def _region(self, props: Mapping[str, Any], provider: str) -> Any:
        if "region" in props:
            region = props["region"]
            if isinstance(region, Secret):
                region = region.value
            if isinstance(region, str) and region:
                return region
            if region is UNKNOWN:
                return UNKNOWN
        return self._providers.region(provider) if provider else UNKNOWN

    def _answer(
        self,
        planned: PlannedResource,
        response: resource_pb2.RegisterResourceResponse,
        request: resource_pb2.RegisterResourceRequest | None,
    ) -> None:
        """Fill in the outputs of a custom resource, in the plan and for the program."""
        if planned.type.startswith(PROVIDER_PREFIX):
            response.id = UNKNOWN_SENTINEL
            planned.outputs = {key: value for key, value in planned.inputs.items() if key != "__internal"}
            response.object.CopyFrom(encode_struct(planned.outputs))
            return
        response.id = planned.import_id
        planned.id = planned.import_id or None
        inputs = planned.inputs
        echoed = self._outputs.echo(planned.type, inputs)
        for name in planned.additional_secret_outputs:
            if not isinstance(echoed.get(name), Secret):
                echoed[name] = Secret(echoed.get(name, UNKNOWN))
        planned.outputs = self._outputs.complete(planned.type, echoed)
        if request is None:
            response.object.CopyFrom(encode_struct(echoed))
            return
        # Most inputs come back as they are: copying the message is far cheaper than building it again.
        response.object.CopyFrom(request.object)
        fields = response.object.fields
        for name, value in inputs.items():
            if name not in echoed:
                del fields[name]
            elif echoed[name] != value:
                fields[name].CopyFrom(encode(echoed[name]))
        for name in planned.additional_secret_outputs:
            if name not in inputs:
                fields[name].CopyFrom(encode(echoed[name]))

    def _register_default_provider(self, type_: str, name: str, inputs: dict[str, Any]) -> str:
        urn = self._claim("", type_, name, None)
        self._recording.resources[urn] = PlannedResource(
            urn=urn, type=type_, name=name, custom=True, parent=None, inputs=inputs, outputs=dict(inputs)
        )
        self._providers.add(urn, inputs)
        return urn

    def _construct(self, registration: Registration, planned: PlannedResource) -> resource_pb2.RegisterResourceResponse:
        """Expand a component that its provider would expand."""
        outputs = remote.construct(registration.type, remote.Construction(self, registration, planned))
        if outputs is None:
            self._recording.warn(
                f"{planned.type}: the resources inside this component are made by its provider, which a preview "
                "without the Pulumi CLI does not run; they are missing from the plan, the policies and the price",
                planned.urn,
            )
            return resource_pb2.RegisterResourceResponse(urn=planned.urn)
        planned.outputs = flatten(outputs)
        known = {key: value for key, value in planned.outputs.items() if value is not UNKNOWN}
        return resource_pb2.RegisterResourceResponse(
            urn=planned.urn,
            object=encode_struct(known),
            propertyDependencies={
                key: resource_pb2.RegisterResourceResponse.PropertyDependencies(urns=sorted(output_dependencies(value)))
                for key, value in outputs.items()
            },
        )

    def register_child(self, registration: Registration) -> PlannedResource:
        """Record a resource that an expanded component makes, and return it with its outputs."""
        self._inheritance.hand_down(registration)
        response = self._register(registration, None)
        return self._recording.resources[response.urn]

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:  # noqa: N802
        """Record the outputs of a component, or the stack's."""
        planned = self._recording.resources.get(request.urn)
        if planned is None:
            raise EngineError(f"cannot register outputs of the unknown resource {request.urn}")
        planned.outputs = self._decoder.struct(request.outputs)
        if planned.type == ROOT_STACK_TYPE:
            self._recording.stack_outputs = planned.outputs
        return empty_pb2.Empty()

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Record the read of an existing resource. Offline only its id and what the program itself states are known."""
        position, trace = self._where(request)
        where = position or None
        _check_token(request.type, where)
        package = self._packages.of(request.packageRef, request.type, request.version, request.pluginDownloadURL)
        provider = self._providers.reference(package, request.provider, request.type)
        urn = self._claim(request.parent, request.type, request.name, where)
        if not request.id:
            raise EngineError(f"Expected an ID for {urn}", urn, where)
        inputs = self._decoder.struct(request.properties)
        planned = PlannedResource(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=True,
            parent=request.parent or None,
            inputs=inputs,
            outputs={},
            provider=provider,
            dependencies=tuple(sorted(request.dependencies)),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            external=True,
            id=UNKNOWN if UNKNOWN_SENTINEL in request.id else request.id,
            region=self._region(inputs, provider),
            source_position=where,
            stack_trace=trace,
        )
        self._recording.add(planned)
        self._transforms.remember(urn, request.parent, ())
        echoed = (
            self._read_stack(planned) if planned.type == _STACK_REFERENCE else self._outputs.echo(planned.type, inputs)
        )
        planned.outputs = self._outputs.complete(planned.type, echoed)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=encode_struct(echoed))

    def _read_stack(self, planned: PlannedResource) -> dict[str, Any]:
        """What is known of another stack: its outputs when they were handed in, else only its name."""
        name = planned.inputs.get("name", planned.id)
        known = self._stack_outputs.get(name) if isinstance(name, str) else None
        if known is None:
            return {"name": name}
        secrets = sorted(key for key, value in known.items() if isinstance(value, Secret))
        return {"name": name, "outputs": dict(known), "secretOutputNames": secrets}

    # -- Functions --------------------------------------------------------------------------------------------------

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Answer a provider function offline."""
        return self._functions.invoke(request)

    def Call(self, request: resource_pb2.ResourceCallRequest) -> provider_pb2.CallResponse:  # noqa: N802
        """Answer a provider's method."""
        return self._functions.call(request)


def _check_token(token: str, where: str | None) -> None:
    if token.count(":") != 2 or not all(token.split(":")):
        raise EngineError(f"Type '{token}' is not a valid type token (must have format '*:*:*')", source=where)
