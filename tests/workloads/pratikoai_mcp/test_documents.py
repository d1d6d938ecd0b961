"""What becomes of an upload."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from tests.support.pratikoai import handlers
from tests.workloads.pratikoai_mcp.conftest import BUCKET

WISH = {"filename": "my report.txt", "contentType": "text/plain", "size": 5}


def report(key: str) -> dict[str, Any]:
    return {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": {"key": quote_plus(key, safe="/")}}}]}


def announced(data: Any) -> tuple[str, str]:
    from pratikoai import documents

    document = documents.begin(data, "ada", WISH)["documentId"]
    return document, data.get("USER#ada", f"DOCUMENT#{document}")["key"]


def test_an_upload_is_read_and_noted_and_twice_is_once(data: Any, aws: Any) -> None:
    document, key = announced(data)
    aws.put_object(Bucket=BUCKET, Key=key, Body=b"hello")
    for _ in range(2):
        assert handlers().documents(report(key), None) == {"processed": [document]}
    item = data.get("USER#ada", f"DOCUMENT#{document}")
    assert (item["status"], item["gsi1pk"], item["size"]) == ("processed", "STATUS#processed", 5)
    assert item["sha256"] == hashlib.sha256(b"hello").hexdigest()


def test_what_nobody_announced_is_left_alone(data: Any, aws: Any, capsys: pytest.CaptureFixture[str]) -> None:
    aws.put_object(Bucket=BUCKET, Key="uploads/ada/x/a.txt", Body=b"hello")
    for key in ("uploads/ada/x/a.txt", "uploads/a.txt", "elsewhere/ada/x/a.txt"):
        assert handlers().documents(report(key), None) == {"processed": []}
    assert capsys.readouterr().out.count("upload_ignored") == 3


def test_a_failure_is_noted_told_as_an_event_and_tried_again(
    data: Any, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pratikoai import clients

    told: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, *, Entries: list[dict[str, Any]]) -> None:  # noqa: N803 - AWS's own names
            told.extend(Entries)

    monkeypatch.setattr(clients, "events", Bus)
    document, key = announced(data)
    with pytest.raises(Exception, match="NoSuchKey"):
        handlers().documents(report(key), None)
    assert data.get("USER#ada", f"DOCUMENT#{document}")["status"] == "failed"
    (event,) = told
    assert (event["Source"], event["DetailType"]) == ("pratikoai-mcp", "DocumentFailed")
    assert json.loads(event["Detail"])["documentId"] == document
