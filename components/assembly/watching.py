"""Notifications, alarms, dashboards, budgets and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.assembly.constants import GLOBAL_REGION
from components.assembly.measuring import alarm_targets
from components.observability.alarm_specs import alarm_specs

if TYPE_CHECKING:
    from components.edge.domain import Domain
    from components.edge.health_check import HealthCheck
    from components.observability.composite_alarms import CompositeAlarms
    from components.observability.metric_alarms import MetricAlarms
    from components.observability.notifications import Notifications
    from components.observability.watched import Watched
    from components.site import Site


def create_notifications(platform: Site) -> Notifications:
    """The topic that alarms and budgets tell."""
    from components.observability.notifications import Notifications

    return Notifications(
        platform.called("notifications"),
        settings=platform.settings.notifications,
        names=platform.names,
        kms_key_arn=platform.key_arn_for("notifications"),
        cost_anomalies=platform.settings.budget.anomalies is not None,
        opts=platform.child(),
    )


def create_channels(platform: Site) -> dict[str, Notifications]:
    """The further topics that alarms and events may choose."""
    channels = platform.settings.notifications.channels
    if not channels:
        return {}
    from components.observability.notifications import Notifications

    return {
        name: Notifications(
            platform.called(f"notifications-{name}"),
            settings=channel,
            names=platform.names,
            channel=name,
            kms_key_arn=platform.key_arn_for("notifications"),
            opts=platform.child(),
        )
        for name, channel in channels.items()
    }


def tell_events(platform: Site) -> None:
    """The rules that tell people of the application's events."""
    rules = {name: rule for name, rule in platform.settings.observability.event_rules.items() if rule.enabled}
    if not rules:
        return
    from components.observability.event_rules import EventRules

    EventRules(
        platform.called("events"),
        settings=rules,
        names=platform.names,
        topics={
            name: platform.notifications if rule.channel is None else platform.channels[rule.channel]
            for name, rule in rules.items()
        },
        kms_key_arn=platform.key_arn_for("notifications"),
        opts=platform.child(),
    )


def ring(platform: Site) -> MetricAlarms | None:
    """The alarms that the system names itself."""
    settings = platform.settings.observability
    if not settings.alarms.enabled or not settings.metric_alarms:
        return None
    from components.observability.metric_alarms import MetricAlarms

    return MetricAlarms(
        platform.called("metric-alarms"),
        settings=settings.metric_alarms,
        names=platform.names,
        targets=alarm_targets(platform),
        topic_arn=platform.notifications.arn,
        channels={name: channel.arn for name, channel in platform.channels.items()},
        opts=platform.child(),
    )


def combine(platform: Site) -> CompositeAlarms | None:
    """The alarms that are made of those."""
    settings = platform.settings.observability.composite_alarms
    if platform.metric_alarms is None or not any(alarm.enabled for alarm in settings.values()):
        return None
    from components.observability.composite_alarms import CompositeAlarms

    return CompositeAlarms(
        platform.called("composite-alarms"),
        settings=settings,
        names=platform.names,
        parts=platform.metric_alarms,
        topic_arn=platform.notifications.arn,
        channels={name: channel.arn for name, channel in platform.channels.items()},
        opts=platform.child(),
    )


def watch(platform: Site) -> None:
    """Alarms and dashboards."""
    settings = platform.settings.observability
    watched = _watched(platform)
    arns: list[pulumi.Input[str]] = [] if platform.metric_alarms is None else [*platform.metric_alarms.arns]
    arns += [] if platform.composite_alarms is None else platform.composite_alarms.arns
    arns.extend(canary.alarm_arn for canary in platform.canaries.values())
    if settings.alarms.enabled:
        if alarm_specs(settings.alarms, watched):
            from components.observability.alarms import Alarms

            alarms = Alarms(
                platform.called("alarms"),
                settings=settings.alarms,
                names=platform.names,
                topic_arn=platform.notifications.arn,
                watched=watched,
                opts=platform.child(),
            )
            arns.extend(alarms.arns)
        if platform.health_check is not None:
            _ring_for_health(platform, platform.health_check)
        if platform.traffic_switch is not None:
            for place, check in platform.traffic_switch.checks.items():
                _ring_for_health(platform, check, f"health-{place}")
        if settings.alarms.certificate_days is not None and platform.domain is not None:
            _ring_for_certificates(platform, platform.domain, settings.alarms.certificate_days)
    if settings.dashboards_enabled:
        from components.observability.dashboards import Dashboards
        from components.observability.own_widgets import own_widgets

        Dashboards(
            "dashboards",
            settings=settings,
            budget=platform.settings.budget,
            names=platform.names,
            watched=watched,
            alarm_arns=arns,
            own=own_widgets(settings.widgets, alarm_targets(platform), platform.settings.region),
            opts=platform.child(),
        )


