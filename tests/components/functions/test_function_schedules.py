"""Functions that EventBridge calls by the clock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.functions import function
from tests.support.program import Sample, sample_of
from tests.support.sections import names

RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
PERMISSION = "aws:lambda/permission:Permission"
NIGHTLY = {"description": "Counts the day's orders", "at": "cron(0 8 * * ? *)"}


def planned(**schedules: dict[str, Any]) -> Sample:
    def create() -> None:
        from components.functions.function_schedules import FunctionSchedules
        from components.functions.lambda_function import LambdaFunction

        settings = function(schedules=schedules)
        made = LambdaFunction("orders", function="orders", settings=settings, names=names())
        FunctionSchedules(
            "orders-schedules",
            schedules=settings.schedules,
            function=made,
            function_name="orders",
            names=names(),
        )

    return sample_of(create)


def test_a_rule_calls_the_alias_and_may() -> None:
    sample = planned(nightly=NIGHTLY)
    rule, target, permission = sample.one(RULE), sample.one(TARGET), sample.one(PERMISSION)
    assert (rule.get("name"), rule.get("scheduleExpression")) == ("shop-prod-orders-nightly", "cron(0 8 * * ? *)")
    assert rule.get("state") == "ENABLED"
    assert sample.refers(target, "rule") == {"orders-schedules-nightly"}
    assert any("lambda/alias:Alias" in urn for urn in target.property_dependencies["arn"])
    assert target.get("retryPolicy.maximumRetryAttempts") == 3
    assert permission.get("principal") == "events.amazonaws.com"
    assert permission.get("sourceArn") == "arn:aws:events:us-east-1:123456789012:rule/shop-prod-orders-nightly"
    assert sample.refers(permission, "qualifier") == {"orders"}
    assert permission.urn in sample.planned(target).dependencies


def test_each_schedule_has_its_rule_and_one_that_is_off_has_none() -> None:
    sample = planned(nightly=NIGHTLY, hourly={**NIGHTLY, "at": "rate(1 hour)"}, never={**NIGHTLY, "enabled": False})
    assert {rule.get("scheduleExpression") for rule in sample.all(RULE)} == {"cron(0 8 * * ? *)", "rate(1 hour)"}
    assert len(sample.all(TARGET)) == len(sample.all(PERMISSION)) == 2


def test_a_time_of_one_day_is_no_schedule_of_a_rule() -> None:
    with pytest.raises(ValueError, match="pattern"):
        function(schedules={"once": {**NIGHTLY, "at": "at(2026-01-01T00:00:00)"}})


def statements_of(detail: str) -> list[dict[str, Any]]:
    from components.functions.instance_rights import instance_grant
    from components.iam import policy_document

    document = policy_document(list(instance_grant(names(), "shop", detail).statements))
    assert isinstance(document, str)
    return json.loads(document)["Statement"]


def test_only_instances_of_the_tag_can_be_touched() -> None:
    see, touch = statements_of("")
    assert (see["Action"], see["Resource"]) == (["ec2:DescribeInstances"], ["*"])
    assert set(touch["Action"]) == {"ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances"}
    assert touch["Resource"] == ["arn:aws:ec2:us-east-1:123456789012:instance/*"]
    assert touch["Condition"] == {"StringEquals": {"ec2:ResourceTag/ManagedBy": "shop"}}


def test_a_reader_only_sees() -> None:
    (see,) = statements_of("read")
    assert see["Action"] == ["ec2:DescribeInstances"]
