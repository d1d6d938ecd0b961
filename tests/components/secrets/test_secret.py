"""Secrets: where they are kept, who makes the value, and what a service receives."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from components.grant import Grant
from guardrails.resource import ABSENT, UNKNOWN
from tests.support import data
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names
from tierwise.preview.values import Secret as SecretValue

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
PARAMETER = "aws:ssm/parameter:Parameter"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def _create(**overrides: Any) -> Grant:
    from components.secrets.secret import Secret

    arguments: dict[str, Any] = {"secret_name": "jwt-secret", "settings": data.secret(**overrides), "names": names()}
    return Secret("secret-jwt-secret", **arguments).grant("search")


@functools.cache
def _planned(described: str) -> tuple[Sample, Grant]:
    made: dict[str, Grant] = {}
    sample = sample_of(lambda: made.update(grant=_create(**json.loads(described))))
    return sample, made["grant"]


def planned(**overrides: Any) -> Sample:
    """The plan of a secret, made once."""
    return _planned(json.dumps(overrides))[0]


@pytest.mark.requirement("PIKA-71")
def test_a_secret_has_its_name_and_days_to_be_restored() -> None:
    secret = planned(generate=True).one(SECRET)
    assert secret.get("name") == "shop/prod/jwt-secret"
    assert secret.get("recoveryWindowInDays") == 30
    assert secret.get("description") == "For the test"


def test_a_made_up_value_never_lands_in_the_state() -> None:
    sample = planned(generate=True)
    version = sample.one(VERSION)
    assert version.get("secretStringWo") is UNKNOWN
    assert version.get("secretString") is ABSENT
    assert list(sample.planned(version).ignore_changes) == ["secretStringWo"]


def test_a_configured_value_is_a_secret_and_follows_the_configuration() -> None:
    sample = planned(value="s3cret")
    version = sample.one(VERSION)
    assert sample.planned(version).inputs["secretString"] == SecretValue("s3cret")
    assert not sample.planned(version).ignore_changes
    assert "s3cret" not in json.dumps([dict(r.props) for r in sample.all(SECRET)], default=str)


def test_an_operators_secret_starts_without_a_value() -> None:
    assert planned().all(VERSION) == []


def test_an_operators_parameter_keeps_what_the_operator_wrote() -> None:
    sample = planned(store="parameter-store")
    parameter = sample.one(PARAMETER)
    assert parameter.get("name") == "/shop/prod/jwt-secret"
    assert parameter.get("type") == "SecureString"
    assert parameter.get("keyId") == "alias/aws/ssm"
    assert set(sample.planned(parameter).ignore_changes) == {"valueWo", "description", "keyId"}
    assert sample.all(SECRET) == []


def test_a_service_may_read_its_secret_alone() -> None:
    grant = _planned(json.dumps({"generate": True}))[1]
    (statement,) = grant.secret_statements
    assert list(statement.actions) == ["secretsmanager:GetSecretValue"]
    assert list(statement.resources) == [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod/jwt-secret-??????"
    ]
    assert grant.statements == ()


def test_a_service_reads_a_parameter_by_its_name() -> None:
    grant = _planned(json.dumps({"store": "parameter-store"}))[1]
    assert grant.secrets == {"JWT_SECRET": "/shop/prod/jwt-secret"}
    (statement,) = grant.secret_statements
    assert list(statement.actions) == ["ssm:GetParameters"]
    assert list(statement.resources) == ["arn:aws:ssm:us-east-1:123456789012:parameter/shop/prod/jwt-secret"]


def test_the_variable_is_the_name_in_capitals_unless_told() -> None:
    assert list(_planned(json.dumps({"generate": True}))[1].secrets) == ["JWT_SECRET"]
    assert list(_planned(json.dumps({"generate": True, "variable": "TOKEN_KEY"}))[1].secrets) == ["TOKEN_KEY"]


@pytest.mark.requirement("PIKA-73")
def test_rotation_is_one_switch() -> None:
    sample = planned(generate=True, rotationLambdaArn=LAMBDA, rotationDays=14)
    rotation = sample.one(ROTATION)
    assert rotation.get("rotationLambdaArn") == LAMBDA
    assert rotation.get("rotationRules.automaticallyAfterDays") == 14
    assert sample.one(VERSION).urn in rotation.dependencies
    assert planned(generate=True).all(ROTATION) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"store": "parameter-store", "rotationLambdaArn": LAMBDA}, "rotationLambdaArn needs store: secrets-manager"),
        ({"generate": True, "value": "x"}, "generate and value are both set"),
    ],
)
def test_what_cannot_be_is_refused_with_the_key_at_fault(settings: dict[str, Any], message: str) -> None:
    result = plan_of(lambda: _create(**settings))
    assert result.error is not None
    assert f"secrets.jwt-secret: {message}" in result.error.message
