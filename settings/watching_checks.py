"""Checks between alarms, metric filters, saved queries, and what they look at, made before any resource is
registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.metric_alarms import Reading
from settings.problems import Path, Problem, nearest
from settings.published_metrics import PUBLISHED, further_dimensions
from settings.system import Settings

#: Kinds that an alarm watches without a name, with the section that makes them.
_SINGLE = {
    "aurora": "aurora",
    "database": "database",
    "http-api": "httpApi",
    "load-balancer": "loadBalancer",
    "rest-api": "restApi",
    "websocket-api": "websocketApi",
}
#: Kinds that have an access log, with the same.
_API_LOGS = {key: section for key, section in _SINGLE.items() if key.endswith("-api")}


def alarms(settings: Settings) -> Iterator[Problem]:
    """Alarms on things, metrics or dimensions that do not exist."""
    for name, alarm in settings.observability.metric_alarms.items():
        if not alarm.enabled:
            continue
        for id, reading in alarm.readings.items():
            path: Path = ("observability", "metricAlarms", name)
            if alarm.expression is not None and reading.watches != alarm.watches:
                path = (*path, "metrics", id)
            found = list(_watched(settings, (*path, "watches"), reading))
            yield from found
            if not found:
                yield from _metric(settings, path, reading)


def widgets(settings: Settings) -> Iterator[Problem]:
    """Widgets of things, metrics or dimensions that do not exist."""
    for name, widget in settings.observability.widgets.items():
        for id, reading in widget.readings.items() if widget.enabled else ():
            path: Path = ("observability", "widgets", name, "metrics", id)
            found = list(_watched(settings, (*path, "watches"), reading))
            yield from found or _metric(settings, path, reading)


def channels(settings: Settings) -> Iterator[Problem]:
    """Alarms and events for channels that do not exist."""
    known = settings.notifications.channels
    observability = settings.observability
    for section, chosen in (
        ("metricAlarms", {name: alarm.channel for name, alarm in observability.metric_alarms.items()}),
        ("eventRules", {name: rule.channel for name, rule in observability.event_rules.items()}),
    ):
        for name, channel in chosen.items():
            if channel is not None and channel not in known:
                path: Path = ("observability", section, name, "channel")
                yield Problem(path, f'no such channel "{channel}"; {nearest(channel, known)}')


def logs(settings: Settings) -> Iterator[Problem]:
    """Log groups that something else has already."""
    taken = {*settings.active_functions, *settings.active_services, *settings.active_fleets}
    for index, name in enumerate(settings.observability.log_groups):
        if name in taken:
            path: Path = ("observability", "logGroups", index)
            yield Problem(path, f'"{name}" has a log group of its own: leave it out')


def composites(settings: Settings) -> Iterator[Problem]:
    """Composite alarms of alarms that do not exist, and alarms that nobody would hear."""
    observability = settings.observability
    active = [name for name, alarm in observability.metric_alarms.items() if alarm.enabled]
    heard: set[str] = set()
    for name, alarm in observability.composite_alarms.items():
        key = "any" if alarm.any else "all"
        for index, part in enumerate(alarm.parts if alarm.enabled else ()):
            heard.add(part)
            if part not in active:
                path: Path = ("observability", "compositeAlarms", name, key, index)
                yield Problem(path, f'no such alarm "{part}" in metricAlarms; {nearest(part, active)}')
        if name in observability.metric_alarms:
            message = "a metric alarm has that name too, and alarms share them: choose another"
            yield Problem(("observability", "compositeAlarms", name), message)
    for name, alarm in observability.metric_alarms.items():
        if alarm.enabled and not (alarm.notify or alarm.rollback or name in heard):
            message = "nobody hears it: no composite alarm is made of it, and it stops no deployment"
            yield Problem(("observability", "metricAlarms", name, "notify"), message)


def _watched(settings: Settings, path: Path, reading: Reading) -> Iterator[Problem]:
    kind, target = reading.kind, reading.name
    named: dict[str, list[str]] = {
        "function": list(settings.active_functions),
        "service": list(settings.active_services),
        "table": list(settings.active_tables),
        "bucket": list(settings.active_buckets),
        "filter": [key for key, entry in settings.observability.metric_filters.items() if entry.enabled],
    }
    kinds = (*PUBLISHED, "filter", "application")
    if kind == "functions" and target:
        yield Problem(path, f'functions are all of the account; write "functions", or "function:{target}"')
    elif kind in named:
        if target not in named[kind]:
            yield Problem(path, f'no such {kind} "{target}"; {nearest(target, named[kind])}')
    elif kind not in kinds:
        yield Problem(path, f"nothing to watch; {nearest(kind, kinds)}")
    elif target:
        yield Problem(path, f'there is one {kind}; write "{kind}"')
    elif kind in _SINGLE and kind not in _existing(settings):
        article = "an" if _SINGLE[kind].startswith(("http", "aurora")) else "a"
        yield Problem(path, f"needs {article} {_SINGLE[kind]} section")


def _existing(settings: Settings) -> set[str]:
    there = {
        "aurora": settings.active_aurora is not None,
        "database": settings.database is not None and settings.database.enabled,
        "http-api": settings.active_http_api is not None,
        "load-balancer": settings.load_balancer is not None,
        "rest-api": settings.active_rest_api is not None,
        "websocket-api": settings.active_websocket_api is not None,
    }
    return {key for key, exists in there.items() if exists}


def _metric(settings: Settings, path: Path, reading: Reading) -> Iterator[Problem]:
    given = frozenset(reading.dimensions)
    if reading.kind == "filter":
        own = frozenset(settings.observability.metric_filters[reading.name].dimensions)
        if given != own:
            yield Problem((*path, "dimensions"), _wrong(f"filter {reading.name}", (own,), given))
        return
    if reading.kind not in PUBLISHED:
        return
    metric = str(reading.metric)
    if metric not in PUBLISHED[reading.kind]:
        hint = nearest(metric, PUBLISHED[reading.kind])
        yield Problem(path, f'AWS publishes no metric "{metric}" for {reading.kind}; {hint}')
        return
    allowed = further_dimensions(reading.kind, metric)
    if given not in allowed:
        yield Problem((*path, "dimensions"), _wrong(metric, allowed, given))


def _wrong(metric: str, allowed: tuple[frozenset[str], ...], given: frozenset[str]) -> str:
    """Which dimensions a metric is published with, and which were given."""

    def listed(names: frozenset[str]) -> str:
        return f"{{{', '.join(f'{name}: …' for name in sorted(names))}}}" if names else "none"

    return (
        f"{metric} is counted with {' or '.join(map(listed, allowed))}, not with {listed(given)}: it would never ring"
    )


def filters(settings: Settings) -> Iterator[Problem]:
    """Filters of logs that do not exist, or do not hold what they count."""
    logs = known_logs(settings)
    for name, entry in settings.observability.metric_filters.items():
        if not entry.enabled:
            continue
        path: Path = ("observability", "metricFilters", name)
        if entry.log not in logs:
            yield Problem((*path, "log"), f'no log of "{entry.log}"; {nearest(entry.log, logs)}')
        elif entry.statuses and entry.log not in _API_LOGS:
            yield Problem((*path, "statuses"), f'count the access log of an API; "{entry.log}" has none: use pattern')
        elif entry.cold_starts:
            function = settings.active_functions.get(entry.log)
            if function is None:
                yield Problem((*path, "coldStarts"), f'only functions start cold; "{entry.log}" is none')
            elif function.system_log_level == "WARN":
                message = f"Lambda tells of starts at INFO: set functions.{entry.log}.systemLogLevel: INFO"
                yield Problem((*path, "coldStarts"), message)


def known_logs(settings: Settings) -> list[str]:
    """Whose logs a filter or a query can read."""
    apis = [key for key in _API_LOGS if key in _existing(settings)]
    return [*settings.active_functions, *settings.active_services, *settings.active_fleets, *apis]


def queries(settings: Settings) -> Iterator[Problem]:
    """Saved queries of logs that do not exist."""
    known = known_logs(settings)
    for name, query in settings.observability.saved_queries.items():
        for index, log in enumerate(query.logs):
            if log not in known:
                path = ("observability", "savedQueries", name, "logs", index)
                yield Problem(path, f'no log of "{log}"; {nearest(log, known)}')


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
    alarms,
    composites,
    widgets,
    channels,
    logs,
    filters,
    queries,
)
