"""One module a service: how each resource type is priced. Importing the package fills the registry."""

from __future__ import annotations

from typing import Final

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

_MODULES: Final = (
    network,
    load_balancing,
    compute,
    containers,
    databases,
    dynamodb,
    cache,
    search,
    storage,
    edge,
    waf,
    functions,
    api,
    users,
    observability,
    messaging,
    security,
    governance,
    delivery,
)
#: True once every service has registered its types.
LOADED: Final = bool(_MODULES)
