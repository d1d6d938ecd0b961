"""Load balancers. https://aws.amazon.com/elasticloadbalancing/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, by_parent, prices
from guardrails.cost.model import HOURS
from guardrails.cost.services.network import IPV4

SERVICE: Final = "Load balancing"

by_parent(
    SERVICE,
    "in the load balancer's lines",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    "aws:lb/listener:Listener",
    "aws:lb/listenerRule:ListenerRule",
    "aws:lb/listenerCertificate:ListenerCertificate",
)


@prices(
    "aws:lb/loadBalancer:LoadBalancer",
    service=SERVICE,
    keys=(Key("lcu", "average load balancer capacity units (LCU or NLCU) in use, such as 0.2"),),
)
def load_balancer(bill: Bill) -> None:
    """Hours, capacity units, and one public IPv4 address a subnet unless internal."""
    kind = bill.text("loadBalancerType", "application")
    if kind not in ("application", "network"):
        bill.unknown("load balancer", f"no price for a load balancer of type {kind}")
        return
    family = "alb" if kind == "application" else "nlb"
    bill.fixed("load balancer hours", f"elb.{family}.hour", HOURS)
    _addresses(bill)
    bill.usage("lcu", "capacity units", f"elb.{family}.lcu_hour", per_unit=HOURS)


def _addresses(bill: Bill) -> None:
    internal = bill.flag("internal")
    if internal is None:
        bill.undecided("public IPv4 addresses", "internal")
        return
    if internal or bill.text("ipAddressType", "ipv4") == "dualstack-without-public-ipv4":
        return
    subnets = bill.length("subnets")
    mappings = bill.length("subnetMappings")
    if subnets is None or mappings is None:
        # An application load balancer needs two subnets at least.
        least = bill.amount(IPV4, HOURS * 2)
        bill.undecided("public IPv4 addresses", "the number of subnets", at_least=least)
        return
    bill.fixed("public IPv4 addresses", IPV4, HOURS * max(subnets, mappings))
