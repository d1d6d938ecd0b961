"""PratikoAI's program with a fake AWS, keys of its own and nothing kept from another test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import pratikoai as _  # noqa: F401 - makes the program importable

BUCKET, TABLE = "docs-local", "pratiko-mcp-test"
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "STAGE": "test",
    "VERSION": "4f1c2a9e6b7d",
    "TABLE_MAIN": TABLE,
    "BUCKET_DOCUMENTS": BUCKET,
    "JWT_ALGORITHMS": "RS256",
    "ACCESS_TOKEN_TTL_SECONDS": "900",
    "EVENT_SOURCE": "pratikoai-mcp",
    "CORS_ORIGINS": "https://mcp.pratikoai.example",
}


@pytest.fixture(scope="session")
def pair() -> tuple[str, str]:
    """A signing key: the secret's content, and the public key set."""
    from pratikoai.keys import make_pair

    return make_pair("one")


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str]) -> Iterator[None]:
    """The environment of a function, and fresh caches."""
    for name in [*os.environ]:
        if name.startswith(("DATABASE_", "REDIS_", "JWT", "AWS_")):
            monkeypatch.delenv(name)
    for name, value in {**VARIABLES, "JWT": pair[0], "JWT_PUBLIC_KEYS": pair[1]}.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    from pratikoai import cache, clients, settings, tokens
    from pratikoai.store import store

    for part in (cache, clients, settings, tokens):
        part.forget()
    store.cache_clear()


@pytest.fixture
def aws(program: None) -> Iterator[Any]:
    """The table and the bucket in a fake AWS."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


@pytest.fixture(scope="session")
def kept_password() -> str:
    """The user's password as it is kept; slow to make on purpose."""
    from pratikoai import signin

    return signin.hashed("correct horse")


@pytest.fixture
def data(aws: Any, kept_password: str) -> Any:
    """The store, with a user."""
    from pratikoai import signin
    from pratikoai.store import store

    made = store()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signin, "hashed", {"correct horse": kept_password}.__getitem__)
        signin.register(made, "ada", "correct horse", {"name": "Ada", "plan": "pro"})
    return made
