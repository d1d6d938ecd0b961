"""Deprecated spellings of resource types, mapped to the ones that the rules name.

Eleven S3 types exist a second time as ``…V2`` and the load balancer types a second and third time under ``aws:alb`` and
older module names; a rule that names one spelling would miss the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from guardrails.resource import Resource, Stack

_S3: Final = (
    "Acl",
    "CorsConfiguration",
    "LifecycleConfiguration",
    "Logging",
    "ObjectLockConfiguration",
    "RequestPaymentConfiguration",
    "ServerSideEncryptionConfiguration",
    "Versioning",
    "WebsiteConfiguration",
    "AccelerateConfiguration",
    "",
)
_LB: Final = ("listener", "listenerCertificate", "listenerRule", "loadBalancer", "targetGroup", "targetGroupAttachment")


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


#: Deprecated token to canonical token.
TWINS: Final = {
    **{f"aws:s3/bucket{part}V2:Bucket{part}V2": f"aws:s3/bucket{part}:Bucket{part}" for part in _S3},
    **{
        f"aws:{module}/{name}:{_capital(name)}": f"aws:lb/{name}:{_capital(name)}"
        for module in ("alb", "applicationloadbalancing", "elasticloadbalancingv2")
        for name in _LB
    },
}


def canonical(stack: Stack) -> Stack:
    """The stack as rules judge it: deprecated types renamed, resources in the order of their URNs.

    The real engine registers resources in another order at each run; a rule that reports on the first of several must
    not name another one each time.
    """
    renamed = (replace(r, type=TWINS[r.type]) if r.type in TWINS else r for r in stack.resources)
    return Stack(sorted(renamed, key=lambda resource: resource.urn), stack.project, stack.name)


def declared_type(resource: Resource) -> str:
    """The type as the program spells it, read from the URN."""
    parts = resource.urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else resource.type
