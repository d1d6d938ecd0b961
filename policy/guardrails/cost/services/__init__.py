"""One module a service: how each resource type is priced. Importing the package fills the registry."""

from __future__ import annotations

from guardrails.cost.mapping import REGISTRY
from guardrails.cost.services import (
    api,
    cache,
    compute,
    containers,
    databases,
    delivery,
    dynamodb,
    edge,
    functions,
    governance,
    load_balancing,
    messaging,
    network,
    observability,
    search,
    security,
    storage,
    users,
    waf,
)

__all__ = [
    "REGISTRY",
    "api",
    "cache",
    "compute",
    "containers",
    "databases",
    "delivery",
    "dynamodb",
    "edge",
    "functions",
    "governance",
    "load_balancing",
    "messaging",
    "network",
    "observability",
    "search",
    "security",
    "storage",
    "users",
    "waf",
]
