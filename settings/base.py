"""The base of every section, and the value types that sections share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """A part of the configuration: frozen, camelCase in YAML, and closed to keys that it does not declare."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        # A section is validated as part of the whole; a validator of its own would only cost start-up time.
        defer_build=True,
    )


def by_tier(attribute: str, **constraints: Any) -> Any:
    """A field whose default comes from the tier profile.

    Args:
        attribute: The name of the ``TierProfile`` attribute that fills the field when no layer sets it.
        constraints: Passed to ``pydantic.Field`` (``ge``, ``le`` …).
    """
    return Field(json_schema_extra={"x-tier": attribute}, **constraints)


def subsection() -> Any:
    """A nested section that exists even when no layer mentions it; the tier and its defaults then fill it."""
    return Field(json_schema_extra={"x-subsection": True})


#: A name that becomes part of resource names and DNS labels.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=32)]
#: A 12-digit AWS account id. Quote it in YAML.
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
#: A region name such as ``us-east-1``.
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
#: An availability zone such as ``us-east-1a``.
Zone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$")]
#: A DNS name without a trailing dot.
DomainName = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)
]
#: An e-mail address, checked for shape only.
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
#: What a service or function uses: ``database``, ``cache``, ``bucket:uploads``, ``secret:jwt``, ``service:search`` …
Link = Annotated[str, StringConstraints(pattern=r"^[a-z]+(:[a-z0-9/-]+)?$")]
#: A daily window in UTC such as ``03:00-04:00``.
DailyWindow = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
#: An AWS schedule expression, ``cron(0 3 * * ? *)`` or ``rate(1 day)``.
ScheduleExpression = Annotated[
    str, StringConstraints(pattern=r"^(cron\(\S+( \S+){5}\)|rate\([1-9]\d* [a-z]+\)|at\(\S+\))$")
]

#: The only retention periods that CloudWatch Logs accepts, in days.
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def _log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        nearest = min(LOG_RETENTION_DAYS, key=lambda allowed: abs(allowed - days))
        raise ValueError(
            f"CloudWatch Logs keeps logs for {', '.join(map(str, LOG_RETENTION_DAYS))} days; nearest is {nearest}"
        )
    return days


def _recovery(days: int) -> int:
    if days != 0 and not 7 <= days <= 30:
        raise ValueError(
            f"{days} days: Secrets Manager keeps a deleted secret for 7 to 30 days, or 0 to delete at once"
        )
    return days


#: Days that a deleted secret can be restored: 7 to 30, or 0 to delete it at once.
#: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
RecoveryDays = Annotated[int, AfterValidator(_recovery)]
#: Days that a log group keeps its events.
LogRetentionDays = Annotated[int, AfterValidator(_log_retention)]
#: The same, or 0 for no log group.
OptionalLogRetentionDays = Annotated[int, AfterValidator(lambda days: days if days == 0 else _log_retention(days))]
