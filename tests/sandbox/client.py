"""The sandbox's provider behind a real gRPC server, and a client that speaks to it in plain values."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tierwise.preview.values import encode_struct
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.faults import Fault, Faults
from tierwise.sandbox.provider import Provider
from tierwise.sandbox.service import Service
from tierwise.sandbox.wire import WireDecoder


def urn(type_: str, name: str = "thing") -> str:
    """A resource's URN."""
    return f"urn:pulumi:dev::demo::{type_}::{name}"


class Client:
    """Speaks the protocol in plain values."""

    def __init__(self, channel: grpc.Channel, cloud: Cloud) -> None:
        self.channel = channel
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
        self.cloud = cloud
        self._decode = WireDecoder().struct

    def check(self, type_: str, inputs: dict[str, Any], old: dict[str, Any] | None = None, name: str = "thing") -> Any:
        response = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn(type_, name), olds=encode_struct(old or {}), news=encode_struct(inputs), name=name, type=type_
            )
        )
        return self._decode(response.inputs), [(failure.property, failure.reason) for failure in response.failures]

    def create(self, type_: str, inputs: dict[str, Any], name: str = "thing", preview: bool = False) -> Any:
        response = self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(type_, name), properties=encode_struct(inputs), preview=preview)
        )
        return response.id, self._decode(response.properties)

    def diff(self, type_: str, old: dict[str, Any], new: dict[str, Any], state: dict[str, Any] | None = None) -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=urn(type_), old_inputs=encode_struct(old), olds=encode_struct(state or old), news=encode_struct(new)
            )
        )


def serve(cloud: Cloud, *faults: Fault) -> Iterator[Client]:
    """A client while its server runs."""
    provider = Provider(cloud, Faults(faults, cloud))
    provider.configure({"region": "us-east-1", "defaultTags": '{"tags": {"owner": "me"}}'})
    server = grpc.server(ThreadPoolExecutor(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Service(provider, "aws"), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Client(channel, cloud)
    server.stop(None)
