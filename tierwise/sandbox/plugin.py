"""A plugin process: ``python -m tierwise.sandbox.plugin PACKAGE [ENGINE]`` serves one package and prints its port."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tierwise.sandbox.cloud import Cloud, CloudError
from tierwise.sandbox.faults import Faults, load
from tierwise.sandbox.places import FOLDER_VARIABLE, Places
from tierwise.sandbox.provider import Provider
from tierwise.sandbox.service import Service

#: What the engine allows itself: https://github.com/pulumi/pulumi, rpcutil.
_MAX_MESSAGE: Final = 400 * 1024 * 1024
_THREADS: Final = 8


def serve(package: str) -> None:
    """Serve until the engine is done.

    Args:
        package: ``aws``, ``awsx`` or ``docker-build``.

    Raises:
        CloudError: The cloud's file or the faults cannot be read.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        raise CloudError(f"{FOLDER_VARIABLE} is not set: run Pulumi through `tierwise sandbox`")
    places = Places(Path(folder))
    cloud = Cloud(places.cloud)
    service: Any
    if package == "awsx":
        from tierwise.sandbox.construct import Components

        service = Components()
    else:
        service = Service(Provider(cloud, Faults(load(places.faults), cloud), package), package)
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.max_send_message_length", _MAX_MESSAGE)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, server)  # pyright: ignore
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    stopped.wait()
    server.stop(grace=1).wait()


def main() -> None:
    """The entry point of the plugin scripts."""
    try:
        serve(sys.argv[1])
    except CloudError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
