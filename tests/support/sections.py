"""Settings sections and names for tests of components, each with only what it needs and overridable key by key."""

from __future__ import annotations

from typing import Any

from components.names import Names
from settings.edge import Cdn, Domain, Firewall
from settings.network import Network
from settings.services import LoadBalancer

#: The network of the samples; a test names what differs.
NETWORK: dict[str, Any] = {
    "cidr": "10.0.0.0/16",
    "zones": ["us-east-1a", "us-east-1b"],
    "publicSubnets": ["10.0.1.0/24", "10.0.2.0/24"],
    "privateSubnets": ["10.0.11.0/24", "10.0.12.0/24"],
    "databaseSubnets": ["10.0.21.0/24", "10.0.22.0/24"],
    "natMode": "none",
    "databaseNetworkAcl": False,
    "flowLogs": {"enabled": False},
}


def names() -> Names:
    """Names of system ``shop``, stage ``prod``, in us-east-1."""
    return Names(system="shop", stage="prod", region="us-east-1", account="123456789012")


def network(**overrides: Any) -> Network:
    """A network in two zones, without NAT, flow logs and network ACL."""
    return Network.model_validate({**NETWORK, **overrides})


def load_balancer(**overrides: Any) -> LoadBalancer:
    """A public load balancer without deletion protection."""
    return LoadBalancer.model_validate({"deletionProtection": False, **overrides})


def cdn(**overrides: Any) -> Cdn:
    """A distribution that passes ``/api/*`` to the load balancer."""
    return Cdn.model_validate(
        {
            "enabled": True,
            "siteBucket": "site",
            "apiPaths": [{"path": "/api/*"}],
            "originSecret": {"recoveryDays": 7},
            **overrides,
        }
    )


def firewall(**overrides: Any) -> Firewall:
    """A web firewall with its defaults."""
    return Firewall.model_validate({"enabled": True, **overrides})


def domain(**overrides: Any) -> Domain:
    """A domain in a zone of its own."""
    return Domain.model_validate({"name": "shop.example", "createZone": True, **overrides})
