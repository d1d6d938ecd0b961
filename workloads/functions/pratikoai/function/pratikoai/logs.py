"""One JSON object a line, and metrics embedded in such lines, which cost nothing to send.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pratikoai import settings


def line(event: str, level: str = "INFO", **fields: Any) -> None:
    """Write a line. Never hand it a token, a password or what a person wrote."""
    entry = {"level": level, "event": event, "stage": settings.stage(), "version": settings.version(), **fields}
    print(json.dumps(entry, default=str), file=sys.stdout, flush=True)


def denied(reason: str, **fields: Any) -> None:
    """Somebody was turned away: a metric filter counts these lines."""
    line("auth_denied", level="WARN", reason=reason, **fields)


def metric(name: str, value: float, unit: str = "Count") -> None:
    """Record one of the application's own metrics."""
    line(
        "metric",
        _aws={
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": settings.text("METRICS_NAMESPACE", "PratikoAI/MCP"),
                    "Dimensions": [["stage"]],
                    "Metrics": [{"Name": name, "Unit": unit}],
                }
            ],
        },
        **{name: value},
    )
