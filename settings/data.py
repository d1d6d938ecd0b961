"""The ``database``, ``cache`` and ``buckets`` sections: what holds state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import DailyWindow, Name, RecoveryDays, ScheduleExpression, Section, by_tier, form
from settings.bucket_notifications import BucketNotification


class NightStop(Section):
    """When something is stopped to save money, and started again."""

    stop: ScheduleExpression
    """When it stops, as an AWS schedule expression."""
    start: ScheduleExpression
    """When it starts again."""
    timezone: str = "UTC"
    """IANA time zone of both."""


class Database(Section):
    """A PostgreSQL instance on RDS."""

    enabled: bool = True
    """Whether the database exists in this stack."""
    version: str = form(r"^\d{2}(\.\d{1,2})?$", "16.9", default="16")
    """PostgreSQL version, at least 15; a major version alone follows RDS's own minor upgrades."""
    instance_class: str = form(r"^db\.[a-z0-9-]+\.[a-z0-9]+$", "db.t4g.micro", default="db.t4g.micro")
    """RDS instance class."""
    storage_gb: int = Field(default=20, ge=20, le=65536)
    """Allocated storage in GB."""
    max_storage_gb: int | None = Field(default=None, ge=21, le=65536)
    """Storage may grow by itself to this size; null for never."""
    storage_type: Literal["gp3", "io2"] = "gp3"
    """Kind of volume."""
    name: str = form(r"^[a-z][a-z0-9_]{0,62}$", "app", default="app")
    """Name of the first database."""
    port: int = Field(default=5432, ge=1150, le=65535)
    """Port that it listens on."""
    multi_az: bool = by_tier("multi_az")
    """Whether a standby runs in a second zone. Doubles the price."""
    backup_retention_days: int = by_tier("backup_retention_days", ge=0, le=35)
    """Days that automated backups are kept; 0 is off."""
    backup_window: DailyWindow = "02:00-03:00"
    """When the daily backup starts, UTC."""
    maintenance_window: str = form(
        r"^(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d-(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d$",
        "sun:04:00-sun:05:00",
        default="sun:03:30-sun:04:30",
    )
    """When changes that need a restart are made, UTC."""
    deletion_protection: bool = by_tier("protect")
    """Whether AWS and Pulumi refuse to delete it, and a final snapshot is taken."""
    monitoring_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = by_tier("enhanced_monitoring_seconds")
    """Interval of enhanced monitoring; 0 is off."""
    performance_insights: bool = by_tier("performance_insights")
    """Whether query performance is recorded, for the seven days that are free."""
    max_connections: int = Field(default=100, ge=6, le=262143)
    """Connection limit set in the parameter group; the connections alarm is a share of it."""
    parameters: dict[str, str] = Field(default_factory=dict[str, str])
    """Further entries of the parameter group."""
    extensions: tuple[str, ...] = ()
    """PostgreSQL extensions that the bootstrap creates."""
    user_store: Literal["secrets-manager", "parameter-store"] = "secrets-manager"
    """Where each linked service's own database user is kept. A Secrets Manager secret costs 0.40 USD a month, a
    SecureString parameter nothing."""
    user_recovery_days: RecoveryDays = by_tier("secret_recovery_days")
    """Days that a deleted user's secret can be restored; 0 deletes at once."""
    night_stop: NightStop | None = None
    """When the instance is stopped and started; null for never."""
    read_replica: bool = False
    """Whether a read replica runs beside it."""
    proxy: bool = False
    """Whether RDS Proxy pools connections in front of it."""

    @property
    def major_version(self) -> int:
        """The PostgreSQL major version."""
        return int(self.version.partition(".")[0])

    @model_validator(mode="after")
    def _valid(self) -> Database:
        if self.major_version < 15:
            raise ValueError(f"version {self.version}: RDS support for PostgreSQL below 15 has ended or ends soon")
        if self.max_storage_gb is not None and self.max_storage_gb <= self.storage_gb:
            raise ValueError(f"maxStorageGb {self.max_storage_gb} must be above storageGb {self.storage_gb}")
        return self


class Cache(Section):
    """A Redis or Valkey replication group on ElastiCache."""

    enabled: bool = True
    """Whether the cache exists in this stack."""
    engine: Literal["redis", "valkey"] = "valkey"
    """Engine. Valkey costs a fifth less."""
    version: str = form(r"^\d\.\d$", "8.0", default="8.0")
    """Engine version: 7.0 or 7.1 for Redis, 7.2 and up for Valkey."""
    node_type: str = form(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "cache.t4g.micro", default="cache.t4g.micro")
    """Node type."""
    nodes: int = Field(default=1, ge=1, le=6)
    """Number of nodes; with two or more, and ``multiAz``, a replica takes over."""
    multi_az: bool = by_tier("multi_az")
    """Whether nodes are spread over zones with automatic failover. Needs two nodes."""
    port: int = Field(default=6379, ge=1024, le=65535)
    """Port that it listens on."""
    snapshot_retention_days: int = by_tier("snapshot_retention_days", ge=0, le=35)
    """Days that daily snapshots are kept; 0 is off."""
    snapshot_window: DailyWindow = "03:00-04:00"
    """When the daily snapshot is taken, UTC."""
    auth: bool = True
    """Whether clients sign in with a token."""

    @model_validator(mode="after")
    def _valid(self) -> Cache:
        offered = {"redis": ("7.0", "7.1"), "valkey": ("7.2", "8.0", "8.1", "9.0", "9.1")}[self.engine]
        if self.version not in offered:
            raise ValueError(f"version {self.version}: ElastiCache offers {self.engine} {', '.join(offered)}")
        if self.multi_az and self.nodes < 2:
            raise ValueError(f"multiAz needs nodes of at least 2, not {self.nodes}")
        return self


