"""The routes: what each path answers, on Lambda and on a port alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pratikoai import documents, logs, mcp, settings, signin, tokens
from pratikoai.http import UNAUTHORIZED, HttpError, Request, Response
from pratikoai.store import Store, store

#: Attributes of a profile that stay inside.
_INTERNAL = {"pk", "sk", "gsi1pk", "gsi1sk", "ttl"}
_DAY = 86_400


def handle(request: Request, data: Callable[[], Store] = store) -> Response:
    """Answer a request. Errors become answers; what nobody foresaw is logged and told as 500 without detail."""
    try:
        route = _ROUTES.get((request.method, request.path))
        if route is None:
            known = any(path == request.path for _, path in _ROUTES)
            raise HttpError(405 if known else 404, "Method not allowed" if known else "Not found")
        return route(request, data)
    except HttpError as error:
        return Response(status=error.status, body={"message": error.message})
    except Exception as error:
        logs.line("request_failed", level="ERROR", path=request.path, error=type(error).__name__)
        return Response(status=500, body={"message": "Internal error"})


def identified(request: Request) -> dict[str, Any]:
    """The claims of the caller: checked by the gateway, or here where none stands in front.

    Raises:
        HttpError: 401.
    """
    try:
        if request.claims is None:
            return tokens.check(tokens.bearer(request.headers.get("authorization")), tokens.ACCESS)
        # A gateway keeps its answer for a while; the token may have expired since.
        if not request.claims.get("sub") or float(request.claims.get("exp", 0)) <= time.time():
            raise tokens.TokenError("expired")
    except tokens.TokenError as error:
        logs.denied(str(error))
        raise HttpError(401, UNAUTHORIZED) from None
    return dict(request.claims)


def _health(_: Request, __: Callable[[], Store]) -> Response:
    # It asks nothing of others: a slow database must not make the load balancer replace servers.
    body = {"status": "ok", "system": "pratikoai-mcp", "stage": settings.stage(), "version": settings.version()}
    return Response(body=body)


def _mcp(request: Request, _: Callable[[], Store]) -> Response:
    identified(request)
    answer = mcp.answer(request.body)
    return Response(status=202) if answer is None else Response(body=answer)


def _me(request: Request, data: Callable[[], Store]) -> Response:
    claims = identified(request)
    profile = data().get(f"USER#{claims['sub']}", "PROFILE")
    if profile is None:
        raise HttpError(404, "No profile")
    _note_active(data(), str(claims["sub"]))
    return Response(body={key: value for key, value in profile.items() if key not in _INTERNAL})


def _documents(request: Request, data: Callable[[], Store]) -> Response:
    claims = identified(request)
    return Response(status=201, body=documents.begin(data(), str(claims["sub"]), request.json()))


def _token(request: Request, data: Callable[[], Store]) -> Response:
    claims = request.claims
    if claims is None:
        user = signin.sign_in(data(), request.headers.get("authorization"))
    elif "use" in claims:
        # A token is no password.
        raise HttpError(401, UNAUTHORIZED)
    else:
        # On Lambda the gateway has asked for the password already.
        user = str(claims["sub"])
    return Response(body=signin.start(data(), user))


def _refresh(request: Request, data: Callable[[], Store]) -> Response:
    claims = request.claims
    if claims is None:
        try:
            claims = tokens.check(tokens.bearer(request.headers.get("authorization")), tokens.REFRESH)
        except tokens.TokenError as error:
            logs.denied(str(error))
            raise HttpError(401, UNAUTHORIZED) from None
    elif claims.get("use") != tokens.REFRESH:
        raise HttpError(401, UNAUTHORIZED)
    return Response(body=signin.rotate(data(), claims))


def _note_active(data: Store, user: str) -> None:
    """Count each user once a day."""
    now = int(time.time())
    if data.count(f"USER#{user}", f"ACTIVE#{now // _DAY}", "seen", expires=now + 2 * _DAY) == 1:
        logs.metric("DailyActiveUsers", 1)


_ROUTES: dict[tuple[str, str], Callable[[Request, Callable[[], Store]], Response]] = {
    ("GET", "/health"): _health,
    ("POST", "/mcp"): _mcp,
    ("GET", "/v1/users/me"): _me,
    ("POST", "/v1/documents"): _documents,
    ("POST", "/v1/auth/token"): _token,
    ("POST", "/v1/auth/refresh"): _refresh,
}
