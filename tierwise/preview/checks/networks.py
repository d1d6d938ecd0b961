"""Address ranges, and ports that belong together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tierwise.preview.checks.failure import Failure, nearest
from tierwise.preview.checks.reading import Inputs, number
from tierwise.preview.checks.tables import table

#: Where CIDR blocks are: property path to the IP version, 0 for either.
CIDRS: Final[Mapping[str, Mapping[str, int]]] = {
    "aws:ec2/vpc:Vpc": {"cidrBlock": 4, "ipv6CidrBlock": 6},
    "aws:ec2/subnet:Subnet": {"cidrBlock": 4, "ipv6CidrBlock": 6},
    "aws:ec2/route:Route": {"destinationCidrBlock": 4, "destinationIpv6CidrBlock": 6},
    "aws:ec2/routeTable:RouteTable": {"routes[].cidrBlock": 4, "routes[].ipv6CidrBlock": 6},
    "aws:ec2/securityGroup:SecurityGroup": {
        f"{direction}[].{name}[]": version
        for direction in ("ingress", "egress")
        for name, version in (("cidrBlocks", 4), ("ipv6CidrBlocks", 6))
    },
    "aws:ec2/networkAcl:NetworkAcl": {
        f"{direction}[].{name}": version
        for direction in ("ingress", "egress")
        for name, version in (("cidrBlock", 4), ("ipv6CidrBlock", 6))
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"cidrIpv4": 4, "cidrIpv6": 6},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {"cidrIpv4": 4, "cidrIpv6": 6},
    "aws:lb/listenerRule:ListenerRule": {"conditions[].sourceIp.values[]": 0},
    "aws:wafv2/ipSet:IpSet": {"addresses[]": 0},
}

#: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html: a VPC and a subnet are /16 to /28.
_SIZED: Final = frozenset({"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"})
_PORT_RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:ec2/securityGroup:SecurityGroup": ("ingress[]", "egress[]"),
    "aws:ec2/networkAcl:NetworkAcl": ("ingress[]", "egress[]"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("",),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ("",),
}
_WITH_PORTS: Final = ("tcp", "udp", "6", "17")


def check_networks(inputs: Inputs) -> Iterator[Failure]:
    """Every address range and port range that AWS would refuse."""
    token = inputs.resource.type
    for path, version in CIDRS.get(token, {}).items():
        for place in inputs.places(path):
            wrong = cidr_mistake(place.value, version)
            if wrong:
                yield inputs.refuse(place, wrong[0], allowed=wrong[1])
            elif token in _SIZED and path == "cidrBlock" and not 16 <= _prefix(place.value) <= 28:
                yield inputs.refuse(place, "AWS does not make a network of this size", allowed="/16 to /28")
    for path in _PORT_RULES.get(token, ()):
        yield from _ports(inputs, path)


def check_region(inputs: Inputs) -> Iterator[Failure]:
    """A region that is none; every AWS resource and the provider take one."""
    if inputs.resource.type.startswith(("aws:", "pulumi:providers:aws")):
        for place in inputs.places("region"):
            if place.value not in table("regions"):
                close = nearest(str(place.value), table("regions"))
                yield inputs.refuse(place, "no AWS region has this name", nearest=close)


def cidr_mistake(value: Any, version: int) -> tuple[str, str] | None:
    """What is wrong with an address range and what would be right, or None.

    Args:
        value: As written.
        version: 4 or 6, or 0 for either.
    """
    if not isinstance(value, str) or not value:
        return None
    label = {4: "an IPv4 range such as 10.0.0.0/16", 6: "an IPv6 range such as 2001:db8::/56"}.get(
        version, "a CIDR range"
    )
    if "/" not in value:
        return "not an address range: the prefix length is missing", label
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "not an address range", label
    if version and network.version != version:
        return f"an IPv{network.version} range", label
    if ipaddress.ip_interface(value).ip != network.network_address:
        return "the address has bits set outside the prefix", str(network)
    return None


def _prefix(value: str) -> int:
    return ipaddress.ip_network(value, strict=False).prefixlen


def _ports(inputs: Inputs, path: str) -> Iterator[Failure]:
    rules: list[tuple[str, Any]] = (
        [(place.path + ".", place.value) for place in inputs.places(path)] if path else [("", _top(inputs))]
    )
    for prefix, rule in rules:
        protocol = str(rule.get("ipProtocol") or rule.get("protocol") or "").lower()
        low, high = number(rule.get("fromPort")), number(rule.get("toPort"))
        if protocol in _WITH_PORTS and low is not None and high is not None and low > high:
            yield inputs.refuse(f"{prefix}fromPort", f"the range starts at {low:.0f}, after its end {high:.0f}")


def _top(inputs: Inputs) -> dict[str, Any]:
    return {name: inputs.get(name) for name in ("ipProtocol", "fromPort", "toPort")}
