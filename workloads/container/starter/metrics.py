"""Business metrics as CloudWatch embedded metric format: a log line that CloudWatch turns into a metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import logging
import time
from typing import Literal

from starter.settings import Settings

log = logging.getLogger("starter.metrics")
log.setLevel(logging.INFO)  # a metric is not a message: LOG_LEVEL does not silence it

Metric = Literal["ListingsCreated"]


def count(settings: Settings, metric: Metric) -> None:
    """Add one to `metric` when METRICS_NAMESPACE is set. Each metric costs about USD 0.30 a month."""
    if settings.metrics_namespace is None:
        return
    directive = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": settings.metrics_namespace,
                "Dimensions": [["stage"]],
                "Metrics": [{"Name": metric, "Unit": "Count"}],
            }
        ],
    }
    log.info("metric", extra={"fields": {metric: 1, "_aws": directive}})
