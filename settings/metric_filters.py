"""Metrics that are counted from the lines of a log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Name, Section, form

#: A metric's name, namespace, or the name of one of its dimensions.
MetricWord = Annotated[str, form(r"^[^:*$\s]([^:*$]*[^:*$\s])?$", "DeniedRequests", max_length=255)]
#: ``401`` or ``4xx``.
Status = Annotated[str, form(r"^[1-5](\d\d|xx)$", "5xx")]
#: A field of a line that holds JSON, such as ``$.operation``.
FieldSelector = Annotated[str, form(r"^\$(\.[A-Za-z0-9_-]+(\[\d+\])?)+$", "$.status")]

#: Lambda's own line at the end of a call, where an instance had to be started for it.
#: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
COLD_STARTS = '{ ($.type = "platform.report") && ($.record.metrics.initDurationMs > 0) }'
#: Most dimensions of a filter's metric.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
MAX_DIMENSIONS = 3


class MetricFilter(Section):
    """A metric that CloudWatch counts from the lines of a log that fit a pattern."""

    enabled: bool = True
    """Whether the filter exists in this stack."""
    log: Name
    """Whose log it reads: a function, a service, ``http-api``, ``rest-api`` or ``websocket-api`` for their access
    logs."""
    metric: MetricWord
    """Name of the metric."""
    pattern: str | None = Field(default=None, min_length=1, max_length=1024)
    """Which lines count, in CloudWatch's filter pattern syntax, such as ``{ $.event = "auth_denied" }``."""
    statuses: tuple[Status, ...] = ()
    """In place of ``pattern``, for an API's access log: which answers count, such as ``401`` or ``5xx``."""
    cold_starts: bool = False
    """In place of ``pattern``, for a function's log: whether calls count that had to start an instance first. Lambda
    tells them to functions with ``systemLogLevel`` INFO or DEBUG."""
    namespace: MetricWord | None = None
    """Namespace of the metric; ``observability.metricsNamespace`` by default."""
    value: Annotated[str, form(r"^(\d+(\.\d+)?|\$(\.[A-Za-z0-9_-]+(\[\d+\])?)+)$", "$.durationMs")] = "1"
    """What each line adds: a number, or a field of the line."""
    unit: Literal["None", "Count", "Seconds", "Milliseconds", "Bytes", "Percent"] = "Count"
    """Unit of the metric."""
    dimensions: Annotated[dict[MetricWord, FieldSelector], Field(max_length=MAX_DIMENSIONS)] = Field(
        default_factory=dict[str, str]
    )
    """Fields of the line that split the metric, by dimension. Each combination of values is a metric that is paid."""

    @property
    def filter_pattern(self) -> str:
        """The pattern in CloudWatch's syntax."""
        if self.cold_starts:
            return COLD_STARTS
        if self.pattern is not None:
            return self.pattern
        # The access log writes a status as text.
        terms = [f'($.status = "{status.replace("xx", "*")}")' for status in self.statuses]
        return "{ " + " || ".join(terms) + " }"

    @property
    def counts_nothing_as_zero(self) -> bool:
        """Whether a minute of lines that do not fit counts as zero; an average must not, and dimensions cannot."""
        return self.value == "1" and not self.dimensions

    @model_validator(mode="after")
    def _one_form(self) -> MetricFilter:
        given = [
            key
            for key, there in (
                ("pattern", self.pattern is not None),
                ("statuses", bool(self.statuses)),
                ("coldStarts", self.cold_starts),
            )
            if there
        ]
        if len(given) != 1:
            found = " and ".join(given) if given else "none"
            raise ValueError(f"set one of pattern, statuses and coldStarts; {found} is set")
        if (self.namespace or "").startswith("AWS/"):
            raise ValueError("namespace: AWS/ is AWS's own; leave it out for the application's")
        by_field = self.value.startswith("$") or bool(self.dimensions)
        if by_field and self.pattern is not None and not self.pattern.lstrip().startswith(("{", "[")):
            raise ValueError("pattern finds words, not fields: value and dimensions need one in braces or brackets")
        return self
