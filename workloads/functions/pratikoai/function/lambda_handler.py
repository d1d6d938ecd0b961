"""The functions on AWS Lambda: what API Gateway and S3 send, as the program has it."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

# Dependencies are vendored beside the program by the build of the archive.
sys.path.insert(0, str(Path(__file__).with_name("vendor")))

from pratikoai import app, logs, settings, signin
from pratikoai import documents as uploads
from pratikoai import live as channel
from pratikoai import tokens as issued
from pratikoai.http import HttpError, Request
from pratikoai.store import store

Event = dict[str, Any]


def api(event: Event, _context: Any) -> Event:
    """REST API: every route that a checked token, or nobody, may call."""
    return _answered(event)


def tokens(event: Event, _context: Any) -> Event:
    """Sign-in: as an authorizer it checks the password or the refresh token, as a route it hands out tokens."""
    return _sign_in(event) if event.get("type") == "REQUEST" else _answered(event)


def authorizer(event: Event, _context: Any) -> Event:
    """Authorizer of both APIs: a genuine access token, or 401 before any business code runs.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """
    try:
        claims = issued.check(_access_token(event), issued.ACCESS)
    except issued.TokenError as error:
        logs.denied(str(error))
        # These very words make API Gateway answer 401; a policy that denies would make it 403.
        raise Exception("Unauthorized") from None
    # For every route of the stage, because API Gateway keeps the answer for the token, whatever route comes next.
    stage = "/".join(event["methodArn"].split("/")[:2])
    return _policy(claims, f"{stage}/*")


def live(event: Event, _context: Any) -> Event:
    """WebSocket API: connections, messages, and the end of a connection."""
    context = event["requestContext"]
    kind, connection = context["routeKey"], context["connectionId"]
    if kind == "$connect":
        claims = context.get("authorizer") or {}
        if not claims.get("sub"):
            try:
                claims = issued.check(_access_token(event), issued.ACCESS)
            except issued.TokenError as error:
                logs.denied(str(error))
                return {"statusCode": 401, "body": '{"message":"Unauthorized"}'}
        channel.connected(store(), connection, str(claims["sub"]))
        return {"statusCode": 200}
    if kind == "$disconnect":
        channel.disconnected(store(), connection)
        return {"statusCode": 200}
    # The route sends what is returned back to the client.
    return {"statusCode": 200, "body": json.dumps(channel.answer(event.get("body")))}


def documents(event: Event, _context: Any) -> Event:
    """S3: what was uploaded. An error makes Lambda try again, and in the end keeps the event in the queue."""
    done = [uploads.process(store(), record) for record in event.get("Records", [])]
    return {"processed": [document for document in done if document is not None]}


def _answered(event: Event) -> Event:
    authorized = event.get("requestContext", {}).get("authorizer")
    body = event.get("body") or ""
    request = Request(
        method=event["httpMethod"],
        path=event["path"],
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        # Behind the gateway no authorizer means no claims, never a check that was forgotten.
        claims=dict(authorized) if authorized else None,
    )
    response = app.handle(request)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **_cors(request)}
    return {"statusCode": response.status, "headers": headers, "body": response.text()}


def _cors(request: Request) -> dict[str, str]:
    origin = request.headers.get("origin", "")
    allowed = settings.text("CORS_ORIGINS", "").split(",")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin and origin in allowed else {}


def _sign_in(event: Event) -> Event:
    try:
        header = _authorization(event)
        if event["path"].endswith("/auth/refresh"):
            claims = issued.check(issued.bearer(header), issued.REFRESH)
        else:
            claims = {"sub": signin.sign_in(store(), header)}
    except issued.TokenError as error:
        logs.denied(str(error))
        raise Exception("Unauthorized") from None
    except HttpError:
        raise Exception("Unauthorized") from None
    return _policy(claims, event["methodArn"])


def _authorization(event: Event) -> str | None:
    if "authorizationToken" in event:
        return event["authorizationToken"]
    return next(
        (value for name, value in (event.get("headers") or {}).items() if name.lower() == "authorization"), None
    )


def _access_token(event: Event) -> str:
    # Browsers cannot send a header with a WebSocket: they send the token as a query parameter.
    query = event.get("queryStringParameters") or {}
    header = _authorization(event)
    return issued.bearer(header if header else f"Bearer {query.get('token', '')}")


def _policy(claims: Event, resource: str) -> Event:
    # A context holds text, numbers and truth values alone.
    return {
        "principalId": claims["sub"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": resource}],
        },
        "context": {key: value for key, value in claims.items() if isinstance(value, str | int | float)},
    }
