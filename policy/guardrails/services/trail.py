"""AWS CloudTrail: who did what, in files that nobody can change unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from guardrails.checks import PathCheck, every, has_value, is_block, is_set, is_true, not_false
from guardrails.resource import UNKNOWN, Resource
from guardrails.rule import STACK_TYPE, Check, Kind, On, Outcome, Scope, declare, undecided
from guardrails.services import s3
from guardrails.services.account import one_in_account
from guardrails.services.observability import ALARM

TRAIL: Final = "aws:cloudtrail/trail:Trail"
FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"

_SELECTORS: Final = (
    "eventSelectors[].readWriteType",
    "eventSelectors[].includeManagementEvents",
    "advancedEventSelectors[].fieldSelectors[].field",
    "advancedEventSelectors[].fieldSelectors[].equals",
)


def _unknown_inside(value: Any) -> bool:
    if is_block(value):
        return any(_unknown_inside(member) for member in value.values())
    if isinstance(value, list):
        return any(_unknown_inside(member) for member in cast(list[Any], value))
    return value is UNKNOWN


def _blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (member for member in cast(list[Any], value) if is_block(member))


def _fields(selector: Mapping[str, Any]) -> dict[str, Any]:
    """What an advanced selector asks of each field by ``equals``; another operator counts as no answer."""
    return {str(found.get("field")): found.get("equals") for found in _blocks(selector.get("fieldSelectors"))}


def _selects(
    told: str,
    basic: Callable[[Mapping[str, Any]], bool],
    advanced: Callable[[Mapping[str, Any]], bool],
    *,
    default: bool,
) -> PathCheck:
    """Some selector of a trail records the events that ``basic`` and ``advanced`` recognise.

    Args:
        told: What the trail does not record otherwise.
        basic: Asked of each basic selector.
        advanced: Asked of the fields of each advanced selector.
        default: Whether a trail without selectors records them.
    """

    def run(trail: Resource, _scope: Scope) -> Iterator[Outcome]:
        plain, fine = trail.get("eventSelectors"), trail.get("advancedEventSelectors")
        if default and not has_value(plain) and not has_value(fine):
            return
        if any(basic(selector) for selector in _blocks(plain)):
            return
        if any(advanced(_fields(selector)) for selector in _blocks(fine)):
            return
        if _unknown_inside(plain) or _unknown_inside(fine):
            yield undecided("eventSelectors" if _unknown_inside(plain) else "advancedEventSelectors")
        else:
            yield f"does not record {told}"

    return PathCheck(run, _SELECTORS)


_MANAGEMENT: Final = _selects(
    "management events, reads and writes",
    lambda found: found.get("includeManagementEvents") in (None, True) and found.get("readWriteType") in (None, "All"),
    lambda fields: fields.get("eventCategory") == ["Management"] and "readOnly" not in fields,
    default=True,
)


def _objects(kind: str, read_only: str) -> PathCheck:
    def basic(found: Mapping[str, Any]) -> bool:
        return found.get("readWriteType") in (None, "All", kind) and any(
            data.get("type") == "AWS::S3::Object" for data in _blocks(found.get("dataResources"))
        )

    def advanced(fields: Mapping[str, Any]) -> bool:
        return (
            fields.get("eventCategory") == ["Data"]
            and fields.get("resources.type") == ["AWS::S3::Object"]
            and fields.get("readOnly", [read_only]) == [read_only]
        )

    return _selects("calls on S3 objects", basic, advanced, default=False)


def _declare_account(
    rule_id: str, kind: Kind, severity: Any, title: str, check: PathCheck, why: str, fix: str, frameworks: str
) -> None:
    declare(
        rule_id,
        severity,
        kind,
        title,
        types=STACK_TYPE,
        related={TRAIL: check.reads},
        check=one_in_account(TRAIL, check, "the account has no trail"),
        why=why,
        fix=fix,
        frameworks=frameworks,
    )


_declare_account(
    "CloudTrail.1",
    Kind.FREE,
    "high",
    "CloudTrail should be enabled and configured with at least one multi-Region trail that includes read and write "
    "management events",
    every(is_true("isMultiRegionTrail"), _MANAGEMENT),
    "An intruder works in the region that nobody looks at. The first trail's management events are free.",
    "Trail(is_multi_region_trail=True, s3_bucket_name=audit.bucket)",
    "FSBP",
)
_declare_account(
    "CloudTrail.3",
    Kind.FREE,
    "high",
    "At least one CloudTrail trail should be enabled",
    not_false("enableLogging"),
    "A trail that does not log is a line in a console.",
    "enable_logging=True",
    "PCI",
)
_declare_account(
    "S3.22",
    Kind.ADVICE,
    "medium",
    "S3 general purpose buckets should log object-level write events",
    _objects("WriteOnly", "false"),
    "Who deleted the object is in no other record. Advisory: $1 for a million calls; S3.9 logs them for storage alone.",
    'event_selectors=[{"read_write_type": "WriteOnly", "data_resources": [{"type": "AWS::S3::Object", ...}]}]',
    "CIS+PCI",
)
_declare_account(
    "S3.23",
    Kind.ADVICE,
    "medium",
    "S3 general purpose buckets should log object-level read events",
    _objects("ReadOnly", "true"),
    "Who read the object is in no other record. Advisory: $1 for a million calls; S3.9 logs them for storage alone.",
    'event_selectors=[{"read_write_type": "All", "data_resources": [{"type": "AWS::S3::Object", ...}]}]',
    "CIS+PCI",
)

declare(
    "CloudTrail.2",
    "medium",
    Kind.PRODUCTION,
    "CloudTrail should have encryption at-rest enabled",
    types=TRAIL,
    check=is_set("kmsKeyId"),
    why="The files are always encrypted; your own key says who may read them, and logs who did.",
    fix="kms_key_id=key.arn",
)
declare(
    "CloudTrail.4",
    "low",
    Kind.FREE,
    "CloudTrail log file validation should be enabled",
    types=TRAIL,
    check=is_true("enableLogFileValidation"),
    why="Without signed digests a deleted line leaves no gap.",
    fix="enable_log_file_validation=True",
)
declare(
    "CloudTrail.5",
    "low",
    Kind.PRODUCTION,
    "CloudTrail trails should be integrated with Amazon CloudWatch Logs",
    types=TRAIL,
    check=every(is_set("cloudWatchLogsGroupArn"), is_set("cloudWatchLogsRoleArn")),
    why="Files are for the investigation; an alarm needs the events as they come. Half a dollar a GB, so it binds "
    "where the data is real.",
    fix='cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"), cloud_watch_logs_role_arn=role.arn',
)


def _bucket_of_trail(ask: Check) -> Check:
    """What ``ask`` says of the bucket that the trail writes to, told on the bucket.

    A bucket of another stack is judged there, as every bucket is (S3.8, S3.9).
    """

    def run(trail: Resource, scope: Scope) -> Iterator[Outcome]:
        name = trail.get("s3BucketName")
        buckets = [found for found in scope.stack.referenced(trail, "s3BucketName") if found.type == s3.BUCKET]
        if isinstance(name, str):
            buckets += [b for b in scope.stack.of_type(s3.BUCKET) if b.get("bucket") == name and b not in buckets]
        if name is UNKNOWN and not buckets:
            yield undecided("s3BucketName")
        for bucket in buckets:
            for outcome in ask(bucket, scope):
                yield On(bucket, outcome) if isinstance(outcome, str) else outcome

    return run


declare(
    "CloudTrail.6",
    "critical",
    Kind.EXPOSURE,
    "Ensure the S3 bucket used to store CloudTrail logs is not publicly accessible",
    types=TRAIL,
    reads=("s3BucketName",),
    related={s3.PUBLIC_ACCESS: ("bucket", *s3.FLAGS), s3.BUCKET: ("bucket",)},
    check=_bucket_of_trail(s3.blocks_public_access),
    references=("s3BucketName", "bucket"),
    why="The trail tells every name, address and resource of the account.",
    fix="BucketPublicAccessBlock with all four flags on the trail's bucket",
    frameworks="CIS+PCI",
    waivable=False,
)
declare(
    "CloudTrail.7",
    "low",
    Kind.FREE,
    "Ensure S3 bucket access logging is enabled on the CloudTrail S3 bucket",
    types=TRAIL,
    reads=("s3BucketName",),
    related={s3.LOGGING: ("bucket", "targetBucket"), s3.BUCKET: ("bucket", "logging")},
    check=_bucket_of_trail(
        lambda bucket, scope: (
            () if bucket.is_set("logging") or s3.attached(bucket, scope, s3.LOGGING) else ("has no server access log",)
        )
    ),
    references=("s3BucketName", "bucket", "logging"),
    why="Who read the trail, or tried to delete it, is in no other record.",
    fix="BucketLogging(bucket=audit.id, target_bucket=logs.id)",
    frameworks="CIS+PCI",
)


def _root_alarm(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    trails = [trail for trail in scope.stack.of_type(TRAIL) if has_value(trail.get("cloudWatchLogsGroupArn"))]
    if not trails:
        return
    filters = [found for found in scope.stack.of_type(FILTER) if _is_root_filter(found.get("pattern"))]
    heard = any(
        has_value(alarm.get("alarmActions"))
        for found in filters
        for alarm in scope.stack.of_type(ALARM)
        if found in scope.stack.referenced(alarm, "metricName")
        or (
            isinstance(alarm.get("metricName"), str)
            and alarm.get("metricName") == found.get("metricTransformation.name")
        )
    )
    if not heard:
        yield On(trails[0], "no metric filter with an alarm tells of the root user")


def _is_root_filter(pattern: Any) -> bool:
    return isinstance(pattern, str) and "$.userIdentity.type" in pattern and "Root" in pattern


declare(
    "CloudWatch.1",
    "low",
    Kind.ADVICE,
    'A log metric filter and alarm should exist for usage of the "root" user',
    types=STACK_TYPE,
    related={
        TRAIL: ("cloudWatchLogsGroupArn",),
        FILTER: ("pattern", "metricTransformation.name"),
        ALARM: ("metricName", "alarmActions"),
    },
    check=_root_alarm,
    references=("alarmActions",),
    why="Nobody should need the root user; whoever uses it should be heard. Advisory: GuardDuty tells of it as well "
    "(Policy:IAMUser/RootCredentialUsage).",
    fix="LogMetricFilter(log_group_name=trail_logs.name, pattern='{ $.userIdentity.type = \"Root\" }', ...) and a "
    "MetricAlarm on its metric",
    frameworks="CIS+PCI",
)
