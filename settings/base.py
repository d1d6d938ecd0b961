"""The base of every section, and the value types that sections share."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
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


#: What each form looks like, for whoever got it wrong.
EXAMPLES: Final[dict[str, str]] = {}


def form(pattern: str, example: str, **constraints: Any) -> Any:
    """A text of a certain form; an error and the editor show the example.

    Args:
        pattern: Regular expression that the whole text must match.
        example: A text that does.
        constraints: Passed to ``pydantic.Field`` (``default``, ``max_length`` …).
    """
    EXAMPLES[pattern] = example
    return Field(pattern=pattern, examples=[example], **constraints)


def subsection() -> Any:
    """A nested section that exists even when no layer mentions it; the tier and its defaults then fill it."""
    return Field(json_schema_extra={"x-subsection": True})


#: A name that becomes part of resource names and DNS labels.
Name = Annotated[str, form(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "billing-api", max_length=32)]
#: A 12-digit AWS account id. Quote it in YAML.
AccountId = Annotated[str, form(r"^\d{12}$", "123456789012")]
#: A region of AWS, in any of its partitions.
Region = Literal[
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
    "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "cn-north-1", "cn-northwest-1",
    "eusc-de-east-1", "us-gov-east-1", "us-gov-west-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
    "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1",
]  # fmt: skip
#: An availability zone such as ``us-east-1a``.
Zone = Annotated[str, form(r"^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$", "us-east-1a")]
#: A DNS name without a trailing dot.
DomainName = Annotated[
    str, form(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", "api.example.com", max_length=253)
]
#: An e-mail address, checked for shape only.
Email = Annotated[str, form(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "team@example.com")]
#: What a service or function uses: ``database``, ``cache``, ``bucket:uploads``, ``secret:jwt``, ``service:search`` …
Link = Annotated[str, form(r"^[a-z]+(:[a-z0-9/-]+)?$", "bucket:uploads")]
#: A daily window in UTC such as ``03:00-04:00``.
DailyWindow = Annotated[str, form(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$", "03:00-04:00")]
#: An AWS schedule expression, ``cron(0 3 * * ? *)`` or ``rate(1 day)``.
ScheduleExpression = Annotated[str, form(r"^(cron\(\S+( \S+){5}\)|rate\([1-9]\d* [a-z]+\)|at\(\S+\))$", "rate(1 day)")]

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
