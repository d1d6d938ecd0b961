"""Entries of the preview's JSON, written short."""

from __future__ import annotations

from typing import Any

from tierwise.preview.values import UNKNOWN_SENTINEL

ROOT = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"
BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "aws:rds/instance:Instance"
QUEUE = "aws:sqs/queue:Queue"
PROVIDER = "urn:pulumi:prod::shop::pulumi:providers:aws::aws"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:prod::shop::{token}::{name}"


def state(token: str, name: str, inputs: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A resource's state below the root."""
    return {
        "urn": urn(token, name),
        "custom": True,
        "type": token,
        "inputs": inputs or {},
        "parent": ROOT,
        "provider": f"{PROVIDER}::{UNKNOWN_SENTINEL}",
        **members,
    }


def entry(
    *states: dict[str, Any], costs: dict[str, float | None] | None = None, outputs: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An entry with the root, some resources, and a monthly cost by URN (None for one that is unknown)."""
    root = {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": outputs or {}}
    amounts = costs or {}
    lines = [line(resource, amount) for resource, amount in amounts.items() if amount is not None]
    return {
        "preview": {"config": {}, "steps": [{"op": "create", "urn": s["urn"], "newState": s} for s in (root, *states)]},
        "checks": [],
        "policies": [],
        "cost": {
            "currency": "USD",
            "expected": sum(item["expected"] for item in lines),
            "maximum": sum(item["expected"] for item in lines),
            "budget": 100.0,
            "verdict": "pass",
            "message": "fits",
            "total": "",
            "lines": lines,
            "unknown": [
                {"urn": resource, "reason": "no usage", "name": "requests"}
                for resource, amount in amounts.items()
                if amount is None
            ],
            "unsupported": [],
            "levers": [],
            "notCounted": [],
            "counts": {"priced": len(lines), "free": 0, "byParent": 0, "unsupported": 0},
            "freeAllowances": {"total": 0.0, "items": []},
        },
        "ok": True,
        "duration_s": 1.0,
    }


def line(resource: str, amount: float) -> dict[str, Any]:
    """A priced line."""
    return {
        "urn": resource,
        "name": "hours",
        "resource": resource.rpartition("::")[2],
        "service": "Things",
        "quantity": 730.0,
        "unit": "hour",
        "price": 0.1,
        "expected": amount,
        "maximum": amount,
    }
