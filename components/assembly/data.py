"""Database, cache and secrets, and the database's dump and night stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly.compute import image_of, linked_to
from components.assembly.constants import DUMP
from components.assembly.fleets import linked_to as fleets_linked_to

if TYPE_CHECKING:
    from components.data.cache import Cache
    from components.data.postgres import PostgresInstance
    from components.platform import Platform
    from components.secrets.secret import Secret


def create_database(platform: Platform) -> PostgresInstance | None:
    """The database, with a user for each service that links to it."""
    settings = platform.settings.database
    if settings is None or not settings.enabled or platform.vpc is None:
        return None
    from components.data.postgres import PostgresInstance

    return PostgresInstance(
        "database",
        settings=settings,
        names=platform.names,
        vpc_id=platform.vpc.id,
        subnet_ids=platform.vpc.database_subnet_ids,
        users=[
            *linked_to(platform, "database"),
            *fleets_linked_to(platform, "database"),
            *([DUMP] if platform.dumps_database else []),
        ],
        log_retention_days=platform.settings.observability.log_retention_days,
        secret_recovery_days=settings.user_recovery_days,
        kms_key_arn=platform.key_arn,
        group_label=platform.vpc.group_label("database"),
        opts=platform.child(),
    )


def create_cache(platform: Platform) -> Cache | None:
    """The cache."""
    settings = platform.settings.cache
    if settings is None or not settings.enabled or platform.vpc is None:
        return None
    from components.data.cache import Cache

    return Cache(
        "cache",
        settings=settings,
        names=platform.names,
        vpc_id=platform.vpc.id,
        subnet_ids=platform.vpc.database_subnet_ids,
        kms_key_arn=platform.key_arn,
        group_label=platform.vpc.group_label("cache"),
        opts=platform.child(),
    )


def create_secrets(platform: Platform) -> dict[str, Secret]:
    """The secrets, by name."""
    if not platform.settings.secrets:
        return {}
    from components.secrets.secret import Secret

    there = platform.second_region
    replica = there.replica if there is not None and there.follows else None
    return {
        name: Secret(
            f"secret-{name}",
            secret_name=name,
            settings=secret,
            names=platform.names,
            replica=replica,
            kms_key_arn=platform.key_arn,
            opts=platform.child(),
        )
        for name, secret in platform.settings.secrets.items()
    }


def dump_database(platform: Platform) -> None:
    """The scheduled task that dumps the database into a bucket."""
    settings = platform.settings.database_dump
    if (
        settings is None
        or not platform.dumps_database
        or platform.database is None
        or platform.cluster is None
        or platform.vpc is None
    ):
        return
    from components.compute.fargate_task import TaskSpec
    from components.compute.scheduled_task import ScheduledTask

    service = platform.settings.services[settings.service]
    repository = platform.repositories.get(settings.service)
    ScheduledTask(
        DUMP,
        spec=TaskSpec(
            role=DUMP,
            image=image_of(platform, settings.service),
            cpu=256,
            memory=512,
            architecture=service.architecture,
            environment={"LOG_LEVEL": service.log_level},
            command=["python", "-m", "starter.dump"],
        ),
        schedule=settings.schedule,
        names=platform.names,
        cluster=platform.cluster,
        vpc=platform.vpc,
        grants=[platform.database.grant(DUMP), platform.all_buckets[settings.bucket].grant(DUMP, "database")],
        log_retention_days=service.log_retention_days,
        error_log_retention_days=service.error_log_retention_days,
        error_logs=platform.error_logs if service.error_log_retention_days else None,
        kms_key_arn=platform.key_arn,
        requires=[*platform.vpc.egress, *([] if repository is None else repository.resources)],
        opts=platform.child(),
    )


def stop_at_night(platform: Platform) -> None:
    """The schedules that stop and start the database."""
    if platform.database is None or platform.settings.database is None or platform.settings.database.night_stop is None:
        return
    from components.compute.night_stop import NightStop

    times = platform.settings.database.night_stop
    NightStop(
        "night-stop",
        names=platform.names,
        instance_identifier=platform.database.identifier,
        instance_arn=platform.names.arn("rds", f"db:{platform.database.identifier}"),
        stop=times.stop,
        start=times.start,
        timezone=times.timezone,
        opts=platform.child(),
    )
