"""JSON lines and metrics on standard output, where Lambda takes them to CloudWatch."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

import structlog


def _upper(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    # Lambda keeps or drops a line by its level, which it knows in capitals.
    line["level"] = str(line["level"]).upper()
    return line


def configure(level: str) -> None:
    """Make every line of the function JSON with level and time, as Lambda's own are.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
    """
    known = {"WARN": "WARNING", "TRACE": "DEBUG", "FATAL": "CRITICAL"}
    number = logging.getLevelNamesMapping().get(known.get(level, level), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _upper,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Printed,
        cache_logger_on_first_use=False,
    )


class _Printed(structlog.PrintLogger):
    """Prints to whatever standard output is at the time."""

    def __init__(self, *_names: Any) -> None:
        super().__init__(sys.stdout)


def template_metrics(namespace: str, stage: str, *, records: int, milliseconds: float) -> None:
    """Tell CloudWatch how many records were made and how long it took, in a log line rather than with a paid call.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    now = time.time()
    metrics = [
        {"Name": "RecordsGenerated", "Unit": "Count"},
        {"Name": "ExecutionTime", "Unit": "Milliseconds"},
    ]
    line = {
        "_aws": {
            "Timestamp": int(now * 1000),
            "CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [["stage"]], "Metrics": metrics}],
        },
        "stage": stage,
        "RecordsGenerated": records,
        "ExecutionTime": milliseconds,
    }
    print(json.dumps(line), flush=True)
