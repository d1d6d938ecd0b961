"""JSON log lines, metrics embedded in them, and annotations of traces. Needs nothing but Python."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: What a line says of the request, beside its own words.
CONTEXT = ("ip_address", "session_id", "user_agent")


def function_name() -> str:
    """``request-orchestrator`` as ``RequestOrchestrator``."""
    parts = os.environ.get("FUNCTION", "askiam").split("-")
    return "".join(part.upper() if part in ("rag", "mcp") else part.capitalize() for part in parts)


def trace_id() -> str | None:
    """The trace that this call belongs to."""
    fields = dict(part.split("=", 1) for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";") if "=" in part)
    return fields.get("Root")


def log(
    level: str,
    message: str,
    *,
    request_id: str = "",
    user_id: str | None = None,
    validation_result: str | None = None,
    duration_ms: float | None = None,
    context: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Print one line; the raw request is never part of it.

    Args:
        level: ``INFO``, ``WARNING`` or ``ERROR``.
        message: What happened.
        request_id: Whose request.
        user_id: Who asked.
        validation_result: ``VALID`` or ``INVALID``, once known.
        duration_ms: How long it took.
        context: Address, session and browser of the caller.
        more: Further fields.
    """
    given = context or {}
    line = {
        "timestamp": _now(),
        "request_id": request_id,
        "lambda_function": function_name(),
        "level": level,
        "message": message,
        "user_id": user_id,
        "validation_result": validation_result,
        "duration_ms": None if duration_ms is None else round(duration_ms, 1),
        "trace_id": trace_id(),
        "context": {key: given.get(key) for key in CONTEXT},
        **more,
    }
    print(json.dumps(line, default=str), flush=True)


def metric(name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
    """Publish a metric through the log: CloudWatch reads it there, and no call is paid for.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    described = {
        "Namespace": os.environ.get("METRICS_NAMESPACE", "AskIAM"),
        "Dimensions": [sorted(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    record = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [described]}, **dimensions}
    print(json.dumps({**record, name: value}), flush=True)


def annotate(**annotations: str | float | bool) -> None:
    """Add what traces are filtered by: a subsegment handed to the X-Ray daemon, which Lambda runs beside the function.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
    """
    header = dict(part.split("=", 1) for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";") if "=" in part)
    address = os.environ.get("AWS_XRAY_DAEMON_ADDRESS")
    if address is None or header.get("Sampled") != "1":
        return
    now = time.time()
    segment = {
        "type": "subsegment",
        "id": os.urandom(8).hex(),
        "trace_id": header.get("Root"),
        "parent_id": header.get("Parent"),
        "name": function_name(),
        "start_time": now,
        "end_time": now,
        "annotations": {**annotations, "environment": os.environ.get("STAGE", "")},
    }
    host, _, port = address.partition(":")
    text = json.dumps({"format": "json", "version": 1}) + "\n" + json.dumps(segment)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(text.encode(), (host, int(port)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
