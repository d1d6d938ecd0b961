"""What every plugin of the sandbox answers alike, and how what goes wrong reaches the engine."""

# gRPC calls its methods with two positional arguments; the generated base class names them.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import metadata
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from tierwise.preview.errors import EngineError
from tierwise.preview.invokes import CallError
from tierwise.preview.values import encode_struct
from tierwise.sandbox.cloud import CloudError
from tierwise.sandbox.provider import PartlyDoneError

_ANSWER = TypeVar("_ANSWER")
#: What values raise that no check would have let through.
_NONSENSE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def answering(method: Callable[[Any, Any, Any], _ANSWER]) -> Callable[[Any, Any, grpc.ServicerContext], _ANSWER]:
    """Turn what goes wrong into the protocol's statuses."""

    @functools.wraps(method)
    def wrapped(self: Any, request: Any, context: grpc.ServicerContext) -> _ANSWER:
        try:
            return method(self, request, context)
        except PartlyDoneError as error:
            _abort_partly_done(context, error)
        except CallError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, error.reason)
        except EngineError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, error.message)
        except CloudError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except grpc.RpcError as error:
            # The engine's own answer to a component's child.
            context.abort(grpc.StatusCode.UNKNOWN, str(error.details() if isinstance(error, grpc.Call) else error))
        except _NONSENSE as error:
            said = f"the sandbox can make nothing of what it was sent ({type(error).__name__}: {error})"
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, said)
        raise AssertionError("abort does not return")

    return wrapped


def _abort_partly_done(context: grpc.ServicerContext, error: PartlyDoneError) -> None:
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.id, properties=encode_struct(error.outputs), reasons=[error.reason]
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=error.reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, error.reason)


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """One plugin process's service, as far as all of them are the same.

    Args:
        package: The Pulumi package that it stands in for, such as ``aws``.
        components: Whether it makes components, which are handed resources and outputs as such.
    """

    def __init__(self, package: str, *, components: bool = False) -> None:
        self._package = package
        self._components = components

    @answering
    def Handshake(self, _request: Any, _context: Any) -> provider_pb2.ProviderHandshakeResponse:  # noqa: N802
        """What the protocol's two sides can do."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=self._components, accept_outputs=self._components
        )

    @answering
    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        """The version of the SDK whose types it speaks."""
        return plugin_pb2.PluginInfo(version=metadata.version(f"pulumi-{self._package}"))

    @answering
    def GetSchema(self, _request: Any, _context: Any) -> provider_pb2.GetSchemaResponse:  # noqa: N802
        """No schema: programs use the SDK's."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    @answering
    def GetMapping(self, _request: Any, _context: Any) -> provider_pb2.GetMappingResponse:  # noqa: N802
        """No mapping from other tools."""
        return provider_pb2.GetMappingResponse()

    @answering
    def CheckConfig(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        """Any configuration that the SDK accepts."""
        return provider_pb2.CheckResponse(inputs=request.news)

    @answering
    def DiffConfig(self, _request: Any, _context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        """Without configuration there is nothing that could differ."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    @answering
    def Configure(self, request: Any, _context: Any) -> provider_pb2.ConfigureResponse:  # noqa: N802
        """Take the configuration over."""
        self._configure(request)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=self._components, acceptOutputs=self._components
        )

    @answering
    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        """The engine has been told to stop."""
        self._cancel()
        return empty_pb2.Empty()

    def _configure(self, request: Any) -> None:
        """Take the provider's inputs over; for plugins that have any."""

    def _cancel(self) -> None:
        """End what is waiting; for plugins that wait."""
