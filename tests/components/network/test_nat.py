"""Which NAT serves which zone, and the script of the NAT instance."""

from __future__ import annotations

import subprocess
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.nat import architecture, nat_user_data, nat_zones, serving_zone
from settings.tiers import NatMode

zones = st.lists(st.sampled_from([f"us-east-1{letter}" for letter in "abcdef"]), min_size=2, max_size=6, unique=True)
modes: st.SearchStrategy[NatMode] = st.sampled_from(get_args(NatMode))


@given(modes, zones)
def test_every_zone_is_served_by_a_zone_that_holds_a_nat(mode: NatMode, zones: list[str]) -> None:
    holders = nat_zones(mode, zones)
    assert len(holders) == {"none": 0, "instance": 1, "single": 1, "per-zone": len(zones)}[mode]
    for zone in zones:
        server = serving_zone(mode, zones, zone)
        assert server in holders if holders else server is None


@given(modes, zones)
def test_a_zone_with_a_nat_uses_its_own(mode: NatMode, zones: list[str]) -> None:
    for zone in nat_zones(mode, zones):
        assert serving_zone(mode, zones, zone) == zone


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("t4g.nano", "arm64"),
        ("c7gn.medium", "arm64"),
        ("r8gd.large", "arm64"),
        ("im4gn.large", "arm64"),
        ("x2gd.medium", "arm64"),
        ("a1.medium", "arm64"),
        ("t3.nano", "x86_64"),
        ("t3a.nano", "x86_64"),
        ("g5.xlarge", "x86_64"),
        ("g5g.xlarge", "arm64"),
        ("c7i-flex.large", "x86_64"),
        ("m7i.large", "x86_64"),
    ],
)
def test_the_processor_follows_from_the_instance_type(instance_type: str, expected: str) -> None:
    assert architecture(instance_type) == expected


def test_the_script_is_valid_shell() -> None:
    script = nat_user_data("10.0.0.0/16")
    checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)  # noqa: S607
    assert checked.returncode == 0, checked.stderr


def test_the_script_translates_only_what_leaves_the_vpc_and_lasts_through_a_boot() -> None:
    script = nat_user_data("10.9.0.0/16")
    assert "ip saddr 10.9.0.0/16 ip daddr != 10.9.0.0/16 masquerade" in script
    assert "net.ipv4.ip_forward = 1" in script
    assert "systemctl enable nftables" in script
    # Without swap dnf is killed on an instance with 512 MiB; it has to come first.
    assert script.index("swapon") < script.index("dnf install")
