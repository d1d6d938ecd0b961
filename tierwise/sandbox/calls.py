"""How much time the provider takes of a deployment: counted at its door, call by call.

Loading the SDK's modules is counted apart: it happens once for each service, in the call that is first to need it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc

#: Names a folder; each plugin process writes what it has counted there.
CALLS_VARIABLE: Final = "TIERWISE_SANDBOX_CALLS"


class _Thread(threading.local):
    """What of a thread's time is no call's."""

    seconds = 0.0
    processor = 0.0


_apart: Final = _Thread()


@contextmanager
def apart() -> Generator[None]:
    """Take what happens inside out of the time of the call that it happens in."""
    seconds, processor = time.perf_counter(), time.thread_time()
    try:
        yield
    finally:
        _apart.seconds += time.perf_counter() - seconds
        _apart.processor += time.thread_time() - processor


class Calls(grpc.ServerInterceptor):
    """Counts calls by method, with the seconds from request to answer and those of a processor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._seconds: dict[str, float] = {}
        self._processor: dict[str, float] = {}
        self._loading = 0.0

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Wrap the method that answers."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        method = str(handler_call_details.method).rpartition("/")[2]  # pyright: ignore[reportUnknownMemberType]

        def counted(request: Any, context: grpc.ServicerContext) -> Any:
            _apart.seconds = _apart.processor = 0.0
            seconds, processor = time.perf_counter(), time.thread_time()
            try:
                return handler.unary_unary(request, context)
            finally:
                self._add(
                    method,
                    time.perf_counter() - seconds - _apart.seconds,
                    time.thread_time() - processor - _apart.processor,
                    _apart.processor,
                )

        return grpc.unary_unary_rpc_method_handler(counted, handler.request_deserializer, handler.response_serializer)

    def write(self, folder: Path, package: str) -> None:
        """Write ``PACKAGE-PROCESS.json``: what was counted, in seconds, and the most memory that the process has had.

        Args:
            folder: Made when missing.
            package: What the process serves.
        """
        with self._lock:
            methods = {
                name: {"calls": count, "seconds": self._seconds[name], "processor": self._processor[name]}
                for name, count in sorted(self._counts.items())
            }
            loading = self._loading
        # Linux counts in KiB, macOS in bytes.
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{package}-{os.getpid()}.json"
        unfinished = file.with_suffix(".part")
        unfinished.write_text(
            json.dumps({"methods": methods, "loading": loading, "mebibytes": memory}), encoding="utf-8"
        )
        unfinished.replace(file)

    def _add(self, method: str, seconds: float, processor: float, loading: float) -> None:
        with self._lock:
            self._loading += loading
            self._counts[method] = self._counts.get(method, 0) + 1
            self._seconds[method] = self._seconds.get(method, 0.0) + seconds
            self._processor[method] = self._processor.get(method, 0.0) + processor
