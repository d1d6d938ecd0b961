"""Tokens: the algorithm, the age, the use, and refresh tokens that work once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest

from tests.support.pratikoai import basic, handlers


def signed(pair: tuple[str, str], **claims: Any) -> str:
    """A token with the genuine key and claims that differ from the usual ones."""
    now = int(time.time())
    stored = json.loads(pair[0])
    usual = {
        "iss": "pratikoai-mcp",
        "aud": "test",
        "sub": "ada",
        "iat": now,
        "exp": now + 900,
        "jti": "1",
        "use": "access",
        "family": "f",
    }
    content = {key: value for key, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(content, stored["privateKey"], algorithm="RS256", headers={"kid": stored["kid"]})


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(algorithm: str, key: bytes | None = None) -> str:
    """A token whose header names another algorithm, as an attacker writes it."""
    now = int(time.time())
    claims = {"iss": "pratikoai-mcp", "aud": "test", "sub": "ada", "iat": now, "exp": now + 900, "jti": "1"}
    head = f"{encoded({'alg': algorithm, 'typ': 'JWT', 'kid': 'one'})}.{encoded({**claims, 'use': 'access'})}"
    signature = b"" if key is None else hmac.new(key, head.encode(), hashlib.sha256).digest()
    return f"{head}.{encoded(signature)}"


def public_pem(pair: tuple[str, str]) -> bytes:
    from cryptography.hazmat.primitives import serialization
    from jwt.algorithms import RSAAlgorithm

    key = RSAAlgorithm.from_jwk(json.dumps(json.loads(pair[1])["keys"][0]))
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def refused(token: str, use: str = "access") -> str:
    from pratikoai import tokens

    with pytest.raises(tokens.TokenError) as caught:
        tokens.check(token, use)
    return str(caught.value)


def test_a_genuine_token_is_taken(program: None, pair: tuple[str, str]) -> None:
    from pratikoai import tokens

    assert tokens.check(signed(pair), "access")["sub"] == "ada"
    token, claims = tokens.issue("ada", tokens.ACCESS, family="f")
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    assert claims["exp"] - claims["iat"] == 900


@pytest.mark.requirement("PRATIKO-33")
@pytest.mark.parametrize("algorithm", ["HS256", "none", "RS512", "None"])
def test_a_token_of_another_algorithm_is_refused(program: None, pair: tuple[str, str], algorithm: str) -> None:
    key = public_pem(pair) if algorithm == "HS256" else None
    assert refused(unsigned(algorithm, key)) == f"algorithm {algorithm}"


@pytest.mark.requirement("PRATIKO-33")
@pytest.mark.parametrize("kind", ["HS256", "none"])
def test_the_gateway_answers_401_to_it(aws: Any, pair: tuple[str, str], kind: str) -> None:
    token = unsigned(kind, public_pem(pair) if kind == "HS256" else None)
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": "arn:aws:execute-api:x:1:a/p/GET/m"}
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handlers().authorizer(event, None)


@pytest.mark.requirement("PRATIKO-34")
def test_a_token_older_than_900_seconds_is_refused(program: None, pair: tuple[str, str]) -> None:
    from pratikoai import tokens

    now = int(time.time())
    young = signed(pair, iat=now - 890, exp=now + 10)
    assert tokens.check(young, "access")["sub"] == "ada"
    # Even one that claims to live longer.
    assert refused(signed(pair, iat=now - 901, exp=now + 3600)) == "expired"
    token, _ = tokens.issue("ada", tokens.ACCESS, family="f")
    with pytest.raises(tokens.TokenError, match="expired"):
        tokens.check(token, "access", now=lambda: time.time() + 901)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "prod"}, "InvalidAudienceError"),
        ({"iss": "somebody"}, "InvalidIssuerError"),
        ({"use": "refresh"}, "wrong use"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"iat": 300, "exp": 900}, "from the future"),
    ],
)
def test_a_token_for_something_else_is_refused(
    program: None, pair: tuple[str, str], claims: dict[str, Any], why: str
) -> None:
    # Moments count from the test's own start: it may run long after it was collected.
    moved = {name: int(time.time()) + value if name in ("iat", "exp") else value for name, value in claims.items()}
    assert refused(signed(pair, **moved)) == why


def test_a_token_of_an_unknown_key_is_refused(program: None) -> None:
    from pratikoai.keys import make_pair

    assert refused(signed(make_pair("two"))) == "unknown key"
    assert refused(signed(make_pair("one"))) == "InvalidSignatureError"
    assert refused("nonsense") == "DecodeError"


def test_a_configuration_of_another_algorithm_checks_nothing(
    program: None, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_ALGORITHMS", "RS256,HS256")
    assert refused(signed(pair)).startswith("algorithm")


@pytest.mark.requirement("PRATIKO-34")
def test_a_refresh_token_works_once_and_a_second_use_ends_its_family(data: Any) -> None:
    from pratikoai import signin, tokens
    from pratikoai.http import HttpError

    first = signin.start(data, signin.sign_in(data, basic("ada", "correct horse")))
    claims = tokens.check(first["refreshToken"], tokens.REFRESH)
    second = signin.rotate(data, claims)
    assert second["refreshToken"] != first["refreshToken"]
    assert second["expiresIn"] == 900
    with pytest.raises(HttpError) as caught:
        signin.rotate(data, claims)
    assert caught.value.status == 401
    # A copy is about: the newest token ends too.
    with pytest.raises(HttpError):
        signin.rotate(data, tokens.check(second["refreshToken"], tokens.REFRESH))


def test_an_access_token_refreshes_nothing(data: Any) -> None:
    from pratikoai import signin

    pair = signin.start(data, "ada")
    assert refused(pair["accessToken"], "refresh") == "wrong use"
    assert refused(pair["refreshToken"], "access") == "wrong use"


def test_wrong_passwords_are_refused_and_then_the_right_one_too(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from pratikoai import signin
    from pratikoai.http import HttpError

    for header in (basic("ada", "wrong"), basic("eve", "x"), "Bearer x", None, "Basic !", basic("", "x")):
        with pytest.raises(HttpError) as caught:
            signin.sign_in(data, header)
        assert (caught.value.status, caught.value.message) == (401, "Unauthorized")
    assert signin.sign_in(data, basic("ada", "correct horse")) == "ada"
    for _ in range(signin.MAX_FAILURES):
        with pytest.raises(HttpError):
            signin.sign_in(data, basic("ada", "wrong"))
    with pytest.raises(HttpError):
        signin.sign_in(data, basic("ada", "correct horse"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"auth_denied"} == {line["event"] for line in lines}
    assert "wrong" not in {line["reason"] for line in lines}
    assert "locked" in {line["reason"] for line in lines}


def test_a_key_is_made_stored_and_published(aws: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import boto3
    from pratikoai import keys

    boto3.client("secretsmanager").create_secret(Name="pratiko/test/jwt")
    assert keys.main(["--secret", "pratiko/test/jwt"]) == 0
    output = capsys.readouterr()
    assert "PRIVATE" not in output.out + output.err
    (public,) = json.loads(output.out)["keys"]
    stored = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId="pratiko/test/jwt")["SecretString"])
    assert stored["kid"] == public["kid"]
    assert stored["privateKey"].startswith("-----BEGIN PRIVATE KEY-----")


def test_secrets_and_parameters_are_read_by_name_and_once(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3
    from pratikoai import settings

    boto3.client("ssm").put_parameter(Name="/a/b", Value="docs", Type="String")
    boto3.client("secretsmanager").create_secret(Name="s/jwt", SecretString="hidden")
    monkeypatch.delenv("JWT")
    monkeypatch.setenv("JWT_NAME", "s/jwt")
    monkeypatch.delenv("BUCKET_DOCUMENTS")
    monkeypatch.setenv("BUCKET_DOCUMENTS_NAME", "/a/b")
    assert (settings.text("JWT"), settings.text("BUCKET_DOCUMENTS")) == ("hidden", "docs")
    boto3.client("ssm").put_parameter(Name="/a/b", Value="other", Type="String", Overwrite=True)
    assert settings.text("BUCKET_DOCUMENTS") == "docs"
    monkeypatch.setenv("BUCKET_DOCUMENTS_NAME", "/a/c")
    with pytest.raises(KeyError, match="/a/c"):
        settings.text("BUCKET_DOCUMENTS")
