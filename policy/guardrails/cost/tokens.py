"""Type tokens: the short form that users write, and one spelling for types that Pulumi offers under two."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_TWIN_MODULES: Final = ("aws:alb/", "aws:applicationloadbalancing/", "aws:elasticloadbalancingv2/")
_S3_TWIN: Final = re.compile(r"^aws:s3/(\w+)V2:(\w+)V2$")


@lru_cache(maxsize=1024)
def canonical(token: str) -> str:
    """The spelling that the mappers use: ``aws:lb/…`` for the load balancer's twins, S3 types without ``V2``."""
    for module in _TWIN_MODULES:
        if token.startswith(module):
            return "aws:lb/" + token.removeprefix(module)
    return _S3_TWIN.sub(r"aws:s3/\1:\2", token)


@lru_cache(maxsize=1024)
def short(token: str) -> str:
    """The form that the CLI prints: ``aws:lb/loadBalancer:LoadBalancer`` becomes ``aws:lb:LoadBalancer``."""
    package, _, rest = canonical(token).partition(":")
    module, _, name = rest.partition(":")
    return f"{package}:{module.partition('/')[0]}:{name}"
