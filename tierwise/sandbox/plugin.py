"""A plugin process: ``python -m tierwise.sandbox.plugin PACKAGE [ENGINE]`` serves one package and prints its port."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tierwise.sandbox.calls import CALLS_VARIABLE, Calls
from tierwise.sandbox.cloud import Cloud, CloudError
from tierwise.sandbox.faults import Faults, load
from tierwise.sandbox.places import FOLDER_VARIABLE, Places
from tierwise.sandbox.provider import Provider
from tierwise.sandbox.service import Service

#: What the engine allows itself: https://github.com/pulumi/pulumi, rpcutil.
_MAX_MESSAGE: Final = 400 * 1024 * 1024
_THREADS: Final = 8
#: How often it looks whether the engine is still there.
_SECONDS: Final = 1.0


def serve(package: str) -> NoReturn:
    """Serve until the engine is done, or is no more: one that is killed tells nobody.

    Args:
        package: ``aws``, ``awsx`` or ``docker-build``.

    Raises:
        CloudError: The cloud's file or the faults cannot be read.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        raise CloudError(f"{FOLDER_VARIABLE} is not set: run Pulumi through `tierwise sandbox`")
    # Loading the SDK makes classes by the thousand that stay for good; looking for garbage among them takes a third.
    gc.set_threshold(50_000, 20, 50)
    places = Places(Path(folder))
    cloud = Cloud(places.cloud)
    service: Any
    if package == "awsx":
        from tierwise.sandbox.construct import Components

        service = Components()
    else:
        service = Service(Provider(cloud, Faults(load(places.faults), cloud), package), package)
    calls = Calls()
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        interceptors=[calls],
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
    engine = os.getppid()
    # The engine may end this process without a word, so what is counted is written while it runs.
    log = os.environ.get(CALLS_VARIABLE)
    running = True
    while running:
        running = not stopped.wait(_SECONDS) and os.getppid() == engine
        if log is not None:
            calls.write(Path(log), package)
    # At once, without the interpreter's tidying: the engine closes its plugins one after another, gives all of them
    # five seconds together, and calls one that it did not reach in time a crash. What was answered is in the file.
    os._exit(0)


def main() -> None:
    """The entry point of the plugin scripts."""
    try:
        serve(sys.argv[1])
    except CloudError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