def _watched(platform: Site) -> Watched:
    from components.observability.watched import Watched, WatchedDatabase

    database = None
    if platform.database is not None and platform.settings.database is not None:
        database = WatchedDatabase(
            identifier=platform.database.identifier,
            max_connections=platform.settings.database.max_connections,
            storage_gb=platform.settings.database.storage_gb,
        )
    return Watched(
        cluster=None if platform.cluster is None else platform.cluster.name,
        services={name: service.service_name for name, service in platform.services.items()},
        database=database,
        cache_nodes=() if platform.cache is None else platform.cache.node_ids,
        load_balancer=None if platform.load_balancer is None else platform.load_balancer.arn_suffix,
        functions={name: function.physical_name for name, function in platform.functions.items()},
        http_api=None if platform.http_api is None else platform.http_api.api.id,
        rest_api=None if platform.rest_api is None else (platform.rest_api.physical_name, platform.names.stage),
        tables={name: table.physical_name for name, table in platform.tables.items()},
        canaries={name: canary.physical_name for name, canary in platform.canaries.items()},
        distribution=_counted_distribution(platform),
        user_pool=None if platform.users is None else platform.users.pool.id,
        user_clients={}
        if platform.users is None
        else {name: client.id for name, client in platform.users.clients.items()},
    )


def _counted_distribution(platform: Site) -> pulumi.Input[str] | None:
    """The distribution that has additional metrics."""
    settings = platform.settings.cdn
    counts = settings is not None and settings.additional_metrics
    return platform.cdn.id if platform.cdn is not None and counts else None


def global_topic(platform: Site) -> Notifications:
    """The topic in the region of global services; the stack's own where that is the same."""
    if platform.settings.region == GLOBAL_REGION:
        return platform.notifications
    from components.observability.notifications import Notifications

    return Notifications(
        "notifications-global",
        settings=platform.settings.notifications,
        names=platform.names,
        region=GLOBAL_REGION,
        opts=platform.child(),
    )


def _ring_for_certificates(platform: Site, domain: Domain, days: int) -> None:
    from components.observability.certificate_alarms import CertificateAlarms

    CertificateAlarms(
        "certificate-alarms",
        names=platform.names,
        days=days,
        certificate_arns=domain.certificate_arns,
        topic_arns={
            region: (platform.notifications if region == platform.settings.region else platform.global_topic).arn
            for region in domain.certificate_arns
        },
        opts=platform.child(),
    )


def _ring_for_health(platform: Site, health_check: HealthCheck, role: str = "health") -> None:
    from components.observability.alarms import HealthAlarm

    topic = platform.global_topic
    HealthAlarm(
        f"{role}-alarm",
        settings=platform.settings.observability.alarms,
        names=platform.names,
        health_check_id=health_check.id,
        topic_arn=topic.arn,
        role=role,
        opts=platform.child(),
    )


def govern(platform: Site) -> None:
    """Budgets, Config rules and GuardDuty."""
    from components.governance.budget import SpendingBudgets

    SpendingBudgets(
        "budget",
        settings=platform.settings.budget,
        names=platform.names,
        topic_arn=None if platform.settings.budget.by_email else platform.notifications.arn,
        topic_policy=platform.notifications.policy,
        emails=platform.settings.notifications.emails,
        opts=platform.child(),
    )
    if platform.settings.budget.anomalies is not None:
        from components.governance.cost_anomalies import CostAnomalies

        CostAnomalies(
            "cost-anomalies",
            settings=platform.settings.budget.anomalies,
            names=platform.names,
            topic_arn=platform.notifications.arn,
            topic_policy=platform.notifications.policy,
            opts=platform.child(),
        )
    if platform.settings.observability.config_rules.enabled:
        from components.governance.config_rules import ConfigRules

        ConfigRules("config-rules", settings=platform.settings.observability.config_rules, opts=platform.child())
    if platform.settings.observability.guard_duty:
        from components.governance.guard_duty import GuardDuty

        GuardDuty("guard-duty", opts=platform.child())
