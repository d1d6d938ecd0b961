"""AuditLogger: one row for each decision, however often its event arrives, and a copy in the archive."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from askiam.aws import client
from askiam.database import Database
from askiam.database import from_environment as database_from_environment
from askiam.logs import annotate, log, metric
from askiam.parameters import parameter

_INSERT = """
INSERT INTO audit_log (id, user_id, action, resource, status, timestamp, ip_address, reason)
VALUES (:id, :user_id, 'access-request', :resource, :status, :decided, :ip_address, :reason)
ON CONFLICT (id) DO NOTHING
"""


def record(detail: Mapping[str, Any], database: Database) -> None:
    """Write one decision.

    Args:
        detail: ``{request_id, user_id, validation_result, context}`` and what was decided.
        database: Where the audit log is.
    """
    database.run(
        _INSERT,
        id=detail["request_id"],
        user_id=detail["user_id"],
        resource=str(detail.get("resource", "")),
        status=detail["validation_result"],
        decided=datetime.fromisoformat(detail["timestamp"].replace("Z", "+00:00")),
        ip_address=str((detail.get("context") or {}).get("ip_address") or ""),
        reason=str(detail.get("reason", "")),
    )


def archive(detail: Mapping[str, Any], bucket: str, storage: Any) -> None:
    """Keep the whole event, by day and request.

    Args:
        detail: The event's detail.
        bucket: The archive.
        storage: boto3's ``s3``.
    """
    day = datetime.fromisoformat(detail["timestamp"].replace("Z", "+00:00")).astimezone(UTC).strftime("%Y/%m/%d")
    storage.put_object(
        Bucket=bucket,
        Key=f"events/{day}/{detail['request_id']}.json",
        Body=json.dumps(dict(detail), default=str).encode(),
        ContentType="application/json",
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Lambda's entry, called by the bus. An error is raised, so that Lambda tries again and then keeps the event."""
    detail: dict[str, Any] = event["detail"]
    request_id = detail["request_id"]
    if parameter("app/audit-enabled") == "true":
        try:
            record(detail, _database())
            archive(detail, _bucket(), client("s3"))
        except Exception as error:
            # The alarm counts lines with this event.
            log("ERROR", "Decision not recorded", request_id=request_id, event="audit_insert_failed", error=str(error))
            metric("ErrorCount", 1, Function="AuditLogger", ErrorType=type(error).__name__)
            raise
    annotate(request_id=request_id, user_id=detail["user_id"], validation_status=detail["validation_result"])
    log("INFO", "Decision recorded", request_id=request_id, user_id=detail["user_id"], context=detail.get("context"))
    return {"status": "recorded"}


@cache
def _database() -> Database:
    return database_from_environment(os.environ)


@cache
def _bucket() -> str:
    return client("ssm").get_parameter(Name=os.environ["BUCKET_AUDIT_NAME"])["Parameter"]["Value"]
