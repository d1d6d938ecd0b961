"""AWS clients, made once in the life of a process: a function's later calls find them and their connections warm."""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.config import Config

from pratikoai import settings

_RETRIES = {"mode": "standard", "max_attempts": 3}


@functools.cache
def ssm() -> Any:
    """Systems Manager, for parameters."""
    return boto3.client("ssm", config=Config(retries=_RETRIES))


@functools.cache
def secrets() -> Any:
    """Secrets Manager."""
    return boto3.client("secretsmanager", config=Config(retries=_RETRIES))


@functools.cache
def table() -> Any:
    """The one table."""
    return boto3.resource("dynamodb", config=Config(retries=_RETRIES)).Table(settings.text("TABLE_MAIN"))


@functools.cache
def s3() -> Any:
    """S3, for reading and for uploads in parts."""
    return boto3.client("s3", config=Config(retries=_RETRIES, signature_version="s3v4"))


@functools.cache
def uploads() -> Any:
    """S3 as browsers reach it: through the nearest edge location where the bucket accelerates."""
    accelerate = settings.text("UPLOAD_ACCELERATION", "false") == "true"
    options: dict[str, Any] = {"use_accelerate_endpoint": True} if accelerate else {"addressing_style": "virtual"}
    return boto3.client("s3", config=Config(retries=_RETRIES, signature_version="s3v4", s3=options))


@functools.cache
def events() -> Any:
    """The account's event bus."""
    return boto3.client("events", config=Config(retries=_RETRIES))


_MADE = (ssm, secrets, table, s3, uploads, events)


def forget() -> None:
    """Make all clients anew."""
    for made in _MADE:
        made.cache_clear()
