"""What a function's settings may name exactly, and how its instances are kept while versions change."""

from __future__ import annotations

import pytest

from guardrails.resource import ABSENT
from tests.support.functions import function, function_sample

READY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
TARGET = "aws:appautoscaling/target:Target"


def test_a_log_has_the_name_that_is_asked_for() -> None:
    sample = function_sample(function(logGroup="/aws/lambda/shop/{function}"))
    assert sample.one("aws:cloudwatch/logGroup:LogGroup").get("name") == "/aws/lambda/shop/orders"
    made = sample.one("aws:lambda/function:Function")
    assert made.get("loggingConfig.logGroup") == "/aws/lambda/shop/orders"
    policy = sample.one("aws:iam/rolePolicy:RolePolicy").get("policy")
    assert "log-group:/aws/lambda/shop/orders:*" in policy


def test_a_function_is_told_when_it_must_answer() -> None:
    sample = function_sample(function(timeoutSeconds=60, answersAfterSeconds=25))
    made = sample.one("aws:lambda/function:Function")
    assert made.get("timeout") == 60
    assert made.get("environment.variables")["ANSWERS_AFTER_SECONDS"] == "25"
    with pytest.raises(ValueError, match="above timeoutSeconds"):
        function(timeoutSeconds=10, answersAfterSeconds=25)


def test_instances_are_kept_by_each_version_while_two_share_the_calls() -> None:
    sample = function_sample(function(provisionedConcurrency={"min": 10, "max": 50, "heldBy": "version"}))
    ready = sample.one(READY)
    (source,) = ready.property_dependencies["qualifier"]
    assert "lambda/function:Function::orders" in source
    assert ready.get("skipDestroy") is True
    assert sample.one(TARGET).get("maxCapacity") == 50


def test_instances_are_kept_by_the_alias_otherwise() -> None:
    ready = function_sample(function(provisionedConcurrency={"min": 1})).one(READY)
    assert ready.get("qualifier") == "live"
    assert ready.get("skipDestroy") is ABSENT
