"""Policy documents: parsed in every shape that AWS takes, refused in every other, judged as AWS judges."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.documents import MalformedDocumentError, parse


def statement(**fields: Any) -> Any:
    """The one statement of a document with these fields."""
    entry = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **fields}
    (found,) = parse(json.dumps({"Statement": entry}))
    return found


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", '"x"', "{}", '{"Statement": 1}', '{"Statement": [1]}', '{"Statement": [{"Effect": "Maybe"}]}',
     '{"Statement": [{"Effect": "Allow"}]}', '{"Statement": [{"Effect": "Allow", "Action": {}}]}',
     '{"Statement": [{"Effect": "Allow", "Action": "x", "Principal": 1}]}',
     '{"Statement": [{"Effect": "Allow", "Action": "x", "Condition": {"Bool": 1}}]}'],
)  # fmt: skip
def test_what_is_no_document(text: str) -> None:
    with pytest.raises(MalformedDocumentError):
        parse(text)


@pytest.mark.parametrize(
    ("fields", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}}, True),
        ({"NotPrincipal": {"AWS": "arn:aws:iam::1:root"}}, True),
        ({"Principal": {"Service": "s3.amazonaws.com"}}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, False),
        ({"Principal": "*", "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}}, False),
        ({"Principal": "*", "Condition": {"StringLike": {"aws:SourceAccount": "*"}}}, True),
        ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}, True),
        ({"Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "1"}}}, True),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, True),
    ],
)
def test_who_is_everybody(fields: dict[str, Any], public: bool) -> None:
    assert statement(**fields).public is public


def test_wildcards_and_case() -> None:
    assert statement(Action="S3:Get*").allows("s3:GetObject")
    assert statement(Action=["s3:*"]).allows("s3:PutObject")
    assert not statement(Action="s3:Get*").allows("s3:PutObject")
    assert statement(Action=None, NotAction="iam:*").allows("s3:PutObject")
    assert not statement(Action=None, NotAction="s3:*").allows("s3:PutObject")
