"""``awsx`` in the sandbox: its container-registry components, expanded in the real engine as the preview does it."""

# gRPC calls its methods with two positional arguments; the generated base class names them.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import grpc
import pulumi_aws  # noqa: F401  # type: ignore[reportUnusedImport] - registers the children's types
import pulumi_docker_build  # noqa: F401  # type: ignore[reportUnusedImport]
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from guardrails.resource import UNKNOWN
from tierwise.preview.errors import EngineError
from tierwise.preview.plan import PlannedResource
from tierwise.preview.registration import Registration
from tierwise.preview.remote import Construction, construct
from tierwise.preview.values import (
    UNKNOWN_SENTINEL,
    Secret,
    contains_unknown,
    encode_struct,
    flatten,
    output_dependencies,
)
from tierwise.sandbox.base import Plugin, answering
from tierwise.sandbox.wire import WireDecoder

_Dependencies = provider_pb2.ConstructResponse.PropertyDependencies


class Components(Plugin):
    """The service of the ``awsx`` plugin: components only."""

    def __init__(self) -> None:
        super().__init__("awsx", components=True)
        self._decoder = WireDecoder()

    @answering
    def Construct(self, request: Any, _context: Any) -> provider_pb2.ConstructResponse:  # noqa: N802
        """Register the component and what it is made of."""
        with grpc.insecure_channel(request.monitorEndpoint) as channel:
            return self._construct(request, _Monitor(resource_pb2_grpc.ResourceMonitorStub(channel), request))

    def _construct(self, request: provider_pb2.ConstructRequest, monitor: _Monitor) -> provider_pb2.ConstructResponse:
        urn = monitor.register_component()
        registration = _registration(request, self._decoder.struct(request.inputs))
        component = PlannedResource(urn, request.type, request.name, False, request.parent or None, {}, {})
        known: Mapping[str, Any] = flatten(registration.props)
        construction = (
            Construction(monitor, registration, component)
            if request.dryRun or contains_unknown(known)
            else Construction(monitor, registration, component, _credentials(known))
        )
        outputs = construct(request.type, construction)
        if outputs is None:
            raise EngineError(f"{request.type}: the sandbox does not know what this component is made of", urn)
        state = encode_struct(flatten(outputs))
        monitor.register_outputs(urn, state)
        return provider_pb2.ConstructResponse(
            urn=urn,
            state=state,
            stateDependencies={
                key: _Dependencies(urns=sorted(output_dependencies(value))) for key, value in outputs.items()
            },
        )


class _Monitor:
    """The engine's monitor, as the expansions use it."""

    def __init__(self, stub: Any, request: provider_pb2.ConstructRequest) -> None:
        self._stub = stub
        self._request = request
        self._decoder = WireDecoder()

    def register_component(self) -> str:
        """Register the component itself; its URN."""
        request = self._request
        registered = resource_pb2.RegisterResourceRequest(
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=False,
            object=struct_pb2.Struct(),
            dependencies=request.dependencies,
            providers=dict(request.providers),
            aliases=request.aliases,  # pyright: ignore[reportUnknownMemberType]
            acceptSecrets=True,
            acceptResources=True,
            deletedWith=request.deletedWith,
            parentStackTraceHandle=request.stack_trace_handle,
        )
        if request.HasField("protect"):
            registered.protect = request.protect
        if request.HasField("retainOnDelete"):
            registered.retainOnDelete = request.retainOnDelete
        return self._stub.RegisterResource(registered).urn

    def register_child(self, registration: Registration) -> PlannedResource:
        """Register a child and wait for what becomes of it."""
        response: Any = self._stub.RegisterResource(
            resource_pb2.RegisterResourceRequest(
                type=registration.type,
                name=registration.name,
                parent=registration.parent,
                custom=True,
                object=encode_struct(registration.props),
                dependencies=sorted(registration.dependencies),
                propertyDependencies={
                    key: resource_pb2.RegisterResourceRequest.PropertyDependencies(urns=sorted(urns))
                    for key, urns in registration.property_dependencies.items()
                },
                version=registration.version,
                acceptSecrets=True,
                acceptResources=True,
                supportsPartialValues=True,
                parentStackTraceHandle=self._request.stack_trace_handle,
            )
        )
        planned = PlannedResource(
            response.urn,
            registration.type,
            registration.name,
            True,
            registration.parent,
            registration.props,
            {key: value for key, value in self._decoder.struct(response.object).items() if value is not None},
        )
        planned.id = response.id if response.id and response.id != UNKNOWN_SENTINEL else None
        return planned

    def register_outputs(self, urn: str, state: struct_pb2.Struct) -> None:
        """Finish the component."""
        self._stub.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=state))


def _credentials(args: Mapping[str, Any]) -> dict[str, Any]:
    """A login for the registry of an image's repository; AWS's user name, and a password that opens nothing."""
    url = str(args.get("repositoryUrl", ""))
    host = urlsplit(f"//{url}").netloc
    return {"address": host or UNKNOWN, "username": "AWS", "password": Secret("sandbox")}


def _registration(request: provider_pb2.ConstructRequest, props: dict[str, Any]) -> Registration:
    return Registration(
        type=request.type,
        name=request.name,
        custom=False,
        remote=True,
        parent=request.parent,
        props=props,
        dependencies=set(request.dependencies),
        property_dependencies={key: set(value.urns) for key, value in request.inputDependencies.items()},
        providers=dict(request.providers),
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
    )
