"""Log lines are JSON, tell errors apart, and hold nothing about a person."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Generator
from typing import Any, cast

import pytest
from starter import logs
from starter.settings import Settings

from .conftest import Start, environment

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Generator[Lines]:
    """Configure logging as a task does, and hand out a function that reads the lines printed since its last call."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = [logging.getLogger(name) for name in ("httpx", "uvicorn")]
    levels = [logger.level for logger in quiet]
    logs.configure(Settings.from_env(environment()))
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    printed = io.StringIO()
    cast("logging.StreamHandler[io.StringIO]", handler).setStream(printed)

    def read() -> list[dict[str, Any]]:
        text = printed.getvalue()
        printed.seek(0)
        printed.truncate()
        return [json.loads(line) for line in text.splitlines()]

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger, before in zip(quiet, levels, strict=True):
        logger.setLevel(before)


def test_a_line_says_where_it_comes_from(lines: Lines) -> None:
    logging.getLogger("starter.test").warning("two\nlines", extra={"fields": {"count": 2}})
    [line] = lines()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "starter.test",
        "message": "two\nlines",
        "system": "pika",
        "stage": "dev",
        "service": "api-gateway",
        "version": "1a2b3c",
        "count": 2,
    }


def test_an_error_carries_its_traceback_on_the_same_line(lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("starter.test").exception("failed", exc_info=sys.exc_info())
    [line] = lines()
    assert line["level"] == "ERROR"
    assert "ValueError: broken" in line["exception"]


def test_messages_below_the_level_are_not_printed(lines: Lines) -> None:
    logging.getLogger("starter.test").debug("noise")
    assert lines() == []


def test_a_request_is_one_line_without_personal_data(start: Start, lines: Lines) -> None:
    task = start()
    lines()
    answer = task.client.get(
        "/api/listings?lat=52.52&lng=13.405&radius=10", headers={"X-Forwarded-For": "203.0.113.5", "X-Request-Id": "r1"}
    )
    [line] = lines()
    assert line["message"] == "request"
    assert (line["method"], line["path"], line["status"], line["request_id"]) == ("GET", "/api/listings", 200, "r1")
    assert line["duration_ms"] >= 0
    assert not {"203.0.113.5", "52.52"} & set(json.dumps(line).split('"'))
    assert answer.headers["X-Request-Id"] == "r1"


def test_a_healthy_health_check_is_not_worth_a_line(start: Start, lines: Lines) -> None:
    task = start()
    lines()
    task.client.get("/api/health")
    task.client.get("/health")
    assert lines() == []


def test_an_error_that_nobody_caught_is_logged_and_answered(start: Start, lines: Lines) -> None:
    task = start("listings")
    lines()
    task.pool.rows = [{"id": "not a number"}]
    answer = task.client.get("/listings?lat=1&lng=1&radius=1", headers={"X-Request-Id": "r2"})
    assert (answer.status_code, answer.json()) == (500, {"detail": "internal error", "request_id": "r2"})
    written = lines()
    assert [line["level"] for line in written] == ["ERROR", "ERROR"]
    assert "validation error" in written[0]["exception"]


def test_each_request_has_an_id_of_its_own(start: Start) -> None:
    task = start()
    ids = {task.client.get("/api/health").headers["X-Request-Id"] for _ in range(2)}
    assert len(ids) == 2
