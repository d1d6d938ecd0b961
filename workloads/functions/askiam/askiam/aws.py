"""Clients of AWS, made on first use, that give up while somebody still waits for an answer."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def client(service: str, region: str | None = None) -> Any:
    """boto3's client of a service, once for each instance.

    Args:
        service: Such as ``ssm``.
        region: Another region than the function's.
    """
    import boto3
    from botocore.config import Config

    # Functions call functions that take up to 45 s; everything else answers within seconds.
    waits = 60 if service == "lambda" else 10
    config = Config(connect_timeout=3, read_timeout=waits, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client(service, region_name=region, config=config)