class Cors(Section):
    """Which sites a browser may call the bucket from."""

    origins: Annotated[tuple[str, ...], Field(min_length=1)]
    """Allowed origins, such as ``https://www.example.com``."""
    methods: tuple[Literal["GET", "PUT", "POST", "HEAD", "DELETE"], ...] = ("GET", "PUT", "HEAD")
    """Allowed methods."""
    max_age_seconds: int = Field(default=3000, ge=0, le=86400)
    """Seconds that browsers remember the answer."""


class Transition(Section):
    """A lifecycle rule that moves objects to a cheaper class by age."""

    name: str = form(r"^[A-Za-z0-9_-]{1,255}$", "expire-temporary")
    """Name of the rule."""
    days: int = Field(ge=0)
    """Age in days; the infrequent-access classes take objects from 30 days on."""
    storage_class: Literal["STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    """Class that they move to."""


class Bucket(Section):
    """A private S3 bucket: encrypted, TLS only, public access blocked, owner enforced."""

    enabled: bool = True
    """Whether the bucket exists in this stack."""
    versioned: bool = True
    """Whether old versions are kept."""
    expire_days: int | None = Field(default=None, ge=1)
    """Days after which objects are deleted; null for never."""
    noncurrent_expire_days: int = Field(default=30, ge=1)
    """Days after which old versions are deleted."""
    old_versions_rule: str = form(r"^[A-Za-z0-9_-]{1,255}$", "expire-old-versions", default="expire-old-versions")
    """Name of the lifecycle rule that deletes old versions."""
    transitions: tuple[Transition, ...] = ()
    """Moves to cheaper classes at fixed ages; instead of ``intelligentTieringDays``."""
    intelligent_tiering_days: int | None = Field(default=None, ge=0)
    """Days after which objects move to Intelligent-Tiering; null for never."""
    intelligent_archive_days: int | None = Field(default=None, ge=90, le=730)
    """Days without access after which Intelligent-Tiering archives an object; null for never."""
    accelerate: bool = False
    """Whether far clients may upload through the nearest edge location, 0.04 to 0.08 USD a GB."""
    request_metrics: bool = False
    """Whether CloudWatch gets latency and errors of requests, as filter ``EntireBucket``; priced as custom metrics."""
    cors: Cors | None = None
    """Which sites a browser may call it from."""
    replicate: bool = False
    """Whether it is copied to ``secondaryRegion``, where the tier replicates at all."""
    receives_logs: bool = False
    """Whether load balancer, S3 and flow logs are written here. Mark one bucket."""
    notify: dict[Name, BucketNotification] = Field(default_factory=dict[str, BucketNotification])
    """Functions that S3 calls when objects come or go, by a name for each."""
    retain: bool = by_tier("protect")
    """Whether Pulumi protects it and leaves it in AWS when it is removed from the configuration."""

    @model_validator(mode="after")
    def _valid(self) -> Bucket:
        if self.transitions and self.intelligent_tiering_days is not None:
            raise ValueError(
                "transitions and intelligentTieringDays work against each other on the same objects: set one"
            )
        if self.intelligent_archive_days is not None and self.intelligent_tiering_days is None:
            raise ValueError("intelligentArchiveDays archives what intelligentTieringDays brings in: set both")
        ages: list[int] = [transition.days for transition in self.transitions]
        if ages != sorted(set(ages)):
            raise ValueError("transitions: give them in the order of their days, each later than the one before")
        for transition in self.transitions:
            if transition.storage_class in ("STANDARD_IA", "ONEZONE_IA") and transition.days < 30:
                raise ValueError(
                    f"transitions {transition.name}: {transition.days} days; S3 moves objects to "
                    f"{transition.storage_class} from 30 days on"
                )
        return self


class Buckets(Section):
    """What all buckets share."""

    replicate: bool = by_tier("replicate_buckets")
    """Whether buckets marked ``replicate`` are copied to ``secondaryRegion``."""
    retain: bool = by_tier("protect")
    """Whether the stack's key is protected and left in AWS, like the buckets and databases that need it."""


#: Bucket names in the configuration become ``<system>-<stage>-<name>``.
BucketMap = dict[Name, Bucket]
