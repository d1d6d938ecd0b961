"""CloudWatch and notification. https://aws.amazon.com/cloudwatch/pricing/"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.cost.services.schedules import runs_per_month
from guardrails.cost.values import as_object, entries, to_decimal
from guardrails.resource import ABSENT, UNKNOWN

SERVICE: Final = "Monitoring"
_MIB_PER_GB: Final = Decimal(1024)
#: Alarms on periods shorter than a minute cost more.
_STANDARD_PERIOD: Final = Decimal(60)
#: An anomaly alarm watches the metric and the two edges of its band.
_BAND_METRICS: Final = 3
#: Memory of a canary that sets none, in MB.
_CANARY_MEMORY: Final = 1000

free(
    SERVICE,
    "no charge",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "aws:cloudwatch/logStream:LogStream",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    "aws:cloudwatch/logDelivery:LogDelivery",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration",
    "aws:xray/samplingRule:SamplingRule",
    "aws:xray/group:Group",
    "aws:xray/encryptionConfig:EncryptionConfig",
    "aws:synthetics/group:Group",
    "aws:synthetics/groupAssociation:GroupAssociation",
    "aws:appautoscaling/target:Target",
    "aws:appautoscaling/scheduledAction:ScheduledAction",
)


@prices(
    "aws:cloudwatch/logGroup:LogGroup",
    service=SERVICE,
    keys=(Key("ingestGb", "GB written, uncompressed"), Key("storedGb", "GB kept, compressed")),
)
def log_group(bill: Bill) -> None:
    """GB ingested by class, and GB kept."""
    rare = bill.text("logGroupClass", "STANDARD") == "INFREQUENT_ACCESS"
    bill.usage("ingestGb", "log ingestion", "cw.logs.ingest_ia.gb" if rare else "cw.logs.ingest.gb")
    bill.usage("storedGb", "log storage", "cw.logs.storage.gb_month")


@prices(
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    service=SERVICE,
    keys=(Key("metrics", "distinct combinations of dimension values", "the filter has dimensions"),),
)
def metric_filter(bill: Bill) -> None:
    """A filter's metric is a custom metric; with dimensions, one for each combination."""
    if bill.get("metricTransformation.dimensions") is ABSENT:
        bill.fixed("metric of the filter", "cw.metric.month", 1)
    else:
        bill.usage("metrics", "metrics of the filter", "cw.metric.month")


@prices(
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
    service=SERVICE,
    keys=(Key("scannedGb", "GB of logs scanned and masked"),),
)
def data_protection(bill: Bill) -> None:
    """GB scanned."""
    bill.usage("scannedGb", "log data protection", "cw.logs.data_protection.gb")


@prices(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    service=SERVICE,
    keys=(Key("metrics", "metrics that the query analyses", "a Metrics Insights query"),),
)
def metric_alarm(bill: Bill) -> None:
    """One alarm metric for each metric: an expression over two metrics counts two, an anomaly band three."""
    queries = bill.get("metricQueries")
    if queries is UNKNOWN:
        bill.undecided("alarm", "metricQueries")
        return
    metrics, period, insights = 1, bill.number("period", _STANDARD_PERIOD), False
    if queries is not ABSENT:
        found = [query for query in entries(queries) if query.get("metric")]
        expressions = [str(query["expression"]) for query in entries(queries) if query.get("expression")]
        insights = any(text.lstrip().upper().startswith("SELECT") for text in expressions)
        metrics = max(1, len(found))
        if any("ANOMALY_DETECTION_BAND" in text for text in expressions):
            metrics = _BAND_METRICS
        period = min((_period(query) for query in found), default=period)
    if insights:
        bill.usage("metrics", "alarm on a metrics query", "cw.alarm.standard.month")
        return
    fast = period is not None and period < _STANDARD_PERIOD
    bill.fixed(
        "high-resolution alarm" if fast else "alarm", f"cw.alarm.{'high' if fast else 'standard'}.month", metrics
    )


def _period(query: Mapping[str, Any]) -> Decimal:
    return to_decimal(as_object(query["metric"]).get("period")) or _STANDARD_PERIOD


@prices("aws:cloudwatch/compositeAlarm:CompositeAlarm", service=SERVICE)
def composite_alarm(bill: Bill) -> None:
    """One composite alarm."""
    bill.fixed("composite alarm", "cw.alarm.composite.month", 1)


@prices("aws:cloudwatch/dashboard:Dashboard", service=SERVICE)
def dashboard(bill: Bill) -> None:
    """One dashboard."""
    bill.fixed("dashboard", "cw.dashboard.month", 1)


@prices("aws:appautoscaling/policy:Policy", service=SERVICE)
def scaling_policy(bill: Bill) -> None:
    """Target tracking makes alarms of its own, one to scale out and one to scale in; for a table's units four.

    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
    """
    if bill.get("targetTrackingScalingPolicyConfiguration") is ABSENT:
        bill.free("its alarms are declared and priced themselves")
        return
    alarms = 4 if bill.text("serviceNamespace") == "dynamodb" else 2
    if bill.flag("targetTrackingScalingPolicyConfiguration.disableScaleIn"):
        alarms //= 2
    bill.fixed("alarms of target tracking", "cw.alarm.standard.month", alarms)


@prices("aws:autoscaling/policy:Policy", service=SERVICE)
def group_policy(bill: Bill) -> None:
    """Target tracking of an instance group makes two alarms."""
    if bill.get("targetTrackingConfiguration") is ABSENT:
        bill.free("its alarms are declared and priced themselves")
        return
    one_way = bill.flag("targetTrackingConfiguration.disableScaleIn")
    bill.fixed("alarms of target tracking", "cw.alarm.standard.month", 1 if one_way else 2)


@prices(
    "aws:synthetics/canary:Canary",
    service=SERVICE,
    keys=(
        Key("durationMs", "average duration of a run in milliseconds, for the canary's function"),
        optional("ingestGb", "GB of logs that the runs write"),
    ),
)
def canary(bill: Bill) -> None:
    """Runs by schedule, and the function that makes them."""
    if bill.resource.is_set("startCanary") and bill.flag("startCanary") is False:
        bill.free("the canary is not started")
        return
    expression = bill.text("schedule.expression")
    runs = None if expression is None else runs_per_month(expression)
    if runs is None:
        bill.unknown("canary runs", f"schedule.expression {expression} is not a rate, cron or known")
        return
    bill.fixed("canary runs", "cw.synthetics.run", runs)
    bill.fixed("canary function requests", "lambda.requests", runs)
    memory = bill.number("runConfig.memoryInMb", _CANARY_MEMORY)
    duration = bill.declared("durationMs", "canary function duration")
    if duration is not None and memory is not None:
        bill.metered(
            "canary function duration", "lambda.x86.gb_second", duration * (runs * memory / _MIB_PER_GB / 1000)
        )
    bill.usage("ingestGb", "canary logs", "cw.logs.ingest.gb")
