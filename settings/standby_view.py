"""The settings of a system as its standby sees them: another region, nothing kept ready, nothing there twice. Pure."""

from __future__ import annotations

from typing import Any, Final

from settings.composite_alarms import CompositeAlarm
from settings.functions import Function, FunctionDeployment
from settings.metric_alarms import MetricAlarm
from settings.observability import Observability
from settings.system import Settings

#: Milliseconds behind at which copying has stopped rather than slowed down: it is below a second on all days.
LAG_MS: Final = 60_000
#: Name of the alarm on that, in the standby's region.
LAG_ALARM: Final = "standby-lag"
#: What alarms of the standby can watch; the rest lives in the first region.
_WATCHED_THERE: Final = frozenset({"application", "aurora", "filter", "function", "functions", "rest-api"})
#: What a system has once, or what the standby gets by other ways.
_ONCE: Final[dict[str, Any]] = {
    "secondary_region": None,
    "standby": None,
    "services": {},
    "fleets": {},
    "http_api": None,
    "websocket_api": None,
    "identity": None,
    "database": None,
    "database_dump": None,
    "load_balancer": None,
    "bot": None,
    "cache": None,
    "cdn": None,
    "firewall": None,
    "erasure": None,
    "account_baseline": None,
    "buckets": {},
}


def standby_view(settings: Settings) -> Settings:
    """The settings that the standby is built from.

    Functions have no instance kept ready, no canary and no clock: they do nothing until somebody calls them. Precedents
    are searched only where the database keeps them. Slack's configuration of a channel is one for all regions.

    Args:
        settings: The system's settings, with a standby that follows.

    Raises:
        ValueError: There is none.
    """
    standby = settings.active_standby
    if standby is None or standby.network is None or settings.secondary_region is None:
        raise ValueError(f"{settings.system}: has no standby that follows")
    search = settings.active_search
    notifications = settings.notifications
    return settings.model_copy(
        update={
            **_ONCE,
            "region": settings.secondary_region,
            "network": standby.network,
            "functions": {name: _cold(function) for name, function in settings.functions.items()},
            "search": None if search is None or search.has_collection else search,
            "budget": settings.budget.model_copy(update={"anomalies": None}),
            "notifications": notifications.model_copy(
                update={
                    "slack": None,
                    "channels": {
                        name: channel.model_copy(update={"slack": None})
                        for name, channel in notifications.channels.items()
                    },
                }
            ),
            "observability": _quiet(settings.observability, follows_aurora=settings.global_aurora),
        }
    )


def _cold(function: Function) -> Function:
    at_once = FunctionDeployment.model_validate({"strategy": "direct"})
    return function.model_copy(
        update={
            "provisioned_concurrency": None,
            "reserved_concurrency": None,
            "deployment": at_once,
            "schedules": {},
        }
    )


def _quiet(observability: Observability, *, follows_aurora: bool) -> Observability:
    alarms = {name: alarm for name, alarm in observability.metric_alarms.items() if _seen(alarm)}
    if follows_aurora:
        alarms[LAG_ALARM] = MetricAlarm.model_validate(
            {
                "description": "The second member of the database is a minute behind: a failover would lose as much",
                "watches": "aurora",
                "metric": "AuroraGlobalDBReplicationLag",
                "stat": "Maximum",
                "threshold": LAG_MS,
            }
        )
    return observability.model_copy(
        update={
            "alarms": observability.alarms.model_copy(update={"certificate_days": None}),
            "metric_alarms": alarms,
            "composite_alarms": {
                name: alarm for name, alarm in observability.composite_alarms.items() if _whole(alarm, set(alarms))
            },
            "canaries": {},
            "dashboards_enabled": False,
            "health_check": observability.health_check.model_copy(update={"enabled": False}),
            "config_rules": observability.config_rules.model_copy(update={"enabled": False}),
            "grafana": None,
            "guard_duty": False,
            "log_groups": (),
        }
    )


def _seen(alarm: MetricAlarm) -> bool:
    return all(reading.watches.partition(":")[0] in _WATCHED_THERE for reading in alarm.readings.values())


def _whole(alarm: CompositeAlarm, kept: set[str]) -> bool:
    return set(alarm.parts) <= kept
