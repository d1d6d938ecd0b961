"""Amazon CloudWatch: logs that end some day, alarms that somebody hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails.checks import at_least, has_value, is_set, not_false
from guardrails.resource import UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


def _heard(alarm: Resource, scope: Scope) -> Iterator[Outcome]:
    if has_value(alarm.get("alarmActions")):
        return
    rules = [composite.get("alarmRule") for composite in scope.stack.of_type(COMPOSITE)]
    name = alarm.get("name")
    if any(isinstance(rule, str) and f'("{name}")' in rule for rule in rules):
        return  # Another alarm is made of it, and tells for it.
    yield undecided("alarmActions") if UNKNOWN in (name, *rules) else "alarmActions is not set"


declare(
    "CloudWatch.15",
    "high",
    Kind.FREE,
    "CloudWatch alarms should have specified actions configured",
    types=(ALARM, COMPOSITE),
    reads=("alarmActions", "name"),
    references=("alarmActions",),
    related={COMPOSITE: ("alarmRule",)},
    check=_heard,
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
