"""Tables: keys, capacity, encryption, recovery, protection, and what a link may do."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from components.grant import Grant, Statement
from guardrails.resource import ABSENT, Resource
from tests.support.data import KEY
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tests.support.serverless import table

TABLE = "aws:dynamodb/table:Table"
TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/shop-prod-audit"
PROVISIONED = {"read": {"min": 5, "max": 50}, "write": {"min": 2, "max": 20}, "utilizationPercent": 60}


def planned(kms_key_arn: str | None = None, replica_region: str | None = None, **overrides: Any) -> Sample:
    """The plan of a table, made once."""
    return _planned(kms_key_arn, replica_region, json.dumps(overrides))


@functools.cache
def _planned(kms_key_arn: str | None, replica_region: str | None, overrides: str) -> Sample:
    def create() -> None:
        from components.data.table import Table

        Table(
            "table-audit",
            table_name="audit",
            settings=table(**json.loads(overrides)),
            names=names(),
            kms_key_arn=kms_key_arn,
            replica_region=replica_region,
        )

    return sample_of(create)


def the_table(*args: Any, **overrides: Any) -> Resource:
    return planned(*args, **overrides).one(TABLE)


def test_keys_and_indexes_are_declared_and_named() -> None:
    found = the_table()
    assert found.get("name") == "shop-prod-audit"
    assert (found.get("hashKey"), found.get("rangeKey")) == ("pk", "sk")
    assert {a["name"]: a["type"] for a in found.get("attributes")} == {"pk": "S", "sk": "S", "user": "S"}
    (index,) = found.get("globalSecondaryIndexes")
    assert index["keySchemas"] == [
        {"attributeName": "user", "keyType": "HASH"},
        {"attributeName": "sk", "keyType": "RANGE"},
    ]
    assert index["projectionType"] == "ALL"
    assert "hashKey" not in index


def test_an_index_holds_what_it_is_told() -> None:
    index = {"partitionKey": "user", "projection": "some", "include": ["action"]}
    (found,) = the_table(indexes={"by-user": index}).get("globalSecondaryIndexes")
    assert found["projectionType"] == "INCLUDE"
    assert found["nonKeyAttributes"] == ["action"]


def test_requests_are_paid_one_by_one_by_default() -> None:
    found = the_table()
    assert found.get("billingMode") == "PAY_PER_REQUEST"
    assert found.get("readCapacity") is ABSENT
    assert planned().all(TARGET) == []


def test_provisioned_capacity_scales_for_the_table_and_each_index() -> None:
    sample = planned(provisioned=PROVISIONED)
    found = sample.one(TABLE)
    assert found.get("billingMode") == "PROVISIONED"
    assert (found.get("readCapacity"), found.get("writeCapacity")) == (5, 2)
    assert found.get("globalSecondaryIndexes")[0]["readCapacity"] == 5
    ranges = {t.get("scalableDimension"): (t.get("minCapacity"), t.get("maxCapacity")) for t in sample.all(TARGET)}
    assert ranges == {
        "dynamodb:table:ReadCapacityUnits": (5, 50),
        "dynamodb:table:WriteCapacityUnits": (2, 20),
        "dynamodb:index:ReadCapacityUnits": (5, 50),
        "dynamodb:index:WriteCapacityUnits": (2, 20),
    }
    aims = {p.get("targetTrackingScalingPolicyConfiguration.targetValue") for p in sample.all(POLICY)}
    assert aims == {60}


def test_a_deployment_leaves_to_scaling_what_scaling_moves() -> None:
    sample = planned(provisioned=PROVISIONED)
    assert set(sample.planned(sample.one(TABLE)).ignore_changes) == {
        "readCapacity",
        "writeCapacity",
        "globalSecondaryIndexes[*].readCapacity",
        "globalSecondaryIndexes[*].writeCapacity",
    }
    assert list(planned().planned(planned().one(TABLE)).ignore_changes) == []


@pytest.mark.parametrize(
    ("encryption", "key", "expected"),
    [
        (None, None, {"enabled": True}),
        (None, KEY, {"enabled": True, "kmsKeyArn": KEY}),
        ("customer", KEY, {"enabled": True, "kmsKeyArn": KEY}),
        ("aws-managed", KEY, {"enabled": True}),
        ("aws-owned", KEY, ABSENT),
    ],
)
def test_the_key_is_the_one_that_is_asked_for(encryption: str | None, key: str | None, expected: Any) -> None:
    assert the_table(key, encryption=encryption).get("serverSideEncryption") == expected


@pytest.mark.parametrize(("days", "enabled", "period"), [(35, True, 35), (7, True, 7), (0, False, ABSENT)])
def test_recovery_reaches_back_as_long_as_it_is_told(days: int, enabled: bool, period: Any) -> None:
    found = the_table(recoveryDays=days)
    assert found.get("pointInTimeRecovery.enabled") is enabled
    assert found.get("pointInTimeRecovery.recoveryPeriodInDays") == period


@pytest.mark.parametrize("kept", [True, False])
def test_a_table_is_protected_as_its_settings_say(kept: bool) -> None:
    sample = planned(deletionProtection=kept, retain=kept)
    found = sample.one(TABLE)
    assert found.get("deletionProtectionEnabled") is kept
    assert sample.planned(found).protect is kept
    assert sample.planned(found).retain_on_delete is kept


def test_expiry_class_stream_and_statistics_are_switches() -> None:
    plain = planned()
    assert plain.one(TABLE).get("ttl") is ABSENT
    assert plain.one(TABLE).get("streamEnabled") is ABSENT
    assert plain.all("aws:dynamodb/contributorInsights:ContributorInsights") == []
    sample = planned(ttlAttribute="ttl", tableClass="infrequent-access", stream="new", contributorInsights=True)
    found = sample.one(TABLE)
    assert found.get("ttl") == {"enabled": True, "attributeName": "ttl"}
    assert found.get("tableClass") == "STANDARD_INFREQUENT_ACCESS"
    assert (found.get("streamEnabled"), found.get("streamViewType")) == (True, "NEW_IMAGE")
    insights = sample.one("aws:dynamodb/contributorInsights:ContributorInsights")
    assert sample.refers(insights, "tableName") == {"table-audit"}


def test_a_replica_is_protected_like_the_table_and_follows_its_stream() -> None:
    found = the_table(None, "us-west-2", replicate=True)
    (replica,) = found.get("replicas")
    assert replica["regionName"] == "us-west-2"
    assert replica["pointInTimeRecovery"] is True
    assert replica["deletionProtectionEnabled"] is True
    assert found.get("streamViewType") == "NEW_AND_OLD_IMAGES"
    assert the_table(None, "us-west-2").get("replicas") is ABSENT


@pytest.mark.parametrize(
    ("overrides", "says"), [({"encryption": "customer"}, "needs a key"), ({"replicate": True}, "needs a region")]
)
def test_what_is_missing_is_said(overrides: dict[str, Any], says: str) -> None:
    from components.data.table import Table

    with pytest.raises(ValueError, match=says):
        Table("table-audit", table_name="audit", settings=table(**overrides), names=names())


def granted(detail: str = "", kms_key_arn: str | None = None, **overrides: Any) -> Grant:
    found: list[Grant] = []

    def create() -> None:
        from components.data.table import Table

        made = Table(
            "table-audit",
            table_name="audit-log",
            settings=table(physicalName="shop-prod-audit", **overrides),
            names=names(),
            kms_key_arn=kms_key_arn,
        )
        found.append(made.grant("api", detail))

    sample_of(create)
    return found[0]


def use(grant: Grant) -> Statement:
    return next(s for s in grant.statements if s.sid == "UseItems")


def test_a_user_knows_the_name_and_reaches_table_and_indexes_only() -> None:
    grant = granted()
    assert grant.environment == {"TABLE_AUDIT_LOG": "shop-prod-audit"}
    assert list(use(grant).resources) == [ARN, f"{ARN}/index/*"]
    assert list(use(granted(indexes={}, attributes={"pk": "string", "sk": "string"})).resources) == [ARN]


def test_an_audit_trail_is_added_to_and_never_changed() -> None:
    assert set(use(granted("append")).actions) == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}


def test_a_reader_writes_nothing() -> None:
    actions = set(use(granted("read")).actions)
    assert "dynamodb:Query" in actions
    assert actions.isdisjoint(
        {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    )
    assert {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"} < set(use(granted()).actions)


def test_leading_keys_limit_items_and_forbid_scans() -> None:
    limited = use(granted(leadingKeys=["ORDER#*"]))
    assert limited.conditions == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORDER#*"]}}
    assert "dynamodb:Scan" not in limited.actions
    assert "dynamodb:Scan" in use(granted()).actions


def test_a_customer_key_is_used_through_the_table_only() -> None:
    assert [s.sid for s in granted().statements] == ["UseItems"]
    key = next(s for s in granted(kms_key_arn=KEY).statements if s.sid != "UseItems")
    assert list(key.resources) == [KEY]
    assert key.conditions == {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}


def test_an_unknown_detail_is_refused() -> None:
    with pytest.raises(AssertionError, match="a table is linked"):
        granted("delete")
