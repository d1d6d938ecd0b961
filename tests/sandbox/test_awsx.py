"""The plugin of components, called as the engine calls it; what it expands is held against the engine elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, resource_pb2, resource_pb2_grpc

from tierwise.preview.values import SIGNATURE_KEY, encode_struct
from tierwise.sandbox.construct import Components


@pytest.fixture(scope="module")
def stub() -> Iterator[Any]:
    server = grpc.server(ThreadPoolExecutor(1))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Components(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None)


def test_it_takes_resources_and_outputs_as_such(stub: Any) -> None:
    hands = stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert (hands.accept_secrets, hands.accept_resources, hands.accept_outputs) == (True, True, True)
    configured = stub.Configure(provider_pb2.ConfigureRequest())
    assert (configured.acceptSecrets, configured.acceptResources, configured.acceptOutputs) == (True, True, True)
    assert stub.DiffConfig(provider_pb2.DiffRequest()).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_resources_are_not_its_business(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        stub.Create(provider_pb2.CreateRequest(urn="urn:pulumi:dev::demo::awsx:ecr:Repository::r"))
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_an_engine_that_is_not_there_is_told(stub: Any) -> None:
    request = provider_pb2.ConstructRequest(type="awsx:ecr:Repository", name="r", monitorEndpoint="127.0.0.1:1")
    with pytest.raises(grpc.RpcError, match="failed to connect") as raised:
        stub.Construct(request)
    assert raised.value.code() == grpc.StatusCode.UNKNOWN


def test_unknown_components_and_nonsense(stub: Any, engine: str) -> None:
    with pytest.raises(grpc.RpcError, match="does not know what this component is made of"):
        stub.Construct(provider_pb2.ConstructRequest(type="awsx:no:Such", name="r", monitorEndpoint=engine))
    nonsense = encode_struct({"tags": {SIGNATURE_KEY: "no such signature"}})
    request = provider_pb2.ConstructRequest(
        type="awsx:ecr:Repository", name="r", monitorEndpoint=engine, inputs=nonsense
    )
    with pytest.raises(grpc.RpcError, match="can make nothing of what it was sent") as raised:
        stub.Construct(request)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture
def engine() -> Iterator[str]:
    """Where an engine listens that registers whatever it is told of."""

    class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
        def RegisterResource(self, request: Any, _context: Any) -> Any:  # noqa: N802
            return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::demo::{request.type}::{request.name}")

    server = grpc.server(ThreadPoolExecutor(1))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)
