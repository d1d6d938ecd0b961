"""The ``aurora`` section: PostgreSQL on Aurora Serverless v2."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from settings.base import DailyWindow, Section, by_tier, form

#: Steps in which Aurora Serverless v2 scales, and its largest capacity.
#: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
ACU_STEP: Final = 0.5
MAX_ACU: Final = 256
#: Least minor version of each major that can pause at 0 ACU.
#: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
_PAUSES_FROM: Final = {15: 7, 16: 3}


def _in_steps(units: float) -> float:
    if units % ACU_STEP:
        below = units // ACU_STEP * ACU_STEP
        raise ValueError(f"{units:g} ACU: Aurora scales in steps of 0.5; nearest are {below:g} and {below + 0.5:g}")
    return units


#: Aurora capacity units: about 2 GB of memory each, in steps of 0.5.
Acu = Annotated[float, AfterValidator(_in_steps)]


class Aurora(Section):
    """An Aurora PostgreSQL cluster whose instances scale by themselves."""

    enabled: bool = True
    """Whether the cluster exists in this stack."""
    version: str = form(r"^\d{2}(\.\d{1,2})?$", "16.9", default="16.9")
    """Aurora PostgreSQL version, at least 15; a major version alone follows Aurora's own minor upgrades."""
    name: str = form(r"^[a-z][a-z0-9_]{0,62}$", "app", default="app")
    """Name of the first database."""
    port: int = Field(default=5432, ge=1150, le=65535)
    """Port that it listens on."""
    min_acu: Annotated[Acu, Field(ge=0, le=MAX_ACU)] = 0.5
    """Least capacity of each instance, in steps of 0.5; 0 pauses an idle cluster. Paid for by the hour."""
    max_acu: Annotated[Acu, Field(ge=1, le=MAX_ACU)] = 2
    """Most capacity of each instance."""
    auto_pause_seconds: int | None = Field(default=None, ge=300, le=86_400)
    """Seconds without a connection after which the cluster pauses, with ``minAcu: 0``; 300 when not said."""
    readers: int = by_tier("database_readers", ge=0, le=14)
    """Readers beside the writer, each in the next zone; the first takes over when the writer fails."""
    data_api: bool = True
    """Whether SQL can be run over HTTPS with IAM rights, without a way into the network."""
    rotation_days: int = Field(default=7, ge=1, le=1000)
    """Days between rotations of the administrator's password, which RDS makes and keeps. RDS keeps none for a cluster
    that a ``standby`` follows: that password stands in a secret of the stack, and stays."""
    backup_retention_days: int = by_tier("backup_retention_days", ge=1, le=35)
    """Days that the cluster can be restored to any second of; Aurora cannot switch backups off."""
    backup_window: DailyWindow = "02:00-03:00"
    """When the daily snapshot starts, UTC."""
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
    storage: Literal["standard", "io-optimized"] = "standard"
    """``io-optimized`` pays no I/O requests, and more for storage and capacity: worth it from a quarter of the bill."""
    parameters: dict[str, str] = Field(default_factory=dict[str, str])
    """Further entries of the cluster's parameter group."""
    extensions: tuple[str, ...] = ()
    """PostgreSQL extensions that the bootstrap creates, such as ``vector``."""
    sql: tuple[Annotated[str, form(r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.sql$", "sql/schema.sql")], ...] = ()
    """Files of statements that the bootstrap runs in this order, such as tables, views and grants, relative to the
    program. Each statement must bear to be run again."""
    proxy: bool = False
    """Whether RDS Proxy pools connections in front of it. It keeps connections open, so the cluster never pauses."""

    @property
    def major_version(self) -> int:
        """The PostgreSQL major version."""
        return int(self.version.partition(".")[0])

    @property
    def pauses(self) -> bool:
        """Whether an idle cluster stops being paid for."""
        return self.min_acu == 0

    @property
    def pause_after_seconds(self) -> int | None:
        """Seconds without a connection after which it pauses; None where it never does."""
        return (self.auto_pause_seconds or 300) if self.pauses else None

    @model_validator(mode="after")
    def _valid(self) -> Aurora:
        if self.major_version < 15:
            raise ValueError(f"version {self.version}: support for Aurora PostgreSQL below 15 has ended or ends soon")
        if self.max_acu < self.min_acu:
            raise ValueError(f"maxAcu {self.max_acu:g} is below minAcu {self.min_acu:g}")
        if self.auto_pause_seconds is not None and not self.pauses:
            raise ValueError(f"autoPauseSeconds needs minAcu 0; minAcu is {self.min_acu:g}")
        if self.pauses and self.proxy:
            raise ValueError(
                "minAcu 0 never pauses behind a proxy, which keeps connections open: minAcu 0.5, or no proxy"
            )
        minor = re.fullmatch(r"\d+\.(\d+)", self.version)
        least = _PAUSES_FROM.get(self.major_version, 0)
        if self.pauses and minor is not None and int(minor[1]) < least:
            raise ValueError(f"minAcu 0 needs version {self.major_version}.{least} or later, not {self.version}")
        return self
