"""Credentials are recognised by shape, name and randomness, and names of things are not."""

from __future__ import annotations

import base64

import pytest

from guardrails.checks import show
from guardrails.secrets import looks_secret, named_secret, script_secret, token_shape

RANDOM = "q7Zt9XwB2mK4vR8sL1nP6yD3cF5hJ0aG"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key id"),
        ("ghp_" + RANDOM + "abcd", "a GitHub token"),
        ("xoxb-" + "123456789012-abcdefghij", "a Slack token"),
        ("sk_live_" + RANDOM, "a Stripe key"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("postgres://app:hunter22@db.internal/app", "a URL with a password"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "a signed token (JWT)"),
    ],
)
def test_token_shapes(text: str, kind: str) -> None:
    assert token_shape(text) == kind
    assert token_shape(f"prefix {text} suffix") == kind


@pytest.mark.parametrize(
    ("name", "value"),
    [("DB_PASSWORD", "correct-horse"), ("API_KEY", "x"), ("jwt.secret", "abc"), ("ANYTHING", RANDOM)],
)
def test_named_secrets(name: str, value: str) -> None:
    reason = named_secret(name, value)
    assert reason
    assert value not in reason or len(value) < 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf"),
        ("SECRET_NAME", "shop/prod/db"),
        ("DB_SECRET", "arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf"),
        ("TOKEN_TTL", "3600"),
        ("ACCESS_TOKEN_TTL_SECONDS", "900"),
        ("LOG_LEVEL", "INFO"),
        ("BUCKET", "shop-prod-uploads-us-east-1-123456789012"),
        ("URL", "https://example.com/path"),
        ("REDIS_URL", "rediss://master.shop-prod.abc123.use1.cache.amazonaws.com:6379"),
        ("IMAGE", "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256"),
        ("KEYBOARD", "qwerty"),
        ("USE_SECRETS", "true"),
        ("API_KEY", ""),
    ],
)
def test_what_is_no_secret(name: str, value: str) -> None:
    assert named_secret(name, value) is None


def test_scripts_plain_and_encoded() -> None:
    script = "#!/bin/bash\nexport DB_PASSWORD=correct-horse\n"
    for text in (script, base64.b64encode(script.encode()).decode()):
        assert script_secret(text) == 'assigns a literal to "DB_PASSWORD"'
    assert script_secret("export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id x)\n") is None


def test_messages_show_plain_words_only() -> None:
    assert show("TLSv1.2_2021") == "TLSv1.2_2021"
    assert show(True) == "true"
    for value in (RANDOM, "ghp_" + RANDOM + "abcd", {"a": 1}, "line\nline"):
        assert show(value) == "another value"
    assert looks_secret(RANDOM)
    assert not looks_secret("shop-prod-uploads-us-east-1")
