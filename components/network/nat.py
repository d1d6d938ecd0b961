"""How private subnets reach the internet: which zone's NAT serves which zone, and what a NAT instance runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from settings.tiers import NatMode

Architecture = Literal["arm64", "x86_64"]

#: Graviton families carry a "g" after the generation: t4g, c7gn, m8gd; g5 and p4 do not.
_GRAVITON = re.compile(r"^[a-z]+\d+[a-z-]*g[a-z-]*\.|^a1\.")


def nat_zones(mode: NatMode, zones: Sequence[str]) -> tuple[str, ...]:
    """The zones that hold a NAT.

    Args:
        mode: How private subnets reach the internet.
        zones: The VPC's zones, in order.
    """
    if mode == "none":
        return ()
    return tuple(zones) if mode == "per-zone" else (zones[0],)


def serving_zone(mode: NatMode, zones: Sequence[str], zone: str) -> str | None:
    """The zone whose NAT serves ``zone``, or None without NAT.

    Traffic that crosses zones costs 0.01 USD a GB each way, so a zone with a NAT of its own uses that.
    """
    holders = nat_zones(mode, zones)
    if not holders:
        return None
    return zone if zone in holders else holders[0]


def architecture(instance_type: str) -> Architecture:
    """The processor of an EC2 instance type, as an image must have it."""
    return "arm64" if _GRAVITON.match(instance_type) else "x86_64"


def nat_user_data(cidr: str) -> str:
    """The script that turns Amazon Linux 2023 into a NAT at its first boot.

    Three facts shape it. Amazon Linux 2023 carries no packet filter, so nftables is installed; its repositories are in
    S3, reached through the gateway endpoint or, once the Elastic IP is attached, through the internet gateway, so the
    script tries until that is so. An instance with 512 MiB runs out of memory in dnf, so it gets swap first. Rules and
    forwarding are kept in files that the system loads at every boot, so that the instance survives a stop, a recovery
    and a change of host.

    Args:
        cidr: The VPC's range, whose traffic to other addresses is translated.
    """
    return f"""#!/bin/bash
set -euo pipefail

if [ ! -e /swapfile ]; then
  dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none
  chmod 600 /swapfile
  mkswap /swapfile
  echo '/swapfile none swap defaults 0 0' >> /etc/fstab
  swapon /swapfile
fi

until dnf install -y --setopt=install_weak_deps=False nftables; do
  sleep 5
done

echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf
sysctl --load=/etc/sysctl.d/90-nat.conf

cat > /etc/nftables/nat.nft <<'RULES'
table ip nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {cidr} ip daddr != {cidr} masquerade
  }}
}}
RULES
echo 'include "/etc/nftables/nat.nft"' > /etc/sysconfig/nftables.conf
systemctl enable nftables
systemctl restart nftables
"""
