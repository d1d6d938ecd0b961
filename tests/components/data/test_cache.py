"""The cache: engine, encryption, token, snapshots, and what services receive."""

from __future__ import annotations

import functools
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.data.cache import window_after
from components.grant import Grant
from guardrails.resource import ABSENT, UNKNOWN
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
PARAMETER = "aws:ssm/parameter:Parameter"


@functools.cache
def _planned(described: str) -> tuple[Sample, Grant]:
    made: dict[str, Grant] = {}

    def create() -> None:
        from components.data.cache import Cache

        overrides: dict[str, Any] = json.loads(described)
        cache = Cache(
            "cache",
            settings=data.cache(**overrides),
            names=names(),
            vpc_id=data.VPC,
            subnet_ids=data.SUBNETS,
        )
        made["grant"] = cache.grant("search")

    sample = sample_of(create)
    return sample, made["grant"]


def planned(**overrides: Any) -> Sample:
    """The plan of a cache, made once."""
    return _planned(json.dumps(overrides))[0]


@pytest.mark.requirement("PIKA-59")
def test_one_redis_node_is_a_replication_group_without_failover() -> None:
    group = planned(engine="redis", version="7.0", nodeType="cache.t3.micro").one(GROUP)
    assert {key: group.get(key) for key in ("engine", "engineVersion", "nodeType", "parameterGroupName")} == {
        "engine": "redis",
        "engineVersion": "7.0",
        "nodeType": "cache.t3.micro",
        "parameterGroupName": "default.redis7",
    }
    assert group.get("numCacheClusters") == 1
    assert group.get("automaticFailoverEnabled") is False
    assert group.get("multiAzEnabled") is False


def test_valkey_takes_its_own_parameters() -> None:
    assert planned().one(GROUP).get("parameterGroupName") == "default.valkey8"
    assert planned(version="7.2").one(GROUP).get("parameterGroupName") == "default.valkey7"


def test_two_nodes_in_two_zones_take_over() -> None:
    group = planned(nodes=2, multiAz=True).one(GROUP)
    assert group.get("numCacheClusters") == 2
    assert group.get("automaticFailoverEnabled") is True
    assert group.get("multiAzEnabled") is True


@pytest.mark.requirement("PIKA-60")
def test_a_snapshot_is_taken_every_day_and_at_the_end() -> None:
    group = planned().one(GROUP)
    assert group.get("snapshotRetentionLimit") == 1
    assert group.get("snapshotWindow") == "03:00-04:00"
    assert group.get("maintenanceWindow") == "sun:04:00-sun:05:00"
    assert group.get("finalSnapshotIdentifier") == "shop-prod-cache-final"
    assert group.get("applyImmediately") is False
    without = planned(snapshotRetentionDays=0).one(GROUP)
    assert without.get("snapshotRetentionLimit") == 0
    assert without.get("snapshotWindow") is ABSENT
    assert without.get("finalSnapshotIdentifier") is ABSENT


@pytest.mark.requirement("PIKA-61")
def test_it_is_encrypted_at_rest_and_on_the_way() -> None:
    group = planned().one(GROUP)
    assert group.get("atRestEncryptionEnabled") is True
    assert group.get("transitEncryptionEnabled") is True
    assert group.get("transitEncryptionMode") == "required"


def test_the_token_is_made_up_once_and_shared_by_cache_and_url() -> None:
    sample = planned()
    token = sample.one(PARAMETER, name="/shop/prod/cache/token")
    assert token.get("type") == "SecureString"
    assert list(sample.planned(token).ignore_changes) == ["value"]
    assert sample.refers(sample.one(GROUP), "authToken") == {"cache-token"}
    url = sample.one(PARAMETER, name="/shop/prod/cache/url")
    assert url.get("type") == "SecureString"
    assert sample.refers(url, "value") == {"cache", "cache-token"}
    assert url.get("value") is UNKNOWN


def test_it_can_do_without_a_token() -> None:
    sample = planned(auth=False)
    assert sample.one(GROUP).get("authToken") is ABSENT
    assert [p.get("name") for p in sample.all(PARAMETER)] == ["/shop/prod/cache/url"]


@pytest.mark.requirement("PIKA-62")
def test_a_service_receives_the_url_by_name_and_a_way_to_the_port() -> None:
    grant = _planned("{}")[1]
    assert grant.secrets == {"REDIS_URL": "/shop/prod/cache/url"}
    assert [r for s in grant.secret_statements for r in s.resources] == [
        "arn:aws:ssm:us-east-1:123456789012:parameter/shop/prod/cache/url"
    ]
    assert [(o.target, o.port) for o in grant.openings] == [("cache", 6379)]
    assert grant.statements == ()


@pytest.mark.requirement("PIKA-09")
def test_it_sits_in_the_database_subnets() -> None:
    assert planned().one("aws:elasticache/subnetGroup:SubnetGroup").get("subnetIds") == list(data.SUBNETS)


@pytest.mark.requirement("PIKA-63")
def test_a_larger_cache_is_one_setting() -> None:
    assert planned(nodeType="cache.t4g.small").one(GROUP).get("nodeType") == "cache.t4g.small"


@given(st.times())
def test_maintenance_is_the_hour_after_the_snapshot(end: Any) -> None:
    sunday = datetime(2026, 1, 4, end.hour, end.minute)
    after = sunday + timedelta(hours=1)
    expected = f"{sunday:%a:%H:%M}-{after:%a:%H:%M}".lower()
    assert window_after(f"00:00-{end:%H:%M}") == expected
