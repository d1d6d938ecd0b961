"""Composes a system from its settings. Each part is loaded only where the settings ask for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pulumi

from components.component import Component
from components.names import Names
from components.provider import account_id, create_provider
from settings.links import parse_link
from settings.ordering import in_link_order
from settings.system import Settings

if TYPE_CHECKING:
    from components.bucket import Bucket
    from components.cache import Cache
    from components.cdn import Cdn
    from components.customer_key import CustomerKey
    from components.domain import Domain
    from components.ecs_cluster import EcsCluster
    from components.error_logs import ErrorLogs
    from components.fargate_service import FargateService
    from components.firewall import Firewall
    from components.grant import Grant
    from components.health_check import HealthCheck
    from components.image_repository import ImageRepository
    from components.load_balancer import LoadBalancer
    from components.notifications import Notifications
    from components.postgres import PostgresInstance
    from components.secret import Secret
    from components.vpc import Vpc
    from components.watched import Watched

#: CloudFront reads certificates, and Route 53 writes its metrics, in this region only.
GLOBAL_REGION = "us-east-1"
#: The task that dumps the database, and its database user.
DUMP = "database-dump"


class Platform(Component):
    """Everything that a system's settings ask for.

    Args:
        settings: The stack's settings.

    Attributes:
        settings: The stack's settings.
        names: Names of the stack.
    """

    token = "platform:Platform"  # noqa: S105 - a type token

    def __init__(self, settings: Settings) -> None:
        provider = create_provider(settings)
        super().__init__(settings.system, opts=pulumi.ResourceOptions(providers={"aws": provider}))
        self.settings = settings
        self.names = Names(
            system=settings.system,
            stage=settings.stage,
            region=settings.region,
            account=account_id(settings, provider),
        )
        self.key = self._create_key()
        self.log_bucket = self._create_log_bucket()
        self._log_access = self._admit_logs()
        self.buckets = self._create_buckets()
        self.notifications = self._create_notifications()
        self.vpc = self._create_vpc()
        self.domain = self._create_domain()
        self.load_balancer = self._create_load_balancer()
        self.database = self._create_database()
        self.cache = self._create_cache()
        self.secrets = self._create_secrets()
        self.cluster = self._create_cluster()
        self.error_logs = self._create_error_logs()
        self.repositories = self._create_repositories()
        self.services = self._create_services()
        self.firewall = self._create_firewall()
        self.cdn = self._create_cdn()
        self._create_records()
        self._create_bucket_access()
        self._replicate_buckets()
        self.health_check = self._create_health_check()
        self._dump_database()
        self._stop_at_night()
        self._watch()
        self._govern()
        self.register_outputs({})

    def export_outputs(self) -> None:
        """Export what people and the operations tool need to find the system."""
        outputs: dict[str, Any] = {
            "system": self.settings.system,
            "stage": self.settings.stage,
            "region": self.settings.region,
        }
        if self.host is not None:
            outputs["url"] = pulumi.Output.concat("https://", self.host)
        if self.cdn is not None:
            outputs["distributionId"] = self.cdn.id
        if self.cluster is not None:
            outputs["cluster"] = self.cluster.name
            outputs["services"] = sorted(self.services)
            outputs["taskDefinitions"] = {name: s.task_definition.arn for name, s in self.services.items()}
        if self.database is not None:
            outputs["database"] = self.database.identifier
        if self.cache is not None:
            outputs["cache"] = self.cache.group.id
        outputs["buckets"] = {name: bucket.name for name, bucket in self._all_buckets.items()}
        if self.domain is not None and self.domain.name_servers is not None:
            outputs["nameServers"] = self.domain.name_servers
        for name, value in outputs.items():
            pulumi.export(name, value)

    @property
    def host(self) -> pulumi.Input[str] | None:
        """The name that users call, or None where nothing answers them."""
        if self.cdn is not None:
            return self.cdn.host
        if self.domain is not None and self.load_balancer is not None:
            return self.domain.name
        return None

    @cached_property
    def _key_arn(self) -> pulumi.Input[str] | None:
        return None if self.key is None else self.key.arn

    @property
    def _all_buckets(self) -> dict[str, Bucket]:
        logs = {} if self.log_bucket is None else {self.log_bucket.bucket_name: self.log_bucket}
        return {**self.buckets, **logs}

    @property
    def _dumps(self) -> bool:
        return self.settings.database_dump is not None and self.settings.database_dump.enabled

    @property
    def _behind_cdn(self) -> bool:
        return self.settings.cdn is not None and self.settings.cdn.enabled

    def _create_key(self) -> CustomerKey | None:
        if not self.settings.encryption.customer_key:
            return None
        from components.customer_key import CustomerKey

        return CustomerKey(
            "key",
            settings=self.settings.encryption,
            names=self.names,
            protect=self.settings.storage.retain,
            opts=self.child(),
        )

    def _create_log_bucket(self) -> Bucket | None:
        receivers = [name for name, bucket in self.settings.active_buckets.items() if bucket.receives_logs]
        if not receivers:
            return None
        return self._create_bucket(receivers[0], None)

    def _admit_logs(self) -> list[pulumi.Resource]:
        """The log bucket's policy, which AWS must find before it agrees to deliver there."""
        if self.log_bucket is None:
            return []
        from components.bucket_access import BucketAccess

        name = f"bucket-{self.log_bucket.bucket_name}-access"
        return [BucketAccess(name, bucket=self.log_bucket, names=self.names, opts=self.child()).policy]

    def _create_buckets(self) -> dict[str, Bucket]:
        others = [name for name, bucket in self.settings.active_buckets.items() if not bucket.receives_logs]
        return {name: self._create_bucket(name, self.log_bucket) for name in others}

    def _create_bucket(self, name: str, log_bucket: Bucket | None) -> Bucket:
        from components.bucket import Bucket

        return Bucket(
            f"bucket-{name}",
            bucket_name=name,
            settings=self.settings.active_buckets[name],
            names=self.names,
            log_bucket=log_bucket,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_notifications(self) -> Notifications:
        from components.notifications import Notifications

        return Notifications(
            "notifications",
            settings=self.settings.notifications,
            names=self.names,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_vpc(self) -> Vpc | None:
        if self.settings.network is None:
            return None
        from components.vpc import Vpc

        return Vpc(
            "vpc",
            settings=self.settings.network,
            names=self.names,
            log_bucket_arn=None if self.log_bucket is None else self.log_bucket.bucket.arn,
            log_access=self._log_access,
            opts=self.child(),
        )

    def _create_domain(self) -> Domain | None:
        if self.settings.domain is None:
            return None
        from components.domain import Domain

        regions = [GLOBAL_REGION] if self._behind_cdn else []
        if self.settings.load_balancer is not None and self.settings.region not in regions:
            regions.append(self.settings.region)
        return Domain("domain", settings=self.settings.domain, regions=regions, opts=self.child())

    def _create_load_balancer(self) -> LoadBalancer | None:
        settings = self.settings.load_balancer
        if settings is None or self.vpc is None:
            return None
        from components.load_balancer import LoadBalancer

        public = [service for service in self.settings.active_services.values() if service.public is not None]
        certificate = settings.certificate_arn
        if certificate is None and self.domain is not None:
            certificate = self.domain.certificate_arns[self.settings.region]
        return LoadBalancer(
            "load-balancer",
            settings=settings,
            names=self.names,
            vpc=self.vpc,
            target_ports=sorted({service.port for service in public}),
            behind_cdn=self._behind_cdn,
            certificate_arn=certificate,
            log_bucket=None if self.log_bucket is None else self.log_bucket.bucket.bucket,
            log_access=self._log_access,
            opts=self.child(),
        )

    def _create_database(self) -> PostgresInstance | None:
        settings = self.settings.database
        if settings is None or not settings.enabled or self.vpc is None:
            return None
        from components.postgres import PostgresInstance

        return PostgresInstance(
            "database",
            settings=settings,
            names=self.names,
            vpc_id=self.vpc.id,
            subnet_ids=self.vpc.database_subnet_ids,
            users=[*self._linked_to("database"), *([DUMP] if self._dumps else [])],
            log_retention_days=self.settings.observability.log_retention_days,
            secret_recovery_days=settings.user_recovery_days,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_cache(self) -> Cache | None:
        settings = self.settings.cache
        if settings is None or not settings.enabled or self.vpc is None:
            return None
        from components.cache import Cache

        return Cache(
            "cache",
            settings=settings,
            names=self.names,
            vpc_id=self.vpc.id,
            subnet_ids=self.vpc.database_subnet_ids,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_secrets(self) -> dict[str, Secret]:
        if not self.settings.secrets:
            return {}
        from components.secret import Secret

        return {
            name: Secret(
                f"secret-{name}",
                secret_name=name,
                settings=secret,
                names=self.names,
                kms_key_arn=self._key_arn,
                opts=self.child(),
            )
            for name, secret in self.settings.secrets.items()
        }

    def _create_cluster(self) -> EcsCluster | None:
        services = self.settings.active_services.values()
        if not services or self.vpc is None:
            return None
        from components.ecs_cluster import EcsCluster

        return EcsCluster(
            "cluster",
            settings=self.settings.containers,
            names=self.names,
            vpc_id=self.vpc.id,
            spot=all(service.spot and not service.critical for service in services),
            log_retention_days=self.settings.observability.log_retention_days,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_error_logs(self) -> ErrorLogs | None:
        if not any(service.error_log_retention_days for service in self.settings.active_services.values()):
            return None
        from components.error_logs import ErrorLogs

        return ErrorLogs(
            "error-logs",
            names=self.names,
            retention_days=self.settings.observability.log_retention_days,
            kms_key_arn=self._key_arn,
            opts=self.child(),
        )

    def _create_repositories(self) -> dict[str, ImageRepository]:
        own = {name: service for name, service in self.settings.active_services.items() if service.image is None}
        if not own:
            return {}
        from components.image_repository import ImageRepository

        return {
            name: ImageRepository(
                f"repository-{name}",
                service=name,
                names=self.names,
                build=service.build,
                architecture=service.architecture,
                force_delete=not self.settings.storage.retain,
                kms_key_arn=self._key_arn,
                opts=self.child(),
            )
            for name, service in own.items()
        }

    def _create_services(self) -> dict[str, FargateService]:
        if self.cluster is None or self.vpc is None:
            return {}
        from components.fargate_service import FargateService

        active = self.settings.active_services
        public = [name for name, service in active.items() if service.public is not None]
        made: dict[str, FargateService] = {}
        for name in in_link_order(active):
            service = active[name]
            repository = self.repositories.get(name)
            made[name] = FargateService(
                name,
                service=name,
                settings=service,
                names=self.names,
                cluster=self.cluster,
                vpc=self.vpc,
                image=service.image if repository is None else repository.image_uri(self.settings.release),
                grants=self._grants(name, made),
                load_balancer=self.load_balancer,
                priority=public.index(name) + 1 if name in public else 1,
                error_logs=self.error_logs if service.error_log_retention_days else None,
                kms_key_arn=self._key_arn,
                requires=[*self.vpc.egress, *([] if repository is None else repository.resources)],
                opts=self.child(),
            )
        return made

    def _linked_to(self, kind: str) -> list[str]:
        services = self.settings.active_services
        return [name for name, service in services.items() if any(parse_link(x).kind == kind for x in service.links)]

    def _grants(self, user: str, made: dict[str, FargateService]) -> list[Grant]:
        """What a service's links give it; a link to what this stack switches off gives nothing."""
        grants = [self._common_environment(user)]
        for link in map(parse_link, self.settings.services[user].links):
            if link.kind == "database" and self.database is not None:
                grants.append(self.database.grant(user))
            elif link.kind == "cache" and self.cache is not None:
                grants.append(self.cache.grant(user))
            elif link.kind == "bucket" and link.name in self._all_buckets:
                grants.append(self._all_buckets[link.name].grant(user, link.detail))
            elif link.kind == "secret":
                grants.append(self.secrets[link.name].grant(user))
            elif link.kind == "service" and link.name in made:
                grants.append(made[link.name].grant())
        return grants

    def _common_environment(self, user: str) -> Grant:
        """What a service is told without a link: its metrics' namespace, and which site may call it."""
        from components.grant import Grant

        environment = {"METRICS_NAMESPACE": self.settings.observability.metrics_namespace}
        if self.settings.services[user].public is not None:
            # Requests pass the load balancer, and CloudFront before it: the client's address stands so far back.
            environment["PROXY_HOPS"] = "2" if self._behind_cdn else "1"
            if self.domain is not None:
                environment["CORS_ORIGINS"] = f"https://{self.domain.name}"
        return Grant(environment=environment)

    def _create_firewall(self) -> Firewall | None:
        settings = self.settings.firewall
        if settings is None or not settings.enabled:
            return None
        from components.firewall import Firewall

        return Firewall(
            "firewall",
            settings=settings,
            names=self.names,
            log_retention_days=self.settings.observability.log_retention_days,
            opts=self.child(),
        )

    def _create_cdn(self) -> Cdn | None:
        settings = self.settings.cdn
        if settings is None or not settings.enabled:
            return None
        from components.cdn import Cdn

        return Cdn(
            "cdn",
            settings=settings,
            names=self.names,
            site_bucket_domain=self._all_buckets[settings.site_bucket].bucket.bucket_regional_domain_name,
            load_balancer=self.load_balancer,
            domain_name=None if self.domain is None else self.domain.name,
            certificate_arn=None if self.domain is None else self.domain.certificate_arns[GLOBAL_REGION],
            web_acl_arn=None if self.firewall is None else self.firewall.arn,
            log_bucket_arn=None if self.log_bucket is None else self.log_bucket.bucket.arn,
            log_access=self._log_access,
            opts=self.child(),
        )

    def _create_records(self) -> None:
        if self.domain is None:
            return
        from components.alias_records import AliasRecords

        if self.cdn is not None:
            target, zone, ipv6, watched = self.cdn.domain_name, self.cdn.hosted_zone_id, True, False
        elif self.load_balancer is not None:
            target, zone, ipv6, watched = self.load_balancer.dns_name, self.load_balancer.zone_id, False, True
        else:
            return
        AliasRecords(
            "records",
            zone_id=self.domain.zone_id,
            record_name=self.domain.name,
            target=target,
            target_zone_id=zone,
            ipv6=ipv6,
            evaluate_health=watched,
            opts=self.child(),
        )

    def _create_bucket_access(self) -> None:
        site = None if self.settings.cdn is None else self.settings.cdn.site_bucket
        for name, bucket in self.buckets.items():
            from components.bucket_access import BucketAccess

            readers = [self.cdn.origin_access_statement(bucket.arn)] if self.cdn is not None and name == site else []
            BucketAccess(
                f"bucket-{name}-access", bucket=bucket, names=self.names, statements=readers, opts=self.child()
            )

    def _replicate_buckets(self) -> None:
        region = self.settings.secondary_region
        copied = {name: bucket for name, bucket in self.buckets.items() if bucket.settings.replicate}
        if region is None or not self.settings.storage.replicate or not copied:
            return
        from components.bucket_replication import BucketReplication

        log_bucket = self._create_secondary_log_bucket(region)
        for name, bucket in copied.items():
            BucketReplication(
                f"bucket-{name}-copy",
                bucket=bucket,
                region=region,
                names=self.names,
                log_bucket=log_bucket,
                opts=self.child(),
            )

    def _create_secondary_log_bucket(self, region: str) -> Bucket | None:
        """S3 writes access logs within a region only, so the copies need a bucket for theirs."""
        if self.log_bucket is None:
            return None
        from components.bucket import Bucket
        from components.bucket_access import BucketAccess

        name = f"{self.log_bucket.bucket_name}-secondary"
        bucket = Bucket(
            f"bucket-{name}",
            bucket_name=name,
            settings=self.log_bucket.settings,
            names=self.names,
            region=region,
            opts=self.child(),
        )
        BucketAccess(f"bucket-{name}-access", bucket=bucket, names=self.names, region=region, opts=self.child())
        return bucket

    def _create_health_check(self) -> HealthCheck | None:
        settings = self.settings.observability.health_check
        if not settings.enabled or self.host is None:
            return None
        from components.health_check import HealthCheck

        return HealthCheck("health", settings=settings, host=self.host, opts=self.child())

    def _dump_database(self) -> None:
        settings = self.settings.database_dump
        if settings is None or not self._dumps or self.database is None or self.cluster is None or self.vpc is None:
            return
        from components.fargate_task import TaskSpec
        from components.scheduled_task import ScheduledTask

        service = self.settings.services[settings.service]
        repository = self.repositories.get(settings.service)
        ScheduledTask(
            DUMP,
            spec=TaskSpec(
                role=DUMP,
                image=service.image if repository is None else repository.image_uri(self.settings.release),
                cpu=256,
                memory=512,
                architecture=service.architecture,
                environment={"LOG_LEVEL": service.log_level},
                command=["python", "-m", "starter.dump"],
            ),
            schedule=settings.schedule,
            names=self.names,
            cluster=self.cluster,
            vpc=self.vpc,
            grants=[self.database.grant(DUMP), self._all_buckets[settings.bucket].grant(DUMP, "database")],
            log_retention_days=service.log_retention_days,
            error_log_retention_days=service.error_log_retention_days,
            error_logs=self.error_logs if service.error_log_retention_days else None,
            kms_key_arn=self._key_arn,
            requires=[*self.vpc.egress, *([] if repository is None else repository.resources)],
            opts=self.child(),
        )

    def _stop_at_night(self) -> None:
        if self.database is None or self.settings.database is None or self.settings.database.night_stop is None:
            return
        from components.night_stop import NightStop

        times = self.settings.database.night_stop
        NightStop(
            "night-stop",
            names=self.names,
            instance_identifier=self.database.identifier,
            instance_arn=self.names.arn("rds", f"db:{self.database.identifier}"),
            stop=times.stop,
            start=times.start,
            timezone=times.timezone,
            opts=self.child(),
        )

    def _watch(self) -> None:
        settings = self.settings.observability
        watched = self._watched()
        arns: list[pulumi.Input[str]] = []
        if settings.alarms.enabled:
            from components.alarms import Alarms

            alarms = Alarms(
                "alarms",
                settings=settings.alarms,
                names=self.names,
                topic_arn=self.notifications.arn,
                watched=watched,
                opts=self.child(),
            )
            arns.extend(alarms.arns)
            if self.health_check is not None:
                self._ring_for_health(self.health_check)
        if settings.dashboards_enabled:
            from components.dashboards import Dashboards

            Dashboards(
                "dashboards",
                settings=settings,
                budget=self.settings.budget,
                names=self.names,
                watched=watched,
                alarm_arns=arns,
                opts=self.child(),
            )

    def _watched(self) -> Watched:
        from components.watched import Watched, WatchedDatabase

        database = None
        if self.database is not None and self.settings.database is not None:
            database = WatchedDatabase(
                identifier=self.database.identifier,
                max_connections=self.settings.database.max_connections,
                storage_gb=self.settings.database.storage_gb,
            )
        return Watched(
            cluster=None if self.cluster is None else self.cluster.name,
            services={name: service.service_name for name, service in self.services.items()},
            database=database,
            cache_nodes=() if self.cache is None else self.cache.node_ids,
            load_balancer=None if self.load_balancer is None else self.load_balancer.arn_suffix,
        )

    def _ring_for_health(self, health_check: HealthCheck) -> None:
        from components.alarms import HealthAlarm

        topic = self.notifications
        if self.settings.region != GLOBAL_REGION:
            from components.notifications import Notifications

            topic = Notifications(
                "notifications-global",
                settings=self.settings.notifications,
                names=self.names,
                region=GLOBAL_REGION,
                opts=self.child(),
            )
        HealthAlarm(
            "health-alarm",
            settings=self.settings.observability.alarms,
            names=self.names,
            health_check_id=health_check.id,
            topic_arn=topic.arn,
            opts=self.child(),
        )

    def _govern(self) -> None:
        from components.budget import SpendingBudgets

        SpendingBudgets(
            "budget",
            settings=self.settings.budget,
            names=self.names,
            topic_arn=self.notifications.arn,
            topic_policy=self.notifications.policy,
            opts=self.child(),
        )
        if self.settings.observability.config_rules.enabled:
            from components.config_rules import ConfigRules

            ConfigRules("config-rules", settings=self.settings.observability.config_rules, opts=self.child())
        if self.settings.observability.guard_duty:
            from components.guard_duty import GuardDuty

            GuardDuty("guard-duty", opts=self.child())
