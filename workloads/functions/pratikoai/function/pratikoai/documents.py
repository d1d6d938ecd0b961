"""Documents: an address to upload to, and what becomes of an upload."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from pratikoai import clients, logs, settings
from pratikoai.http import HttpError
from pratikoai.store import Store

#: Seconds that an upload may start within.
EXPIRES_SECONDS = 900
#: Size from which a document is uploaded in parts, the size of a part, and the most that S3 takes in 10 000 of them.
MULTIPART_BYTES = 100 * 1024 * 1024
PART_BYTES = 16 * 1024 * 1024
MAX_BYTES = 10_000 * PART_BYTES
#: Folder of the bucket that uploads arrive in.
PREFIX = "uploads"
#: Seconds after which an upload that never came is forgotten.
FORGET_SECONDS = 7 * 86_400

_CONTENT_TYPE = re.compile(r"^[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}$")


def begin(store: Store, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Remember a document and say where to upload it.

    Args:
        store: Where it is remembered.
        user: Whose it is.
        wish: ``filename``, ``contentType``, ``size`` in bytes, and optional ``metadata``.

    Raises:
        HttpError: 400 for a wish that makes no sense, 413 for too much metadata.
    """
    filename, content_type, size = _checked(wish)
    document_id = uuid.uuid4().hex
    key = f"{PREFIX}/{user}/{document_id}/{filename}"
    now = int(time.time())
    store.put(
        {
            "pk": f"USER#{user}",
            "sk": f"DOCUMENT#{document_id}",
            "gsi1pk": "STATUS#uploading",
            "gsi1sk": f"{now:012d}#{document_id}",
            "key": key,
            "contentType": content_type,
            "size": size,
            "metadata": wish.get("metadata", {}),
            "status": "uploading",
            "ttl": now + FORGET_SECONDS,
        }
    )
    return {"documentId": document_id, "expiresIn": EXPIRES_SECONDS, **_address(key, content_type, size)}


def process(store: Store, record: Mapping[str, Any]) -> str | None:
    """Read an upload that S3 reports and note what it is. Twice the same report changes nothing more.

    Args:
        store: Where the document is remembered.
        record: One record of S3's event.

    Returns:
        The document's id; None for an object that nobody announced.
    """
    # S3 writes keys of events as forms do.
    key = unquote_plus(record["s3"]["object"]["key"])
    parts = key.split("/", 3)
    if len(parts) != 4 or parts[0] != PREFIX:
        logs.line("upload_ignored", level="WARN")
        return None
    _, user, document_id, _ = parts
    pk, sk = f"USER#{user}", f"DOCUMENT#{document_id}"
    if store.get(pk, sk) is None:
        logs.line("upload_ignored", level="WARN", document=document_id)
        return None
    try:
        answer = clients.s3().get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)
        digest, size = hashlib.sha256(), 0
        for chunk in answer["Body"].iter_chunks(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    except Exception as error:
        store.change(pk, sk, {"status": "failed", "gsi1pk": "STATUS#failed"})
        tell("DocumentFailed", {"documentId": document_id, "reason": type(error).__name__})
        raise
    found = {"status": "processed", "gsi1pk": "STATUS#processed", "sha256": digest.hexdigest(), "size": size}
    # A document that came stays: its expiry was for those that never do.
    store.change(pk, sk, {**found, "ttl": 1 << 40})
    logs.line("document_processed", document=document_id, bytes=size)
    return document_id


def tell(kind: str, detail: Mapping[str, Any]) -> None:
    """Put an event on the bus; rules decide who hears of it. Nothing where no bus is configured."""
    source = settings.text("EVENT_SOURCE", "")
    if source:
        clients.events().put_events(
            Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(dict(detail))}]
        )


def _checked(wish: Mapping[str, Any]) -> tuple[str, str, int]:
    filename, content_type, size = wish.get("filename"), wish.get("contentType"), wish.get("size")
    if not isinstance(filename, str) or not 0 < len(filename) <= 255 or not filename.isprintable():
        raise HttpError(400, "filename: 1 to 255 characters")
    if "/" in filename or filename in (".", ".."):
        raise HttpError(400, "filename: no folders")
    if not isinstance(content_type, str) or not _CONTENT_TYPE.fullmatch(content_type):
        raise HttpError(400, "contentType: such as application/pdf")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= MAX_BYTES:
        raise HttpError(400, f"size: 1 to {MAX_BYTES} bytes")
    if not isinstance(wish.get("metadata", {}), dict):
        raise HttpError(400, "metadata: an object")
    return filename, content_type, size


def _address(key: str, content_type: str, size: int) -> dict[str, Any]:
    bucket = settings.text("BUCKET_DOCUMENTS")
    if size <= MULTIPART_BYTES:
        wanted = {"Bucket": bucket, "Key": key, "ContentType": content_type, "ContentLength": size}
        return {"uploadUrl": _signed("put_object", wanted)}
    begun = clients.s3().create_multipart_upload(Bucket=bucket, Key=key, ContentType=content_type)
    upload = {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"]}
    count = -(-size // PART_BYTES)
    return {
        "uploadUrl": None,
        "multipart": {
            "uploadId": begun["UploadId"],
            "partSize": PART_BYTES,
            "partUrls": [_signed("upload_part", {**upload, "PartNumber": n}) for n in range(1, count + 1)],
            "completeUrl": _signed("complete_multipart_upload", upload),
        },
    }


def _signed(operation: str, parameters: Mapping[str, Any]) -> str:
    return clients.uploads().generate_presigned_url(operation, Params=dict(parameters), ExpiresIn=EXPIRES_SECONDS)
