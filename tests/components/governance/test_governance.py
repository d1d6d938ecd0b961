"""Budgets, Config rules, the GuardDuty detector and the customer key."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.governance.budget import amount
from guardrails.resource import UNKNOWN
from tests.support import data
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names

BUDGET = "aws:budgets/budget:Budget"
ADDRESSES = ("team@shop.example",)


@functools.cache
def _budgets(described: str, topic: bool) -> Sample:
    def create() -> None:
        from components.governance.budget import SpendingBudgets
        from components.observability.notifications import Notifications

        settings = data.budget(**json.loads(described))
        if topic:
            told = Notifications("notifications", settings=data.notifications(), names=names())
            SpendingBudgets(
                "budget",
                settings=settings,
                names=names(),
                topic_arn=told.arn,
                topic_policy=told.policy,
                emails=ADDRESSES,
            )
        else:
            SpendingBudgets("budget", settings=settings, names=names(), emails=ADDRESSES)

    return sample_of(create)


def budgets(topic: bool = False, **overrides: Any) -> Sample:
    """The plan of the budgets, made once."""
    return _budgets(json.dumps(overrides), topic)


@pytest.mark.requirement("PIKA-79")
@pytest.mark.requirement("PIKA-92")
def test_the_month_has_a_limit_a_warning_and_a_forecast() -> None:
    monthly = budgets().one(BUDGET, timeUnit="MONTHLY")
    assert monthly.get("limitAmount") == "100"
    assert monthly.get("limitUnit") == "USD"
    notices = [(n["notificationType"], n["threshold"], n["thresholdType"]) for n in monthly.get("notifications")]
    assert notices == [("ACTUAL", 80, "PERCENTAGE"), ("ACTUAL", 100, "PERCENTAGE"), ("FORECASTED", 100, "PERCENTAGE")]


@pytest.mark.requirement("PIKA-78")
def test_a_day_has_a_limit_where_asked() -> None:
    assert budgets().all(BUDGET, timeUnit="DAILY") == []
    daily = budgets(daily=4).one(BUDGET, timeUnit="DAILY")
    assert daily.get("limitAmount") == "4"
    assert [n["notificationType"] for n in daily.get("notifications")] == ["ACTUAL"], "AWS forecasts no days"


@pytest.mark.parametrize(("monthly", "daily"), [(100, "3.33"), (200, "6.67"), (500, "16.67")])
def test_a_day_may_be_a_thirtieth_of_the_month(monthly: int, daily: str) -> None:
    assert budgets(monthly=monthly, daily="monthly/30").one(BUDGET, timeUnit="DAILY").get("limitAmount") == daily


def test_spending_far_above_the_limit_is_told_once_more() -> None:
    notices = budgets(overrunAt=120).one(BUDGET, timeUnit="MONTHLY").get("notifications")
    (found,) = [n for n in notices if n["threshold"] == 120]
    assert (found["notificationType"], found["thresholdType"]) == ("ACTUAL", "PERCENTAGE")
    with pytest.raises(ValueError, match="greater than 100"):
        data.budget(overrunAt=100)


def test_the_same_notice_is_not_sent_twice() -> None:
    monthly = budgets(warnAt=100, forecastAt=None).one(BUDGET)
    assert [(n["notificationType"], n["threshold"]) for n in monthly.get("notifications")] == [("ACTUAL", 100)]


@pytest.mark.requirement("PIKA-95")
def test_only_what_carries_the_stacks_tags_is_counted() -> None:
    monthly = budgets().one(BUDGET)
    tags = [part["tags"] for part in monthly.get("filterExpression.ands")]
    assert {tag["key"]: tag["values"] for tag in tags} == {"project": ["shop"], "stage": ["prod"]}
    assert monthly.get("metrics") == "UnblendedCost", "a filter expression needs it"


def test_addresses_are_told_or_the_topic_that_tells_them() -> None:
    for notice in budgets().one(BUDGET).get("notifications"):
        assert notice["subscriberEmailAddresses"] == list(ADDRESSES)
        assert "subscriberSnsTopicArns" not in notice
    sample = budgets(topic=True)
    monthly = sample.one(BUDGET)
    for notice in monthly.get("notifications"):
        assert notice["subscriberSnsTopicArns"] == [UNKNOWN]
        assert "subscriberEmailAddresses" not in notice
    assert sample.one("aws:sns/topicPolicy:TopicPolicy").urn in monthly.dependencies, "AWS tries the topic at once"


def test_a_budget_with_nobody_to_tell_is_refused() -> None:
    def create() -> None:
        from components.governance.budget import SpendingBudgets

        SpendingBudgets("budget", settings=data.budget(), names=names())

    result = plan_of(create)
    assert result.error is not None
    assert "notifications.emails" in result.error.message


@given(st.integers(1, 10_000_000))
def test_amounts_are_exact_to_the_cent(cents: int) -> None:
    text = amount(cents / 100)
    assert round(float(text) * 100) == cents
    assert "e" not in text
    assert text == text.rstrip("0") or "." not in text


@pytest.mark.requirement("PIKA-88")
def test_config_judges_encryption_and_publicity() -> None:
    def create() -> None:
        from components.governance.config_rules import ConfigRules

        ConfigRules("config-rules", settings=data.config_rules())

    found = sample_of(create).all("aws:cfg/rule:Rule")
    assert {rule.get("source.owner") for rule in found} == {"AWS"}
    assert {rule.get("source.sourceIdentifier") for rule in found} == {
        "ENCRYPTED_VOLUMES",
        "RDS_STORAGE_ENCRYPTED",
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    }


@pytest.mark.requirement("PIKA-89")
def test_guard_duty_is_one_detector() -> None:
    def create() -> None:
        from components.governance.guard_duty import GuardDuty

        GuardDuty("guard-duty")

    assert sample_of(create).one("aws:guardduty/detector:Detector").get("enable") is True


@functools.cache
def key() -> Sample:
    """The plan of a customer key."""

    def create() -> None:
        from components.secrets.customer_key import CustomerKey

        CustomerKey("key", settings=data.encryption(deletionDays=14), names=names(), protect=True)

    return sample_of(create)


def test_the_key_turns_every_year_and_is_protected() -> None:
    found = key().one("aws:kms/key:Key")
    assert found.get("enableKeyRotation") is True
    assert found.get("deletionWindowInDays") == 14
    assert key().planned(found).protect
    assert key().one("aws:kms/alias:Alias").get("name") == "alias/shop-prod"


def test_services_use_the_key_for_this_account_alone() -> None:
    policy = json.loads(key().one("aws:kms/key:Key").get("policy"))
    services = [s for s in policy["Statement"] if "Service" in s["Principal"]]
    assert len(services) == 3
    for statement in services:
        assert "123456789012" in json.dumps(statement["Condition"]), statement["Sid"]
        assert "kms:*" not in statement["Action"]
    (account,) = [s for s in policy["Statement"] if "AWS" in s["Principal"]]
    assert account["Principal"]["AWS"] == "arn:aws:iam::123456789012:root"
