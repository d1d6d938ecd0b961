"""A token for the smoke test, made with the stack's own key and good for five minutes. It is never printed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any, Final

from tierwise.operations.operation import Operation
from tierwise.operations.smoke.expectations import Token

#: A token from elsewhere, such as of a test user of the identity provider.
VARIABLE: Final = "SMOKE_TOKEN"
_LIFETIME: Final = 300


def token_for(operation: Operation, settings: Token) -> str | None:
    """A token, or None where there is no way to one.

    Args:
        operation: The command.
        settings: Where a token comes from.

    Raises:
        OperationError: The secret cannot be read.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if settings.secret is None:
        return None
    key = read_secret(operation, settings.secret, settings.entry)
    claims = {"sub": "smoke", "exp": int(operation.console.clock.now()) + _LIFETIME, **settings.claims}
    return sign(claims, key)


def read_secret(operation: Operation, name: str, entry: str | None = None) -> str:
    """The value of one of the stack's secrets, from the store that the settings name."""
    stack = operation.stack
    secret = stack.settings.secrets.get(name)
    if secret is not None and secret.store == "parameter-store":
        path = f"/{stack.system}/{stage_path(stack.stage, name)}"
        return str(operation.aws.read("ssm", "GetParameter", Name=path, WithDecryption=True)["Parameter"]["Value"])
    found = operation.aws.read(
        "secretsmanager",
        "GetSecretValue",
        SecretId=f"{stack.system}/{stage_path(stack.stage, name)}",
        VersionStage="AWSCURRENT",
    )
    text = str(found["SecretString"])
    return str(json.loads(text)[entry]) if entry is not None else text


def stage_path(stage: str, name: str) -> str:
    """``prod/jwt``."""
    return f"{stage}/{name}"


def sign(claims: dict[str, Any], key: str) -> str:
    """A JSON Web Token by HS256. https://www.rfc-editor.org/rfc/rfc7519"""
    head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode())
    body = _encoded(json.dumps(claims, separators=(",", ":")).encode())
    signature = hmac.new(key.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
