"""What CloudWatch has measured of a stack over some days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tierwise.operations.answers import listed
from tierwise.operations.operation import Operation

#: CloudWatch sums up a day at most.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
DAY: Final = 86_400


@dataclass(frozen=True)
class Measures:
    """Asks CloudWatch.

    Attributes:
        operation: The command.
        days: How far back.
    """

    operation: Operation
    days: int

    def daily(
        self, namespace: str, metric: str, stat: str, dimensions: Mapping[str, str], *, region: str | None = None
    ) -> list[float]:
        """One value a day, of the days that have one.

        Args:
            namespace: Such as ``AWS/Lambda``.
            metric: Its name.
            stat: ``Average``, ``Sum``, ``Maximum``, ``p95`` …
            dimensions: What it is about.
            region: Where the metric is kept; the stack's own region by default.
        """
        now = datetime.fromtimestamp(self.operation.console.clock.now(), UTC)
        about = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        query = {
            "Id": "m",
            "MetricStat": {
                "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": about},
                "Period": DAY,
                "Stat": stat,
            },
        }
        answer: dict[str, Any] = self.operation.aws.read(
            "cloudwatch",
            "GetMetricData",
            region=region,
            MetricDataQueries=[query],
            StartTime=now - timedelta(days=self.days),
            EndTime=now,
        )
        return [float(value) for result in listed(answer, "MetricDataResults") for value in result.get("Values") or ()]

    def average(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], *, region: str | None = None
    ) -> float | None:
        """The average of the days; None without data."""
        found = self.daily(namespace, metric, "Average", dimensions, region=region)
        return sum(found) / len(found) if found else None

    def worst(self, namespace: str, metric: str, stat: str, dimensions: Mapping[str, str]) -> float | None:
        """The highest day; None without data."""
        return max(self.daily(namespace, metric, stat, dimensions), default=None)

    def total(self, namespace: str, metric: str, dimensions: Mapping[str, str]) -> float:
        """The sum of all days."""
        return sum(self.daily(namespace, metric, "Sum", dimensions))


def gateway(operation: Operation) -> dict[str, str]:
    """How CloudWatch knows the stack's API.

    Raises:
        OperationError: The stack has none.
    """
    http = operation.stack.output("httpApiId")
    if http:
        return {"ApiId": str(http)}
    rest = str(operation.stack.require("restApiId", "API whose answers could be timed"))
    return {"ApiName": str(operation.aws.read("apigateway", "GetRestApi", restApiId=rest)["name"])}
