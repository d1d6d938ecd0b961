"""Tier profiles: what size and safety mean for dev, staging and prod, before a system or a stack says otherwise.

A tier is data. Components never ask which tier they run in; they read a setting whose default came from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TierName = Literal["dev", "staging", "prod"]
NatMode = Literal["none", "instance", "single", "per-zone"]


@dataclass(frozen=True, kw_only=True)
class TierProfile:
    """Defaults of one tier. Each attribute fills the settings fields that name it.

    Attributes:
        name: The tier's name.
        protect: Stateful resources are protected in Pulumi, retained on delete and deletion-protected in AWS.
        nat_mode: How private subnets reach the internet.
        flow_logs: Whether the VPC records its traffic.
        database_network_acl: Whether the database subnets get a network ACL of their own.
        multi_az: Whether databases and caches have a standby in a second zone.
        database_readers: Readers of an Aurora cluster beside its writer.
        search_always_on: Whether a search collection keeps its least capacity when nobody searches.
        backup_retention_days: Days that automated database backups are kept.
        snapshot_retention_days: Days that cache snapshots are kept.
        enhanced_monitoring_seconds: Interval of RDS enhanced monitoring; 0 is off.
        performance_insights: Whether RDS records query performance (seven days are free).
        log_retention_days: Days that ordinary logs are kept.
        error_log_retention_days: Days that the copy of error lines is kept; 0 keeps no copy.
        min_tasks: Fewest tasks of a service.
        max_tasks: Most tasks of a service.
        spot: Whether services that are not critical run on Fargate Spot.
        container_insights: Whether ECS publishes task-level metrics (priced per metric).
        deployment: How a service behind the load balancer takes a new version.
        function_deployment: How a new version of a function takes over.
        alarms: Whether alarms and their topic exist.
        dashboards: Whether dashboards exist.
        firewall: Whether the web firewall is attached.
        cdn: Whether the site is served through CloudFront.
        replicate_buckets: Whether buckets that ask for it are copied to the second region.
        config_rules: Whether the stack declares its AWS Config rules.
        canaries: Whether a browser visits the system by the clock.
        table_recovery_days: Days that a table can be restored to any second of; 0 is off.
        mfa: Whether users need a second factor.
        threat_protection: Whether suspicious sign-ins are recorded or stopped.
        secret_recovery_days: Days that a deleted secret can be restored; 0 deletes at once.
        unknown_costs: Whether a cost that cannot be known warns or stops the deployment.
    """

    name: TierName
    protect: bool
    nat_mode: NatMode
    flow_logs: bool
    database_network_acl: bool
    multi_az: bool
    database_readers: int
    search_always_on: bool
    backup_retention_days: int
    snapshot_retention_days: int
    enhanced_monitoring_seconds: int
    performance_insights: bool
    log_retention_days: int
    error_log_retention_days: int
    min_tasks: int
    max_tasks: int
    spot: bool
    container_insights: bool
    deployment: Literal["rolling", "blue-green"]
    function_deployment: Literal["direct", "all-at-once", "linear", "canary"]
    alarms: bool
    dashboards: bool
    firewall: bool
    cdn: bool
    replicate_buckets: bool
    config_rules: bool
    canaries: bool
    table_recovery_days: int
    mfa: Literal["off", "optional", "required"]
    threat_protection: Literal["off", "audit", "enforced"]
    secret_recovery_days: int
    unknown_costs: Literal["warn", "block"]


DEV: Final = TierProfile(
    name="dev",
    protect=False,
    nat_mode="instance",
    flow_logs=False,
    database_network_acl=False,
    multi_az=False,
    database_readers=0,
    search_always_on=False,
    backup_retention_days=1,
    snapshot_retention_days=0,
    enhanced_monitoring_seconds=0,
    performance_insights=False,
    log_retention_days=7,
    error_log_retention_days=0,
    min_tasks=1,
    max_tasks=1,
    spot=True,
    container_insights=False,
    deployment="rolling",
    function_deployment="direct",
    alarms=False,
    dashboards=False,
    firewall=False,
    cdn=False,
    replicate_buckets=False,
    config_rules=False,
    canaries=False,
    table_recovery_days=0,
    mfa="optional",
    threat_protection="off",
    secret_recovery_days=0,
    unknown_costs="warn",
)

STAGING: Final = TierProfile(
    name="staging",
    protect=False,
    nat_mode="instance",
    flow_logs=True,
    database_network_acl=True,
    multi_az=False,
    database_readers=0,
    search_always_on=False,
    backup_retention_days=3,
    snapshot_retention_days=1,
    enhanced_monitoring_seconds=60,
    performance_insights=True,
    log_retention_days=14,
    error_log_retention_days=14,
    min_tasks=1,
    max_tasks=1,
    spot=True,
    container_insights=False,
    deployment="blue-green",
    function_deployment="all-at-once",
    alarms=True,
    dashboards=True,
    firewall=True,
    cdn=True,
    replicate_buckets=True,
    config_rules=True,
    canaries=False,
    table_recovery_days=7,
    mfa="optional",
    threat_protection="off",
    secret_recovery_days=7,
    unknown_costs="block",
)

PROD: Final = TierProfile(
    name="prod",
    protect=True,
    nat_mode="per-zone",
    flow_logs=True,
    database_network_acl=True,
    multi_az=True,
    database_readers=1,
    search_always_on=True,
    backup_retention_days=30,
    snapshot_retention_days=7,
    enhanced_monitoring_seconds=60,
    performance_insights=True,
    log_retention_days=30,
    error_log_retention_days=90,
    min_tasks=2,
    max_tasks=6,
    spot=False,
    container_insights=True,
    deployment="blue-green",
    function_deployment="canary",
    alarms=True,
    dashboards=True,
    firewall=True,
    cdn=True,
    replicate_buckets=True,
    config_rules=True,
    canaries=True,
    table_recovery_days=35,
    mfa="required",
    threat_protection="enforced",
    secret_recovery_days=30,
    unknown_costs="block",
)

#: Every tier by name.
TIERS: Final[dict[TierName, TierProfile]] = {profile.name: profile for profile in (DEV, STAGING, PROD)}
