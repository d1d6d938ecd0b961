"""Functions in the sandbox: drawn, looked up, or refused."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest

from tierwise.preview.invokes import CallError
from tierwise.preview.values import Secret
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.functions import invoke

PASSWORD = "aws:secretsmanager/getRandomPassword:getRandomPassword"  # noqa: S105 - a function's token


def call(cloud: Cloud, token: str, **args: Any) -> dict[str, Any]:
    return invoke(token, args, cloud=cloud, region="us-east-1", account="123456789012")


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.db")


def test_a_password_is_secret_and_made_of_what_is_left(cloud: Cloud) -> None:
    drawn = call(cloud, PASSWORD, passwordLength=200, excludePunctuation=True, excludeUppercase=True)["randomPassword"]
    assert isinstance(drawn, Secret)
    assert len(drawn.value) == 200
    assert set(drawn.value) <= {*string.ascii_lowercase, *string.digits}
    digits = call(cloud, PASSWORD, excludePunctuation=True, excludeCharacters=string.ascii_letters)["randomPassword"]
    assert len(digits.value) == 32
    assert digits.value.isdecimal()


@pytest.mark.parametrize(
    ("args", "at"),
    [
        ({"passwordLength": 10**15}, "passwordLength"),
        ({"passwordLength": -1}, "passwordLength"),
        ({"passwordLength": "long"}, "passwordLength"),
        ({"excludeCharacters": string.printable}, "excludeCharacters"),
    ],
    ids=str,
)
def test_a_password_that_cannot_be_drawn(cloud: Cloud, args: dict[str, Any], at: str) -> None:
    with pytest.raises(CallError) as raised:
        call(cloud, PASSWORD, **args)
    assert raised.value.property == at


def test_filters_are_not_passed_over(cloud: Cloud) -> None:
    with pytest.raises(CallError, match="by their properties and tags only"):
        call(cloud, "aws:ec2/getVpc:getVpc", filters=[{"name": "cidr", "values": ["10.0.0.0/16"]}])
