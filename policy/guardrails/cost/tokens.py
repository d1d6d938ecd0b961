"""Type tokens: the short form that users write, and one spelling for types that Pulumi offers under two."""

from __future__ import annotations

from functools import lru_cache

from guardrails.twins import TWINS


def canonical(token: str) -> str:
    """The spelling that the mappers use: ``aws:lb/…`` for the load balancer's twins, S3 types without ``V2``."""
    return TWINS.get(token, token)


@lru_cache(maxsize=1024)
def short(token: str) -> str:
    """The form that the CLI prints: ``aws:lb/loadBalancer:LoadBalancer`` becomes ``aws:lb:LoadBalancer``."""
    package, _, rest = canonical(token).partition(":")
    module, _, name = rest.partition(":")
    return f"{package}:{module.partition('/')[0]}:{name}"
