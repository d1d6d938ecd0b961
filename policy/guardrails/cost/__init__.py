"""What a stack costs a month, before it is deployed: price book, estimator, budget rule."""

from __future__ import annotations

from guardrails.cost.as_json import as_json
from guardrails.cost.book import Price, PriceBook, available_regions, load_book
from guardrails.cost.estimator import estimate, regions_of
from guardrails.cost.levers import Lever
from guardrails.cost.model import Allowance, Estimate, Line, Quantity, ServiceTotal, Unknown, Unpriced, cents, money
from guardrails.cost.reference import usage_keys
from guardrails.cost.usage import keys_of
from guardrails.cost.verdict import Verdict, judge

__all__ = [
    "Allowance",
    "Estimate",
    "Lever",
    "Line",
    "Price",
    "PriceBook",
    "Quantity",
    "ServiceTotal",
    "Unknown",
    "Unpriced",
    "Verdict",
    "as_json",
    "available_regions",
    "cents",
    "estimate",
    "judge",
    "keys_of",
    "load_book",
    "money",
    "regions_of",
    "usage_keys",
]
