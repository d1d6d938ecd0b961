"""Amazon CloudWatch: logs that end some day, alarms that somebody hears."""

from __future__ import annotations

from typing import Final

from guardrails.checks import at_least, is_set, not_false
from guardrails.rule import Kind, declare

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

declare(
    "CloudWatch.15",
    "high",
    Kind.FREE,
    "CloudWatch alarms should have specified actions configured",
    types=(ALARM, COMPOSITE),
    check=is_set("alarmActions"),
    why="An alarm that tells nobody is a chart.",
    fix="alarm_actions=[topic.arn]",
    frameworks="NIST",
)

declare(
    "CloudWatch.17",
    "high",
    Kind.FREE,
    "CloudWatch alarm actions should be enabled",
    types=(ALARM, COMPOSITE),
    check=not_false("actionsEnabled"),
    why="An alarm that tells nobody is a chart.",
    fix="actions_enabled=True",
    frameworks="NIST",
)

declare(
    "CloudWatch.16",
    "medium",
    Kind.OFF,
    "CloudWatch log groups should be retained for a specified time period",
    types=LOG_GROUP,
    check=at_least("retentionInDays", 365, absent=0),
    why="Off by default: a year of every debug line costs more than it tells; audit trails have their own retention. "
    "P.CW.retention asks that a retention is chosen at all.",
    fix="retention_in_days=365",
    frameworks="NIST",
)

declare(
    "P.CW.retention",
    "medium",
    Kind.FREE,
    "Log groups should have a retention",
    types=LOG_GROUP,
    check=at_least("retentionInDays", 1, absent=0),
    why="Left out, logs are kept and paid for without end.",
    fix="retention_in_days=30",
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
)

declare(
    "P.CW.log-kms",
    "medium",
    Kind.CUSTOMER_KEY,
    "Log groups should use a customer-managed key",
    types=LOG_GROUP,
    check=is_set("kmsKeyId"),
    why="Logs are always encrypted; your own key can be refused and audited.",
    fix="kms_key_id=key.arn",
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
)
