"""StatusChecker: what became of a request, and whether the system answers at all."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from askiam.answers import answer
from askiam.database import Database
from askiam.database import from_environment as database_from_environment

_SQL = "SELECT id, status, reason, timestamp FROM audit_log WHERE id = :id"


def look_up(request_id: str, database: Database) -> dict[str, Any]:
    """200 with the stored decision, or 404.

    Args:
        request_id: The request.
        database: Where the audit log is.
    """
    rows = database.run(_SQL, id=request_id)
    if not rows:
        return answer(404, {"error": {"code": "NOT_FOUND", "message": f"no decision on {request_id} yet"}})
    row = rows[0]
    return answer(
        200,
        {
            "request_id": row["id"],
            "status": row["status"],
            "reason": row["reason"],
            "timestamp": row["timestamp"],
        },
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry: ``GET /status/{request_id}``, and ``GET /status`` as a check of health."""
    request_id = (event.get("pathParameters") or {}).get("request_id")
    if request_id:
        return look_up(request_id, _database())
    version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "unknown")
    health = {"status": "ok", "system": os.environ["SYSTEM"], "stage": os.environ["STAGE"], "version": version}
    return answer(200, health)


@cache
def _database() -> Database:
    return database_from_environment(os.environ)
