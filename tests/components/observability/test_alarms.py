"""Alarms: which exist, where each rings, and whom it tells."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.observability.alarm_specs import alarm_specs, connections_threshold, free_storage_threshold
from components.observability.runbooks import SHARED as RUNBOOK
from components.observability.watched import Watched
from guardrails.resource import ABSENT, Resource
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:us-east-1:123456789012:shop-prod-notifications"
SERVICE = {"ClusterName": "shop-prod", "ServiceName": "search-0a1b2c3"}
ROOT = Path(__file__).parents[3]


@functools.cache
def _planned(described: str) -> Sample:
    def create() -> None:
        from components.observability.alarms import Alarms, HealthAlarm

        settings = data.observability(alarms=json.loads(described)).alarms
        Alarms("alarms", settings=settings, names=names(), topic_arn=TOPIC, watched=data.watched())
        HealthAlarm("health-alarm", settings=settings, names=names(), health_check_id="0" * 32, topic_arn=TOPIC)

    return sample_of(create)


def planned(**overrides: Any) -> Sample:
    """The plan of the alarms, made once."""
    return _planned(json.dumps(overrides))


def alarm(role: str, **overrides: Any) -> Resource:
    """One alarm."""
    return planned(**overrides).one(ALARM, name=f"shop-prod-{role}")


@pytest.mark.requirement("PIKA-75")
@pytest.mark.parametrize(
    ("role", "namespace", "metric", "dimensions"),
    [
        ("search-cpu", "AWS/ECS", "CPUUtilization", SERVICE),
        (
            "search-memory",
            "AWS/ECS",
            "MemoryUtilization",
            SERVICE,
        ),
        ("database-cpu", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "shop-prod-database"}),
        ("cache-001-cpu", "AWS/ElastiCache", "CPUUtilization", {"CacheClusterId": "shop-cache-001"}),
        ("cache-001-memory", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", {"CacheClusterId": "shop-cache-001"}),
    ],
)
def test_processor_and_memory_ring_above_80_percent(
    role: str, namespace: str, metric: str, dimensions: dict[str, str]
) -> None:
    found = alarm(role)
    assert found.get("namespace") == namespace
    assert found.get("metricName") == metric
    assert found.get("dimensions") == dimensions
    assert found.get("threshold") == 80
    assert found.get("comparisonOperator") == "GreaterThanThreshold"
    assert found.get("statistic") == "Average"


@pytest.mark.requirement("PIKA-76")
def test_the_error_rate_is_a_share_of_the_requests() -> None:
    found = alarm("api-errors")
    assert found.get("threshold") == 5
    assert found.get("metricName") is ABSENT
    assert found.get("period") is ABSENT, "the queries have their own"
    queries = {query["id"]: query for query in found.get("metricQueries")}
    assert queries["result"]["expression"] == "100*http_code_target_5xx_count/request_count"
    assert [id for id, query in queries.items() if query["returnData"]] == ["result"]
    for id, metric in (("http_code_target_5xx_count", "HTTPCode_Target_5XX_Count"), ("request_count", "RequestCount")):
        assert queries[id]["metric"] == {
            "namespace": "AWS/ApplicationELB",
            "metricName": metric,
            "dimensions": {"LoadBalancer": "app/shop/0123456789abcdef"},
            "stat": "Sum",
            "period": 300,
        }


@pytest.mark.requirement("PIKA-77")
def test_connections_ring_at_a_share_of_the_limit() -> None:
    found = alarm("database-connections")
    assert found.get("metricName") == "DatabaseConnections"
    assert found.get("threshold") == 80
    assert alarm("database-connections", connectionsPercent=50).get("threshold") == 50


@pytest.mark.requirement("PIKA-80")
def test_latency_rings_above_the_measure() -> None:
    found = alarm("api-latency", latencySeconds=0.2)
    assert found.get("namespace") == "AWS/ApplicationELB"
    assert found.get("metricName") == "TargetResponseTime"
    assert found.get("threshold") == 0.2


def test_free_storage_rings_below_its_share() -> None:
    assert planned().all(ALARM, name="shop-prod-database-storage") == []
    found = alarm("database-storage", freeStoragePercent=10)
    assert found.get("comparisonOperator") == "LessThanThreshold"
    assert found.get("threshold") == 2 * 1024**3
    assert found.get("statistic") == "Minimum"


def test_every_alarm_tells_the_topic_when_it_rings_and_when_it_ends() -> None:
    found = planned(freeStoragePercent=10).all(ALARM)
    assert len(found) == 10
    for each in found:
        assert each.get("alarmActions") == [TOPIC]
        assert each.get("okActions") == [TOPIC]
        assert each.get("evaluationPeriods") == 2


def test_no_data_is_silence_only_where_it_means_no_work() -> None:
    missing = {each.get("name"): each.get("treatMissingData") for each in planned().all(ALARM)}
    assert missing["shop-prod-search-cpu"] == "notBreaching", "a service may be stopped for the night"
    assert missing["shop-prod-api-errors"] == "notBreaching", "no requests, no errors"
    assert missing["shop-prod-database-cpu"] == "missing"
    assert missing["shop-prod-health"] == "breaching"


def test_every_alarm_points_to_a_heading_of_the_runbook() -> None:
    text = (ROOT / RUNBOOK).read_text()
    headings = {line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")}
    pointed = {each.get("alarmDescription").rpartition("#")[2] for each in planned(freeStoragePercent=10).all(ALARM)}
    # The others are those of components that alarm for themselves.
    assert headings - pointed == {"canary", "certificate", "root-user", "trail-changed"}
    assert pointed <= headings


@pytest.mark.requirement("PIKA-84")
def test_the_health_alarm_is_where_route_53_reports() -> None:
    found = alarm("health")
    assert found.get("region") == "us-east-1"
    assert found.get("metricName") == "HealthCheckStatus"
    assert found.get("comparisonOperator") == "LessThanThreshold"
    assert found.get("threshold") == 1


def test_a_threshold_of_null_drops_the_alarm() -> None:
    none = dict.fromkeys(("cpuPercent", "memoryPercent", "errorRatePercent", "latencySeconds", "connectionsPercent"))
    assert alarm_specs(data.observability(alarms=none).alarms, data.watched()) == []


def test_nothing_to_watch_makes_no_alarm() -> None:
    assert alarm_specs(data.observability().alarms, Watched()) == []


def test_services_are_watched_in_a_cluster() -> None:
    with pytest.raises(ValueError, match="cluster"):
        Watched(services={"search": "search"})


@given(
    st.lists(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), unique=True, max_size=8),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_every_alarm_has_a_name_of_its_own(services: list[str], nodes: int, database: bool, balancer: bool) -> None:
    everything = data.watched()
    specs = alarm_specs(
        data.observability(alarms={"freeStoragePercent": 10}).alarms,
        Watched(
            cluster="c",
            services={f"s-{name}": name for name in services},
            database=everything.database if database else None,
            cache_nodes=[str(number) for number in range(nodes)],
            load_balancer=everything.load_balancer if balancer else None,
        ),
    )
    assert len({spec.role for spec in specs}) == len(specs)
    assert len(specs) == 2 * len(services) + 2 * nodes + 3 * database + 2 * balancer
    assert all((spec.metric is None) == (spec.expression is not None) for spec in specs)


@given(st.floats(0.1, 100), st.integers(6, 262143), st.integers(20, 65536))
def test_shares_stay_within_the_whole(percent: float, connections: int, storage: int) -> None:
    assert 0 < connections_threshold(percent, connections) <= connections * (1 + 1e-9)
    assert 0 < free_storage_threshold(percent, storage) <= storage * 1024**3 * (1 + 1e-9)
