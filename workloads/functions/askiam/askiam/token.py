"""An authorizer for the web UI: a token signed with the stack's secret (HS256) names who may call."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from functools import cache
from typing import Any

from askiam.aws import client


def subject(token: str, key: bytes, now: float) -> str | None:
    """Who a token was given to, or None where it is forged, of another kind or too old.

    Args:
        token: What follows ``Bearer``.
        key: The key that signs.
        now: What time it is, in seconds.
    """
    try:
        head, claims, signature = token.split(".")
        wanted = hmac.new(key, f"{head}.{claims}".encode(), hashlib.sha256).digest()
        said = json.loads(_decoded(claims))
        genuine = json.loads(_decoded(head)).get("alg") == "HS256" and hmac.compare_digest(wanted, _decoded(signature))
        return str(said["sub"]) if genuine and float(said["exp"]) > now else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry, called by API Gateway with one header; an unknown caller is answered with 401.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """
    kind, _, token = event.get("authorizationToken", "").partition(" ")
    who = subject(token.strip(), _key(), time.time()) if kind.lower() == "bearer" else None
    if who is None:
        # API Gateway turns exactly this message into 401.
        raise PermissionError("Unauthorized")
    api = event["methodArn"].split("/")[0]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/*"}
    return {"principalId": who, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@cache
def _key() -> bytes:
    return client("secretsmanager").get_secret_value(SecretId=os.environ["JWT_NAME"])["SecretString"].encode()
