"""Where the value is kept by which a distribution proves itself."""

from __future__ import annotations

from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from settings.edge import OriginSecret
from tests.support.program import Sample, sample_of
from tests.support.sections import names

SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
ROTATION, PARAMETER = "aws:secretsmanager/secretRotation:SecretRotation", "aws:ssm/parameter:Parameter"
ROTATOR = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def settings(**overrides: Any) -> OriginSecret:
    return OriginSecret.model_validate({"recoveryDays": 7, **overrides})


def planned(**overrides: Any) -> Sample:
    def create() -> None:
        from components.edge.origin_secret import OriginSecret as Component

        Component("secret", settings=settings(**overrides), names=names())

    return sample_of(create)


def test_a_parameter_costs_nothing() -> None:
    sample = planned()
    assert sample.one(PARAMETER).get("type") == "SecureString"
    assert sample.all(SECRET) == []


def test_secrets_manager_keeps_the_first_value() -> None:
    sample = planned(store="secrets-manager")
    secret, version = sample.one(SECRET), sample.one(VERSION)
    assert (secret.get("name"), secret.get("recoveryWindowInDays")) == ("shop/prod/edge/origin-header", 7)
    assert version.get("secretString") is UNKNOWN
    assert "secretString" in sample.planned(version).ignore_changes
    assert sample.all(PARAMETER) == sample.all(ROTATION) == []


def test_it_rotates_where_a_function_does_it() -> None:
    sample = planned(store="secrets-manager", rotationLambdaArn=ROTATOR, rotationDays=30)
    rotation = sample.one(ROTATION)
    assert rotation.get("rotationRules.automaticallyAfterDays") == 30
    assert rotation.get("rotationLambdaArn") == ROTATOR


def test_a_parameter_cannot_rotate() -> None:
    with pytest.raises(ValueError, match="only Secrets Manager rotates"):
        settings(rotationLambdaArn=ROTATOR)
