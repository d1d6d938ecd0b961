"""The ``observability`` and ``notifications`` sections: what is watched, and who is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from settings.base import Email, LogRetentionDays, Name, ScheduleExpression, Section, by_tier, form, subsection
from settings.canaries import Canary
from settings.composite_alarms import CompositeAlarm
from settings.events import EventRule
from settings.metric_alarms import MetricAlarm, SavedQuery
from settings.metric_filters import MetricFilter
from settings.outsiders import Grafana
from settings.privacy import DataIdentifier, TraceSampling
from settings.widgets import Dashboard, Widget


class Alarms(Section):
    """Thresholds. An alarm exists for each thing in the stack that it applies to; null drops it."""

    enabled: bool = by_tier("alarms")
    """Whether alarms exist in this stack."""
    cpu_percent: float | None = Field(default=80, gt=0, le=100)
    """Average CPU of a service, the database or the cache."""
    memory_percent: float | None = Field(default=80, gt=0, le=100)
    """Average memory of a service or the cache."""
    error_rate_percent: float | None = Field(default=5, gt=0, le=100)
    """Share of requests answered with a 5xx by the targets."""
    latency_seconds: float | None = Field(default=1, gt=0)
    """Average response time of the targets."""
    connections_percent: float | None = Field(default=80, gt=0, le=100)
    """Share of the database's ``maxConnections``."""
    free_storage_percent: float | None = Field(default=None, gt=0, le=100)
    """Free database storage as a share of ``storageGb``; the alarm rings below it."""
    certificate_days: int | None = Field(default=None, ge=1, le=198)
    """Days before the expiry of a certificate of the ``domain`` section; the alarm rings below them."""
    period_seconds: Literal[60, 300] = 300
    """Length of one evaluation."""
    evaluations: int = Field(default=2, ge=1, le=10)
    """Evaluations over the threshold before the alarm rings."""


class HealthCheck(Section):
    """A Route 53 health check from outside."""

    enabled: bool = by_tier("alarms")
    """Whether the check exists in this stack."""
    path: str = form(r"^/", "/api/health", default="/api/health")
    """Path that must answer."""
    interval_seconds: Literal[10, 30] = 30
    """Seconds between checks; 10 costs more."""


class ConfigRules(Section):
    """AWS Config rules. The recorder is one an account, in the account baseline."""

    enabled: bool = by_tier("config_rules")
    """Whether the rules exist in this stack."""
    rules: tuple[
        Literal[
            "ENCRYPTED_VOLUMES",
            "RDS_STORAGE_ENCRYPTED",
            "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
            "S3_BUCKET_PUBLIC_READ_PROHIBITED",
            "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        ],
        ...,
    ] = (
        "ENCRYPTED_VOLUMES",
        "RDS_STORAGE_ENCRYPTED",
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    )
    """AWS managed rules."""


class Observability(Section):
    """Logs, alarms, dashboards and checks."""

    metrics_namespace: str = form(r"^[A-Za-z0-9._/#-]{1,255}$", "Billing/Api", default="App")
    """CloudWatch namespace of the application's own metrics."""
    business_metrics: tuple[str, ...] = ()
    """Names of the application's own metrics that dashboards show."""
    alarms: Alarms = subsection()
    """Thresholds."""
    metric_alarms: dict[Name, MetricAlarm] = Field(default_factory=dict[str, MetricAlarm])
    """Alarms of the system's own, by name; they exist where ``alarms.enabled`` is true."""
    metric_filters: dict[Name, MetricFilter] = Field(default_factory=dict[str, MetricFilter])
    """Metrics counted from the lines of logs, by name; ``filter:<name>`` in an alarm."""
    event_rules: dict[Name, EventRule] = Field(default_factory=dict[str, EventRule])
    """Events of the application that people are told of, by name. The link ``events`` lets it put them."""
    log_groups: tuple[Name, ...] = ()
    """Log groups for programs that run outside of AWS, such as local containers; ``/<system>/<stage>/<name>``."""
    composite_alarms: dict[Name, CompositeAlarm] = Field(default_factory=dict[str, CompositeAlarm])
    """Alarms that are made of ``metricAlarms``, by name; they exist where ``alarms.enabled`` is true."""
    saved_queries: dict[Name, SavedQuery] = Field(default_factory=dict[str, SavedQuery])
    """Queries that Logs Insights keeps, by name."""
    dashboards_enabled: bool = by_tier("dashboards")
    """Whether dashboards exist in this stack."""
    dashboards: tuple[Dashboard, ...] = ("service-health", "api", "database", "cost")
    """Dashboards to make, 3 USD a month each, by subject or by audience. Widgets of a subject left out move to the
    first of the others; an audience has a selection of its own."""
    widgets: dict[Name, Widget] = Field(default_factory=dict[str, Widget])
    """Widgets of the system's own, by name."""
    canaries: dict[Name, Canary] = Field(default_factory=dict[str, Canary])
    """Visits of a browser from outside, by name."""
    health_check: HealthCheck = subsection()
    """A check from outside."""
    mask_in_logs: tuple[DataIdentifier, ...] = ()
    """What the functions' logs show as asterisks, such as ``EmailAddress``; 0.12 USD a GB."""
    trace_sampling: TraceSampling | None = None
    """How many of the REST API's requests X-Ray traces."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that logs other than a service's are kept."""
    config_rules: ConfigRules = subsection()
    """AWS Config rules."""
    grafana: Grafana | None = None
    """A role with which Grafana reads CloudWatch; null for none."""
    guard_duty: bool = False
    """Whether this stack owns the account's GuardDuty detector."""


class Slack(Section):
    """A Slack channel, joined once by hand in Amazon Q Developer's console."""

    team_id: str = form(r"^T[A-Z0-9]+$", "T0123ABCD")
    """Slack workspace id."""
    channel_id: str = form(r"^[CG][A-Z0-9]+$", "C0123ABCD")
    """Slack channel id."""


class Channel(Section):
    """A way to people: a topic, and who hears of it."""

    emails: tuple[Email, ...] = ()
    """Addresses; each must confirm its subscription."""
    slack: Slack | None = None
    """A Slack channel."""
    webhook: SecretStr | None = Field(default=None, min_length=1)
    """HTTPS address that is called, such as a paging service's; a ``secure:`` value, for it holds a key."""


class Notifications(Channel):
    """Who is told of alarms and spending."""

    channels: dict[Name, Channel] = Field(default_factory=dict[str, Channel])
    """Further ways to people, each a topic, which ``metricAlarms`` and ``eventRules`` choose by name."""


class DatabaseDump(Section):
    """A scheduled task that dumps the database into a bucket."""

    enabled: bool = True
    """Whether the dump runs in this stack."""
    schedule: ScheduleExpression = "cron(30 3 * * ? *)"
    """When, UTC."""
    service: Name
    """Service whose image runs it, as ``python -m starter.dump``."""
    bucket: Name = "backups"
    """Bucket of the ``buckets`` section that receives the dump."""
