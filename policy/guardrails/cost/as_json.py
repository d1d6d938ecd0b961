"""The ``cost`` object of the preview's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guardrails.cost.model import Estimate, Line, Unpriced, cents
from guardrails.cost.verdict import Verdict, judge
from guardrails.stack_config import Budget


def as_json(estimate: Estimate, budget: Budget | Mapping[str, Any] | Verdict | None) -> dict[str, Any]:
    """An estimate and how it stands against the budget, amounts in USD a month.

    Args:
        estimate: What the stack costs.
        budget: The ``budget`` section of the stack's configuration, or the verdict on it.
    """
    verdict = budget if isinstance(budget, Verdict) else judge(estimate, budget)
    return {
        "currency": estimate.currency,
        "expected": float(cents(estimate.expected)),
        "maximum": float(cents(estimate.maximum)),
        "budget": None if verdict.limit is None else float(verdict.limit),
        "verdict": verdict.status,
        "message": verdict.message,
        "total": estimate.total,
        "lines": [_line_json(line) for line in estimate.lines],
        "unknown": [
            {
                "urn": item.urn,
                "reason": item.reason,
                "name": item.name,
                "atLeast": None if item.at_least is None else float(item.at_least),
                "key": item.key,
            }
            for item in estimate.unknown
        ],
        "free": [_unpriced_json(item) for item in estimate.free],
        "byParent": [_unpriced_json(item) for item in estimate.by_parent],
        "unsupported": [_unpriced_json(item) for item in estimate.unsupported],
        "errors": list(estimate.errors),
        "notCounted": list(estimate.not_counted),
        "counts": estimate.counts,
        "levers": [{"change": lever.change, "saving": float(cents(lever.saving))} for lever in verdict.levers],
        "freeAllowances": {
            "total": float(cents(estimate.saved_by_allowances)),
            "items": [{"name": item.name, "saving": float(cents(item.saving))} for item in estimate.allowances],
        },
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "urn": line.urn,
        "name": line.name,
        "resource": line.resource,
        "service": line.service,
        "kind": line.kind,
        "priceId": line.price_id,
        "quantity": float(line.quantity),
        "unit": line.unit,
        "price": float(line.price),
        "expected": float(line.expected),
        "maximum": float(line.maximum),
        "unconfirmed": line.unconfirmed,
    }


def _unpriced_json(item: Unpriced) -> dict[str, Any]:
    return {"urn": item.urn, "type": item.type, "reason": item.reason}
