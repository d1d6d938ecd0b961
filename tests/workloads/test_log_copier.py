"""The function that copies error lines into the group that keeps them."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

SOURCE = Path(__file__).parents[2] / "workloads" / "log_copier" / "handler.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("log_copier_handler", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


handler = _load()


class MissingError(Exception):
    """The stream does not exist."""


class ExistsError(Exception):
    """The stream exists already."""


class Logs:
    """CloudWatch Logs, as far as the function calls it."""

    exceptions = SimpleNamespace(ResourceNotFoundException=MissingError, ResourceAlreadyExistsException=ExistsError)

    def __init__(self, *, streams: set[str] | None = None, raced: bool = False) -> None:
        self.streams = streams or set()
        self.raced = raced
        self.written: list[tuple[str, str, list[dict[str, Any]]]] = []

    def put_log_events(self, *, logGroupName: str, logStreamName: str, logEvents: list[dict[str, Any]]) -> None:  # noqa: N803
        if logStreamName not in self.streams:
            raise MissingError
        self.written.append((logGroupName, logStreamName, logEvents))

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        self.streams.add(logStreamName)
        if self.raced:
            raise ExistsError


def delivery(*events: tuple[int, str]) -> dict[str, Any]:
    return {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/shop/prod/search",
        "logStream": "search/search/1",
        "logEvents": [{"id": str(n), "timestamp": at, "message": text} for n, (at, text) in enumerate(events)],
    }


def invoke(body: dict[str, Any]) -> dict[str, int]:
    data = base64.b64encode(gzip.compress(json.dumps(body).encode())).decode()
    return handler.handle({"awslogs": {"data": data}}, None)


@pytest.mark.parametrize("raced", [False, True])
def test_lines_go_to_the_errors_group_in_a_stream_of_the_same_name(
    monkeypatch: pytest.MonkeyPatch, raced: bool
) -> None:
    logs = Logs(raced=raced)
    monkeypatch.setattr(handler, "_client", lambda: logs)
    assert invoke(delivery((2, "second"), (1, "first"))) == {"copied": 2}
    assert logs.written == [
        (
            "/shop/prod/search/errors",
            "search/search/1",
            [{"timestamp": 1, "message": "first"}, {"timestamp": 2, "message": "second"}],
        )
    ]


def test_a_stream_that_exists_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = Logs(streams={"search/search/1"})
    monkeypatch.setattr(handler, "_client", lambda: logs)
    monkeypatch.setattr(logs, "create_log_stream", lambda **_: pytest.fail("no stream was missing"))
    assert invoke(delivery((1, "x"))) == {"copied": 1}


def test_the_test_message_of_a_new_subscription_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "_client", lambda: pytest.fail("nothing to write"))
    assert invoke({**delivery((1, "x")), "messageType": "CONTROL_MESSAGE"}) == {"copied": 0}


def test_a_refusal_is_raised_so_that_the_lines_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = Logs()

    def refuse(**_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(logs, "put_log_events", refuse)
    monkeypatch.setattr(handler, "_client", lambda: logs)
    with pytest.raises(PermissionError):
        invoke(delivery((1, "x")))


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 300)), max_size=40),
    st.integers(330, 2_000),
    st.integers(1, 10),
)
def test_batches_hold_what_one_call_accepts(lines: list[tuple[int, int]], size: int, count: int) -> None:
    events = delivery(*((at, "é" * (length // 2)) for at, length in lines))["logEvents"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, "BATCH_BYTES", size)
        patch.setattr(handler, "BATCH_EVENTS", count)
        found = list(handler.batches(events))
    for batch in found:
        assert 0 < len(batch) <= count
        assert sum(len(e["message"].encode()) + handler.EVENT_OVERHEAD for e in batch) <= size
    copied = [(e["timestamp"], e["message"]) for batch in found for e in batch]
    assert [at for at, _ in copied] == sorted(at for at, _ in lines)
    assert sorted(copied) == sorted((e["timestamp"], e["message"]) for e in events)
