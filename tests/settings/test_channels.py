"""Channels, events, widgets and log groups that name what is not there: one clear line each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings

WATCH = "value: {healthCheck: {enabled: false}}"
TOLD = "value: {emails: [team@example.com]}"
PAGED = (TOLD, 'value: {emails: [team@example.com], channels: {page: {webhook: "https://page.example.com/k"}}}')
LINKS = 'links: [database, "bucket:uploads/in", "secret:jwt", "service:search"]'

Refused = Callable[..., list[str]]


def watch(**sections: str) -> tuple[str, str]:
    entries = ", ".join(f"{name}: {text}" for name, text in sections.items())
    return (WATCH, f"value: {{healthCheck: {{enabled: false}}, {entries}}}")


def test_a_channels_webhook_is_secret(system: Callable[..., Settings]) -> None:
    settings = system(PAGED, watch(eventRules="{failed: {description: x, detailTypes: [A], channel: page}}"))
    assert "page.example.com" not in repr(settings.notifications)
    assert settings.observability.event_rules["failed"].channel == "page"


def test_anything_may_put_events(system: Callable[..., Settings]) -> None:
    settings = system((LINKS, "links: [events]"))
    assert settings.services["gateway"].links == ("events",)


@pytest.mark.parametrize(
    ("sections", "where", "words"),
    [
        (
            {"metricAlarms": "{a: {description: x, watches: functions, metric: Errors, threshold: 0, channel: pgae}}"},
            "observability.metricAlarms.a.channel",
            '"page"',
        ),
        (
            {"eventRules": "{a: {description: x, detailTypes: [A], channel: chat}}"},
            "observability.eventRules.a.channel",
            'no such channel "chat"',
        ),
        ({"eventRules": "{a: {description: x, detailTypes: []}}"}, "observability.eventRules.a.detailTypes", "1 item"),
        (
            {"metricAlarms": '{a: {description: x, watches: "functions:a", metric: Errors, threshold: 0}}'},
            "observability.metricAlarms.a.watches",
            '"function:a"',
        ),
        (
            {"widgets": '{a: {title: x, metrics: {m: {watches: "bucket:upload", metric: AllRequests}}}}'},
            "observability.widgets.a.metrics.m.watches",
            '"uploads"',
        ),
        (
            {"widgets": '{a: {title: x, metrics: {m: {watches: "bucket:uploads", metric: FirstByteLatency}}}}'},
            "observability.widgets.a.metrics.m.dimensions",
            "FilterId",
        ),
        (
            {"widgets": "{a: {title: x, metrics: {m: {watches: functions, metric: Errors}}, expressions: {y: n/m}}}"},
            "observability.widgets.a",
            '"n"',
        ),
        ({"logGroups": "[search]"}, "observability.logGroups[0]", "a log group of its own"),
        ({"alarms": "{certificateDays: 0}"}, "observability.alarms.certificateDays", "1"),
    ],
)
def test_what_names_nothing_is_refused(refused: Refused, sections: dict[str, str], where: str, words: str) -> None:
    (line,) = refused(PAGED, watch(**sections))
    assert where in line
    assert words in line


@pytest.mark.parametrize(
    ("bucket", "words"),
    [
        ("intelligentTieringDays: 0, transitions: [{name: a, days: 30, storageClass: STANDARD_IA}]", "set one"),
        ("intelligentArchiveDays: 90", "set both"),
        ("transitions: [{name: a, days: 29, storageClass: STANDARD_IA}]", "from 30 days on"),
        (
            "transitions: [{name: a, days: 90, storageClass: GLACIER}, {name: b, days: 30, storageClass: STANDARD_IA}]",
            "in the order of their days",
        ),
        ("transitions: [{name: a, days: 30, storageClass: COLD}]", "STANDARD_IA"),
    ],
)
def test_tiers_that_work_against_each_other_are_refused(refused: Refused, bucket: str, words: str) -> None:
    (line,) = refused(("uploads: {}", f"uploads: {{{bucket}}}"))
    assert "buckets.uploads" in line
    assert words in line


def test_an_exact_name_is_for_secrets_manager(refused: Refused) -> None:
    (line,) = refused(("generate: true}", "generate: true, store: parameter-store, physicalName: a/b}"))
    assert "secrets.jwt" in line
    assert "physicalName" in line


def test_a_budget_writes_to_somebody(refused: Refused) -> None:
    slack = (TOLD, "value: {slack: {teamId: T0123ABCD, channelId: C0123ABCD}}")
    (line,) = refused(slack, ("value: {monthly: 100}", "value: {monthly: 100, byEmail: true}"))
    assert "budget.byEmail: there is no address to write to" in line
